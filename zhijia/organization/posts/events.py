from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class PostEnded:
    """Somebody has left a post, and what he could do by it."""

    person_id: int
    union_id: int
    kind: str
    on: date
    at: datetime


post_ended: Announcement[PostEnded] = Announcement("posts.post_ended")
