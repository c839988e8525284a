"""Pure rules and the tables of moves, one module for each kind of change."""

from .memberships import (
    AGE_BANDS,
    GROUP_MEASURES,
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
    "GROUP_MEASURES",
    "LEAST_AGE",
    "NEW_FORM_GROUPS",
    "WORK_FORMS",
    "check_age",
    "check_group",
    "counts_of",
    "member_number",
    "normalize_member_number",
]
