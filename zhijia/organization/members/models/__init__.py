"""Tables of memberships, of joining and of rosters."""

from .blacklist import DocumentCheck, FakeBatch, ListedNumber
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
    "DocumentCheck",
    "DuplicateHint",
    "DuplicateScan",
    "EventKind",
    "FakeBatch",
    "JoinApplication",
    "ListedNumber",
    "LoadState",
    "MemberCard",
    "Membership",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "PersonMerge",
    "RosterConflict",
    "RosterExport",
    "RosterFault",
    "RosterLoad",
    "RosterMapping",
]
