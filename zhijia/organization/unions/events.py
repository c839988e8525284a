from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class UnionOpened:
    union_id: int
    path: str
    union_type: str
    on: date
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class UnionChanged:
    """Status or type changed; `before` and `after` are `(type, status)`."""

    union_id: int
    before: tuple[str, str]
    after: tuple[str, str]
    on: date


@dataclass(frozen=True, slots=True)
class CoverageChanged:
    """A union covers more or fewer employers and their workers than before, by so many. `path` may be empty."""

    union_id: int
    employers: int
    workers: int
    on: date
    path: str = ""


@dataclass(frozen=True, slots=True)
class UnionMoved:
    union_id: int
    old_path: str
    new_path: str
    on: date


@dataclass(frozen=True, slots=True)
class EmployerCovered:
    """A union represents an employer's workers from now on."""

    union_id: int
    employer_id: int
    at: datetime


employer_covered: Announcement[EmployerCovered] = Announcement("unions.employer_covered")
union_opened: Announcement[UnionOpened] = Announcement("unions.union_opened")
union_changed: Announcement[UnionChanged] = Announcement("unions.union_changed")
coverage_changed: Announcement[CoverageChanged] = Announcement("unions.coverage_changed")
union_moved: Announcement[UnionMoved] = Announcement("unions.union_moved")
