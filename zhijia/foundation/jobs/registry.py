"""What can be run: job kinds by name, declared in each capability's `tasks.py`. (By the clock: `kernel.clockwork`.)

```python
@job("unions.load", label="导入工会")
def load_unions(job: RunningJob, cursor: Json) -> Step:
    row = int(cursor or 0)
    rows = read_rows(job.payload["file"], start=row, count=500)
    report = write(rows, now=job.now)
    return Step(cursor=row + len(rows), done=len(rows), report={"written": report.written}, finished=len(rows) < 500)

```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""What JSON can hold: None, bool, int, float, str, lists and string-keyed dicts of these."""


@dataclass(frozen=True, slots=True)
class RunningJob:
    """What a step knows of its job. `done` counts the units of all chunks before this one."""

    id: int
    public_id: str
    payload: Mapping[str, Json]
    done: int
    total: int | None
    report: Mapping[str, Json]
    account_id: int | None
    unit_id: int | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One chunk's outcome.

    `cursor` is where the next chunk begins; `done` counts the units of this chunk alone; `total`, when known, is that
    of the whole job. `report` is added to the job's report: numbers are summed, lists joined (the first 1,000 entries
    stay), other values replaced.
    """

    cursor: Json
    done: int = 0
    total: int | None = None
    report: Mapping[str, Json] = field(default_factory=dict)
    finished: bool = False


StepFunction = Callable[[RunningJob, Json], Step]


@dataclass(frozen=True, slots=True)
class JobKind:
    name: str
    label: str
    step: StepFunction
    result: str = ""


_kinds: dict[str, JobKind] = {}


def job(name: str, *, label: str, result: str = "") -> Callable[[StepFunction], StepFunction]:
    """Declare a job kind. `label` is what people read: "导入工会"; `result` names the address of its outcome, if any,
    which takes the job's public id.

    A step is one chunk and runs in one transaction of at most 2,000 rows and 2 seconds (200 ms where SQLite writers
    wait). It may run again after a crash, but only when all it wrote was rolled back. What reaches outside the
    database must bear repeating.
    """

    def declare(step: StepFunction) -> StepFunction:
        known = _kinds.get(name)
        if known is not None and known.step.__module__ != step.__module__:
            raise ValueError(f"job kind {name} is declared twice")
        _kinds[name] = JobKind(name, label, step, result)
        return step

    return declare


def kind(name: str) -> JobKind:
    """Raises LookupError for a kind that no capability of this process declares."""
    if name not in _kinds:
        raise LookupError(f"job kind {name} is declared by no tasks.py")
    return _kinds[name]


def label_of(name: str) -> str:
    """What people read for a kind; the bare name for one that this version no longer knows."""
    return _kinds[name].label if name in _kinds else name


def result_of(name: str) -> str:
    """The URL name of a kind's outcome; empty where its report on the job's page is all."""
    return _kinds[name].result if name in _kinds else ""


def kinds() -> tuple[JobKind, ...]:
    return tuple(_kinds.values())
