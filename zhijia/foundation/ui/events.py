"""What the looks announce."""

from __future__ import annotations

from dataclasses import dataclass

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class ElderChosen:
    """A signed-in person switched the elder edition on or off; the cookie is set already, the account may keep it."""

    account_id: int
    on: bool


elder_chosen: Announcement[ElderChosen] = Announcement("ui.elder_chosen")
