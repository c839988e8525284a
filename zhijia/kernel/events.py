"""The one door sideways: a capability announces a frozen dataclass, others subscribe in their `apps.py`.

Handlers of this project run in the announcer's transaction, in the order of subscription: if one fails, the command
fails as a whole. Handlers of plugged-in scenarios are handed to a task runner instead, as plain data written in the
same transaction, so that they can't undo it; they may run twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from importlib import import_module
from typing import Any, Generic, TypeVar, get_type_hints

Event = TypeVar("Event")
Plain = dict[str, Any]
RunLater = Callable[[str, str, Plain], None]
"""`run_later("zhijia_reading.handlers:count", "zhijia.organization.members.events:MembershipChanged", {...})`"""

_OWN = "zhijia."
_runners: list[RunLater] = []


def offer_runner(run_later: RunLater) -> None:
    """For the room that has tasks; the last offer counts."""
    _runners[:] = [run_later]


class Announcement(Generic[Event]):
    """`join_approved: Announcement[JoinApproved] = Announcement("joining.approved")`"""

    def __init__(self, name: str) -> None:
        self.name = name
        self._handlers: list[Callable[[Event], None]] = []
        self._deferred: list[Callable[[Event], None]] = []

    def subscribe(self, handler: Callable[[Event], None], *, deferred: bool = False) -> None:
        """Idempotent, so that a reloaded app does not listen twice.

        A handler from outside this project is deferred whatever it says. A deferred one is a function of a module.
        """
        deferred = deferred or not handler.__module__.startswith(_OWN)
        handlers = self._deferred if deferred else self._handlers
        if handler not in handlers:
            handlers.append(handler)

    def unsubscribe(self, handler: Callable[[Event], None]) -> None:
        """For tests."""
        for handlers in (self._handlers, self._deferred):
            if handler in handlers:
                handlers.remove(handler)

    def announce(self, event: Event) -> None:
        """Raises what a handler of this project raises; RuntimeError where deferred handlers have no runner."""
        for handler in self._handlers:
            handler(event)
        if not self._deferred:
            return
        if not _runners:
            raise RuntimeError("no room runs deferred handlers")
        for handler in self._deferred:
            _runners[0](_name_of(handler), _name_of(type(event)), to_plain(event))


def _name_of(thing: Any) -> str:
    return f"{thing.__module__}:{thing.__qualname__}"


def _named(name: str) -> Any:
    module, _, path = name.partition(":")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def run_deferred(handler: str, event_type: str, values: Mapping[str, Any]) -> None:
    """The runner's side. Raises what the handler raises."""
    _named(handler)(from_plain(_named(event_type), values))


def to_plain(event: Any) -> Plain:
    """A frozen dataclass as JSON can hold it; dates and moments as ISO text."""
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a moment is a date too
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (tuple, list)) else value


def from_plain(event_type: type[Event], values: Mapping[str, Any]) -> Event:
    """The event again. Lists in tuples' places become tuples; nested values stay as JSON gave them."""
    hints = get_type_hints(event_type)
    return event_type(**{name: _restored(value, hints[name]) for name, value in values.items()})


def _restored(value: Any, hint: Any) -> Any:
    wanted = {hint, *getattr(hint, "__args__", ())}
    if isinstance(value, str) and datetime in wanted:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and date in wanted:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) and getattr(hint, "__origin__", hint) is tuple else value
