"""Tables of memberships and of what changes them."""

from .changes import ClaimOffer, FoundingTask, MembershipChange, Transfer
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
    "EventKind",
    "FoundingTask",
    "JoinApplication",
    "LoadState",
    "MemberCard",
    "Membership",
    "MembershipChange",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "RosterConflict",
    "RosterExport",
    "RosterFault",
    "RosterLoad",
    "RosterMapping",
    "Transfer",
]
