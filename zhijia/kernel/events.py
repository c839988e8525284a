"""The one door sideways: a capability announces a frozen dataclass, others subscribe in their `apps.py`.

Handlers of this project run in the announcer's transaction, in the order of subscription: if one fails, the command
fails as a whole. Handlers of plugged-in scenarios are handed to a task runner instead, so that they can't undo it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")


class Announcement(Generic[Event]):
    """`join_approved: Announcement[JoinApproved] = Announcement("members.join_approved")`"""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[[Event], None]] = []

    def subscribe(self, handler: Callable[[Event], None]) -> None:
        """Idempotent, so that a reloaded app does not listen twice."""
        if handler not in self._handlers:
            self._handlers.append(handler)

    def announce(self, event: Event) -> None:
        for handler in self._handlers:
            handler(event)
