from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    """A role began or ended on a union: open inbox entries may have to go elsewhere."""

    union_id: int
    role: str
    at: datetime


grants_changed: Announcement[GrantsChanged] = Announcement("access.grants_changed")
