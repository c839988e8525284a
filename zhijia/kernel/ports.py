"""Shapes of what rooms ask of one another through the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from .actor import Actor


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What `Scenario.open_items` count at a unit, by its id: 转会, 3 not settled, so that it can't end; their list."""

    label: str
    count: int
    href: str = ""


class SendText(Protocol):
    def __call__(self, code: str, number: str, context: Mapping[str, Any], *, now: datetime) -> None:
        """A declared message as a text to a number; leaves when the transaction is done."""


class FindPeople(Protocol):
    def __call__(self, actor: Actor, text: str, *, limit: int, by: str = "") -> Sequence[int]:
        """Person ids for a name, initials or member number, within what the actor may see; for a whole name also where
        he holds the permission `by`.
        """


class ReadParameter(Protocol):
    def __call__(self, code: str, *, on: date, region: str = "") -> Any: ...
