from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class DocumentsListed:
    """Documents of these persons are on the list from now on; they go to this union with them."""

    person_ids: Sequence[int]
    union_id: int
    at: datetime


documents_listed: Announcement[DocumentsListed] = Announcement("documents.documents_listed")
