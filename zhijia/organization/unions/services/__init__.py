"""Writing unions, employers, what they cover, their place in the tree; rosters in and out; codes in print."""

from .covering import cover, cover_named, list_member_union, uncover, unlist_member_union
from .editing import EDITABLE, edit_union, move_union, register_credit_code, resume_union, set_relations, suspend_union
from .exporting import export_csv, export_xlsx, record_export
from .loading import drop_load, take_file, write_load
from .opening import declare_employer, open_employer, open_union, open_with_employer
from .printing import FORMS, JOB as PRINT_JOB, packed, print_codes, safe_file_name
from .succession import close_union, hand_over_employers, rename_union

__all__ = [
    "EDITABLE",
    "FORMS",
    "PRINT_JOB",
    "close_union",
    "cover",
    "cover_named",
    "declare_employer",
    "drop_load",
    "edit_union",
    "export_csv",
    "export_xlsx",
    "hand_over_employers",
    "list_member_union",
    "move_union",
    "open_employer",
    "open_union",
    "open_with_employer",
    "packed",
    "print_codes",
    "record_export",
    "register_credit_code",
    "rename_union",
    "resume_union",
    "safe_file_name",
    "set_relations",
    "suspend_union",
    "take_file",
    "uncover",
    "unlist_member_union",
    "write_load",
]
