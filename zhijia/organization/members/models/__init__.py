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
from .rosters import LoadState, RosterConflict, RosterExport, RosterFault, RosterLoad, RosterMapping

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
    "LoadState",
    "MemberCard",
    "Membership",
    "MembershipChange",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "PersonMerge",
    "RosterConflict",
    "RosterExport",
    "RosterFault",
    "RosterLoad",
    "RosterMapping",
    "Transfer",
]
