"""Posts of a union, how long a term lasts, and who is missing. Source: docs/rules/posts.md"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from zhijia.kernel.workdays import months_later

LOCAL_TYPES = frozenset({"GENERAL", "INDUSTRY"})
REMINDERS = (180, 90, 30)
"""Days before a term's end on which its union is reminded."""
LAST_OF_MONTHS = 6
"""So many months a term may be extended in all."""
VACANT_MONTHS = 3


class PostKind(StrEnum):
    CHAIR = "CHAIR"
    VICE_CHAIR = "VICE_CHAIR"
    COMMITTEE = "COMMITTEE"
    AUDIT_CHAIR = "AUDIT_CHAIR"
    AUDIT = "AUDIT"
    WOMEN_CHAIR = "WOMEN_CHAIR"
    ORGANIZER = "ORGANIZER"
    GROUP_LEADER = "GROUP_LEADER"
    SOCIAL_WORKER = "SOCIAL_WORKER"


POSTS = {
    PostKind.CHAIR: "主席",
    PostKind.VICE_CHAIR: "副主席",
    PostKind.COMMITTEE: "委员",
    PostKind.AUDIT_CHAIR: "经审主任",
    PostKind.AUDIT: "经审委员",
    PostKind.WOMEN_CHAIR: "女职工委员会主任（女职工委员）",
    PostKind.ORGANIZER: "组织员",
    PostKind.GROUP_LEADER: "工会小组长",
    PostKind.SOCIAL_WORKER: "社会化工会工作者",
}
ELECTED_POSTS: dict[PostKind, str] = {
    kind: label for kind, label in POSTS.items() if kind not in (PostKind.GROUP_LEADER, PostKind.SOCIAL_WORKER)
}
RANK = tuple(POSTS)
"""The order in which posts are listed."""


class Source(StrEnum):
    ELECTED = "ELECTED"
    CO_OPTED = "CO_OPTED"
    ACTING = "ACTING"
    HIRED = "HIRED"


SOURCES = {Source.ELECTED: "选举", Source.CO_OPTED: "增补", Source.ACTING: "指定代理", Source.HIRED: "聘用"}


def term_end(start: date, years: int) -> date:
    """The last day: of three years from 2026-11-20, 2029-11-19; from 29 February, 28 February."""
    return _years_later(start, years) - timedelta(days=1)


def _years_later(start: date, years: int) -> date:
    if start.month == 2 and start.day == 29 and not calendar.isleap(start.year + years):
        return date(start.year + years, 3, 1)
    return start.replace(year=start.year + years)


def latest_extension(ends: date) -> date:
    """Until when an upper union may extend a term, in all."""
    return months_later(ends, LAST_OF_MONTHS)


def reminder_due(last_day: date, today: date, reminded: int | None) -> int | None:
    """Which of `REMINDERS` is to be sent today: the nearest that has come, each once; None for none.

    `reminded` is the last one sent. 100 days before the end, with nothing sent: 180.
    """
    left = (last_day - today).days
    come = [days for days in REMINDERS if 0 <= left <= days]
    due = min(come, default=None)
    return due if due is not None and (reminded is None or due < reminded) else None


@dataclass(frozen=True, slots=True)
class Board:
    """What is known of a union's leaders on a day."""

    term_last_day: date | None
    posts: Collection[str]
    chair_since: date | None
    vacant_since: date | None


def is_overdue(board: Board, today: date) -> bool:
    return board.term_last_day is not None and today > board.term_last_day


def is_vacant_too_long(board: Board, today: date) -> bool:
    """A chair's place may stand empty for three months."""
    return board.vacant_since is not None and today > months_later(board.vacant_since, VACANT_MONTHS)


@dataclass(frozen=True, slots=True)
class Staffing:
    """What a township's union has and what it should have."""

    chair: bool
    full_time_vice: int
    social_workers: int
    wanted_workers: int

    @property
    def missing(self) -> list[str]:
        found = []
        if not self.chair:
            found.append("主席")
        if not self.full_time_vice:
            found.append("专职副主席")
        if self.social_workers < self.wanted_workers:
            found.append(f"社会化工会工作者还差 {self.wanted_workers - self.social_workers} 名")
        return found
