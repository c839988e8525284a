"""Writing divisions: a full file, or a yearly list of changes."""

from .changing import COLUMNS, JOB, carry_out, record_end, take_changes
from .loading import PACKAGED, PACKAGED_FROM, Loaded, load_file, load_packaged

__all__ = [
    "COLUMNS",
    "JOB",
    "PACKAGED",
    "PACKAGED_FROM",
    "Loaded",
    "carry_out",
    "load_file",
    "load_packaged",
    "record_end",
    "take_changes",
]
