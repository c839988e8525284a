"""Tables of memberships and of what changes them."""

from .blacklist import DocumentCheck, FakeBatch, ListedNumber
from .changes import ClaimOffer, FoundingTask, MembershipChange, Transfer
from .duplicates import DuplicateHint, DuplicateScan, PersonMerge
from .memberships import (
    BindingDispute,
    EventKind,
    JoinApplication,
    MemberCard,
    Membership,
    MembershipEvent,
    MembershipQuerySet,
    MembershipState,
)

__all__ = [
    "BindingDispute",
    "ClaimOffer",
    "DocumentCheck",
    "DuplicateHint",
    "DuplicateScan",
    "EventKind",
    "FakeBatch",
    "FoundingTask",
    "JoinApplication",
    "ListedNumber",
    "MemberCard",
    "Membership",
    "MembershipChange",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "PersonMerge",
    "Transfer",
]
