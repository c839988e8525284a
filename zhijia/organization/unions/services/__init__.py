"""Writing unions, employers, what they cover, and their place in the tree."""

from .covering import cover, cover_named, list_member_union, uncover, unlist_member_union
from .editing import EDITABLE, edit_union, move_union, resume_union, set_relations, suspend_union
from .opening import open_employer, open_union

__all__ = [
    "EDITABLE",
    "cover",
    "cover_named",
    "edit_union",
    "list_member_union",
    "move_union",
    "open_employer",
    "open_union",
    "resume_union",
    "set_relations",
    "suspend_union",
    "uncover",
    "unlist_member_union",
]
