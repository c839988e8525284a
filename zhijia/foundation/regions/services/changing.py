"""The yearly list of changes: taken in whole, then carried out line by line in the order of its days.

A line that is done already changes nothing, one that cannot be done says why; neither stops the others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import IO, Any, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.regions.models import Kind, Outcome, Region, RegionChange
from zhijia.foundation.regions.permissions import Permission
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.tables import Column, date_cell, one_of, open_table, text_up_to
from zhijia.kernel.typed import typed

from .loading import LEVELS, replace_current, row_of

JOB: Final = "regions.change"
MAX_ROWS: Final = 20_000
CHUNK: Final = 200
_LEVEL_WORDS: Final = {**{key: int(value) for key, value in LEVELS.items()}, "省": 2, "市": 3, "县": 4, "乡镇": 5}


def _code(text: str) -> str:
    code = "".join(typed(text).split())
    if not (code.isascii() and code.isdigit() and len(code) in {6, 9, 12} and code[0] != "0"):
        raise Invalid("region.code", "区划代码应为12位数字，请核对后重新填写。")
    return code.ljust(12, "0")


def _level(text: str) -> int:
    level = _LEVEL_WORDS.get(typed(text).lower())
    if level is None:
        raise Invalid("region.level", "层级应填写省、市、县、乡镇中的一项。")
    return level


COLUMNS: Final = (
    Column("code", ("代码", "code", "区划代码"), _code, required=True),
    Column("name", ("名称", "name"), text_up_to(60), free_text=True),
    Column("parent", ("上级代码", "parent"), _code),
    Column("level", ("层级", "level"), _level),
    Column("change", ("变更", "change"), one_of({kind.label: kind.value for kind in Kind}), required=True),
    Column("replaced_by", ("承接区划", "由谁接续", "replaced_by", "接续代码"), _code),
    Column("effective", ("生效日期", "effective date", "effective", "effective_on"), date_cell, required=True),
)
"""Headers in Chinese or English; a file of either is read."""


def take_changes(actor: Actor, file: IO[bytes], *, now: datetime) -> str:
    """Read a list of changes (CSV or XLSX) and start the job that carries it out; returns the job's public id.

    Nothing is taken in where one cell cannot be read: Invalid `regions.rows`, whose `facts["rows"]` lists up to 100
    `(row, column, reason)`. Raises also what `kernel.tables.open_table` raises, and NotAllowed.
    """
    actor.require_anywhere(Permission.LOAD)
    batch = new_public_id()
    rows: list[dict[str, Any]] = []
    faults: list[tuple[int, str, str]] = []
    for row in open_table(file, COLUMNS, max_rows=MAX_ROWS).rows():
        faults += [(fault.row, fault.label, fault.reason) for fault in row.errors]
        if not row.errors:
            rows.append(
                {
                    "batch": batch,
                    "number": row.number,
                    "kind": row.values["change"],
                    "code": row.values["code"],
                    "name": row.values["name"] or "",
                    "parent_code": row.values["parent"] or "",
                    "level": row.values["level"],
                    "replaced_by": row.values["replaced_by"] or "",
                    "effective_on": row.values["effective"],
                    "created_at": now,
                }
            )
    if faults:
        row_number, label, reason = faults[0]
        raise Invalid(
            "regions.rows",
            f"有{len(faults)}处无法读取，整份没有办理。第{row_number}行“{label}”：{reason}",
            facts={"rows": faults[:100]},
        )
    with transaction.atomic():
        db.insert_rows(RegionChange, rows)
        return jobs.enqueue(JOB, {"batch": batch}, actor=actor, now=now, title="区划变更", total=len(rows))


def carry_out(batch: str, *, now: datetime) -> tuple[dict[str, int], list[str], bool]:
    """The next 200 lines of a list; inside the job's transaction.

    Returns how many came to which outcome (`{"done": 3}`), a sentence for each refused line, and whether it was all.
    """
    waiting = RegionChange.objects.filter(batch=batch, outcome=Outcome.WAITING).order_by("effective_on", "number")
    lines = list(waiting[:CHUNK])
    counts: dict[str, int] = {}
    refused: list[str] = []
    today = timezone.localdate(now)
    for line in lines:
        outcome, reason = _carry_out_line(line, today=today)
        db.change_rows(RegionChange, {"id": line.pk}, {"outcome": outcome, "reason": reason})
        counts[outcome] = counts.get(outcome, 0) + 1
        if reason:
            refused.append(f"第{line.number}行 {line.code}：{reason}")
    return counts, refused, len(lines) < CHUNK


def record_end(actor: Actor, batch: str, *, now: datetime) -> None:
    """The trail of a whole list."""
    counts = {outcome: RegionChange.objects.filter(batch=batch, outcome=outcome).count() for outcome in Outcome.values}
    audit.record(actor, "regions.change", ("regions", batch), now=now, detail=counts)


class _Refused(Exception):
    """Why a line is not done, as a sentence."""


def _carry_out_line(line: RegionChange, *, today: date) -> tuple[str, str]:
    try:
        if line.effective_on > today:
            raise _Refused(f"{line.effective_on.isoformat()}才生效，请到那天再导入。")
        done = _DO[Kind(line.kind)](line)
    except _Refused as fault:
        return Outcome.REFUSED, str(fault)
    return (Outcome.DONE if done else Outcome.SAME), ""


def _current(code: str) -> Region | None:
    return Region.objects.filter(code=code, valid_to__isnull=True).first()


def _existing(line: RegionChange) -> Region:
    region = _current(line.code)
    if region is None:
        raise _Refused("没有这个现行区划。")
    if region.valid_from > line.effective_on:
        raise _Refused(f"这个区划{region.valid_from.isoformat()}才开始，不能更早变更。")
    return region


def _check_parent(parent_code: str, level: int, effective_on: date) -> None:
    parent = _current(parent_code)
    if parent is None or parent.level >= level:
        raise _Refused("上级区划不存在，或层级不高于它。")
    if parent.valid_from > effective_on:
        raise _Refused(f"上级区划{parent.valid_from.isoformat()}才开始。")


def _open(line: RegionChange) -> bool:
    if not (line.name and line.parent_code and line.level):
        raise _Refused("设立须填写名称、上级代码和层级。")
    if len(line.name) < 2:
        raise _Refused("名称应为2到60个字。")
    region = _current(line.code)
    if region is not None:
        if (region.name, region.parent_code, region.level) == (line.name, line.parent_code, line.level):
            return False
        raise _Refused(f"这个代码现为“{region.name}”，更名或改隶请用相应的变更。")
    _check_parent(line.parent_code, line.level, line.effective_on)
    if Region.objects.filter(code=line.code, valid_to__gt=line.effective_on).exists():
        raise _Refused("这个代码在该日之后才撤销，不能同时启用。")
    db.insert_rows(Region, [row_of(line.code, line.parent_code, line.level, line.name, valid_from=line.effective_on)])
    return True


def _rename(line: RegionChange) -> bool:
    region = _existing(line)
    if len(line.name) < 2:
        raise _Refused("更名须填写新名称，2到60个字。")
    if region.name == line.name:
        return False
    replace_current(
        (region.code, region.parent_code, region.level, line.name), began=region.valid_from, on=line.effective_on
    )
    return True


def _move(line: RegionChange) -> bool:
    region = _existing(line)
    if not line.parent_code:
        raise _Refused("改隶须填写新的上级代码。")
    if region.parent_code == line.parent_code:
        return False
    _check_parent(line.parent_code, region.level, line.effective_on)
    replace_current(
        (region.code, line.parent_code, region.level, region.name), began=region.valid_from, on=line.effective_on
    )
    return True


def _abolish(line: RegionChange) -> bool:
    if line.replaced_by:
        successor = _current(line.replaced_by)
        if successor is None or line.replaced_by == line.code:
            raise _Refused("接续的区划不存在，请先办理它的设立。")
    if _ended_so(line):
        return False
    region = _existing(line)
    if region.valid_from == line.effective_on:
        raise _Refused("同一天设立又撤销，请核对生效日期。")
    if Region.objects.filter(parent_code=line.code, valid_to__isnull=True).exists():
        raise _Refused("它还有下级区划，请先办理下级的改隶或撤销。")
    db.change_rows(
        Region, {"code": line.code, "valid_to": None}, {"valid_to": line.effective_on, "replaced_by": line.replaced_by}
    )
    return True


def _ended_so(line: RegionChange) -> bool:
    return Region.objects.filter(code=line.code, valid_to=line.effective_on, replaced_by=line.replaced_by).exists()


def _merge(line: RegionChange) -> bool:
    if not line.replaced_by:
        raise _Refused("并入须填写接续的代码。")
    return _abolish(line)


_DO: Final[dict[Kind, Callable[[RegionChange], bool]]] = {
    Kind.NEW: _open,
    Kind.RENAME: _rename,
    Kind.MOVE: _move,
    Kind.ABOLISH: _abolish,
    Kind.MERGE: _merge,
}
"""Level is kept by every change but the first: a county that becomes a city's district keeps its level 4."""
