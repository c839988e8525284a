"""Tables of memberships, of joining and of rosters."""

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
    "EventKind",
    "JoinApplication",
    "LoadState",
    "MemberCard",
    "Membership",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "RosterConflict",
    "RosterExport",
    "RosterFault",
    "RosterLoad",
    "RosterMapping",
]
