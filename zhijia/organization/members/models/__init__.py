"""Tables of memberships and of what changes them."""

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
