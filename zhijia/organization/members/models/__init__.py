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

__all__ = [
    "BindingDispute",
    "EventKind",
    "JoinApplication",
    "MemberCard",
    "Membership",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
]
