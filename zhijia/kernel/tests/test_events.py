"""Announcing: at once for our own, later and as plain data for others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from zhijia.kernel import events


@dataclass(frozen=True, slots=True)
class Happened:
    number: int
    name: str
    on: date
    at: datetime
    until: date | None
    counts: Mapping[str, int]
    pair: tuple[str, str]


EVENT = Happened(1, "a", date(2026, 9, 15), datetime(2026, 9, 15, 2, tzinfo=UTC), None, {"members": -1}, ("x", "y"))
heard: list[Happened] = []


def hear(event: Happened) -> None:
    heard.append(event)


@pytest.fixture
def queue(monkeypatch):
    """What a runner would store."""
    stored: list[str] = []
    monkeypatch.setattr(events, "_runners", [lambda *arguments: stored.append(json.dumps(arguments))])
    heard.clear()
    return stored


def test_an_event_is_the_same_after_json():
    text = json.dumps(events.to_plain(EVENT))
    assert events.from_plain(Happened, json.loads(text)) == EVENT


def test_a_deferred_handler_hears_later_and_the_same(queue):
    happened: events.Announcement[Happened] = events.Announcement("test.happened")
    happened.subscribe(hear, deferred=True)
    happened.subscribe(hear, deferred=True)
    happened.announce(EVENT)
    assert heard == []
    assert len(queue) == 1
    events.run_deferred(*json.loads(queue[0]))
    assert heard == [EVENT]


def test_our_own_handlers_hear_at_once(queue):
    happened: events.Announcement[Happened] = events.Announcement("test.happened")
    happened.subscribe(hear)
    happened.announce(EVENT)
    assert heard == [EVENT]
    assert queue == []


def test_a_handler_of_others_is_deferred_whatever_it_says(queue):
    def foreign(event: Happened) -> None:
        raise AssertionError("must not run here")

    foreign.__module__ = "zhijia_reading.handlers"
    happened: events.Announcement[Happened] = events.Announcement("test.happened")
    happened.subscribe(foreign)
    happened.announce(EVENT)
    assert len(queue) == 1


def test_without_a_runner_a_deferred_handler_is_not_lost_in_silence(monkeypatch):
    monkeypatch.setattr(events, "_runners", [])
    happened: events.Announcement[Happened] = events.Announcement("test.happened")
    happened.subscribe(hear, deferred=True)
    with pytest.raises(RuntimeError):
        happened.announce(EVENT)
