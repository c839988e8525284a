"""Pure rules and the tables of moves, one module for each kind of change."""

from .joining import (
    DISPUTE,
    JOIN,
    MOST_LETTERS_OF_NOTE,
    REJECT_REASONS,
    Dispute,
    Join,
    check_asked,
    check_owner,
    check_reject,
)
from .memberships import (
    AGE_BANDS,
    LEAST_AGE,
    NEW_FORM_GROUPS,
    WORK_FORMS,
    check_age,
    check_group,
    counts_of,
    member_number,
    normalize_member_number,
)

__all__ = [
    "AGE_BANDS",
    "DISPUTE",
    "JOIN",
    "LEAST_AGE",
    "MOST_LETTERS_OF_NOTE",
    "NEW_FORM_GROUPS",
    "REJECT_REASONS",
    "WORK_FORMS",
    "Dispute",
    "Join",
    "check_age",
    "check_asked",
    "check_group",
    "check_owner",
    "check_reject",
    "counts_of",
    "member_number",
    "normalize_member_number",
]
