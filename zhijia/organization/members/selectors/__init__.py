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
    union_ids_of,
)
from .past import PastRow, is_past_list_too_long, list_past

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
    "PastRow",
    "file_from_card",
    "find_bearers",
    "get_member",
    "holder_of",
    "is_past_list_too_long",
    "last_stay",
    "list_members",
    "list_past",
    "living_card",
    "my_card",
    "open_stay",
    "stock_counts",
    "union_ids_of",
]
