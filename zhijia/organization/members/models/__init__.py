"""Tables of memberships, of joining and of rosters."""

from .memberships import EventKind, MemberCard, Membership, MembershipEvent, MembershipQuerySet, MembershipState

__all__ = [
    "EventKind",
    "MemberCard",
    "Membership",
    "MembershipEvent",
    "MembershipQuerySet",
    "MembershipState",
]
