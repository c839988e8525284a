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

__all__ = [
    "BindingDispute",
    "ClaimOffer",
    "EventKind",
    "FoundingTask",
    "JoinApplication",
    "MemberCard",
    "Membership",
    "MembershipChange",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
    "Transfer",
]
