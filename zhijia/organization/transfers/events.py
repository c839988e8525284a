from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """A member does not come to `union_id` after all, and `note` says why; announced in the transaction that says so.

    He is not taken in, has cancelled or declined, a claim has ended, or he asks himself to go elsewhere. Whose
    membership has moved or ended is not told here but by the events of `members`.
    """

    person_id: int
    union_id: int
    note: str
    at: datetime


transfer_ended: Announcement[TransferEnded] = Announcement("transfers.transfer_ended")
