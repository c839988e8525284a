"""The history of a member's own membership; changes of it as a kind."""

from __future__ import annotations

from datetime import date, datetime

from zhijia.foundation.casework.routing import routes
from zhijia.kernel.api import Out, Routes, Who
from zhijia.kernel.http import Request

from . import selectors
from .cases import CHANGES

own = Routes("history", "我的会籍", who=Who.MEMBER, surface="member")
ROUTES = (own, *routes(CHANGES))


class StayOut(Out):
    union: str
    since: date
    until: date | None
    state: str
    ended: str


class HappenedOut(Out):
    at: datetime
    on: date
    title: str
    note: str


class HistoryOut(Out):
    stays: list[StayOut]
    happened: list[HappenedOut]


@own.read("/me/membership/history", HistoryOut)
def history(request: Request) -> HistoryOut:
    """我的会籍经过。"""
    stays, happened = selectors.timeline(request.actor.require_person())
    return HistoryOut(
        stays=[
            StayOut(
                union=row.union_name, since=row.since, until=row.until, state=row.state_label, ended=row.ended_label
            )
            for row in stays
        ],
        happened=[HappenedOut(at=row.at, on=row.on, title=row.title, note=row.note) for row in happened],
    )
