"""Reads: own ones for members, within a scope for cadres."""

from zhijia.organization.members.models import EventKind, Membership, MembershipEvent, MembershipState

from .lists import MOST_EXAMINED, MemberRow, find_bearers, list_members
from .memberships import (
    PAGE,
    CardHolder,
    MemberFile,
    MyCard,
    file_from_card,
    get_member,
    holder_of,
    last_stay,
    living_card,
    my_card,
    open_stay,
    stock_counts,
)

__all__ = [
    "MOST_EXAMINED",
    "PAGE",
    "CardHolder",
    "EventKind",
    "MemberFile",
    "MemberRow",
    "Membership",
    "MembershipEvent",
    "MembershipState",
    "MyCard",
    "file_from_card",
    "find_bearers",
    "get_member",
    "holder_of",
    "last_stay",
    "list_members",
    "living_card",
    "my_card",
    "open_stay",
    "stock_counts",
]
