"""Loading a file of unions: take it in, check it, write what is good; resumable and repeatable.

The file becomes rows first, then jobs work on the rows: nothing is lost when a worker dies, and the same file a second
time finds everything there and adds nothing. A load acts below one union and in the name of who started it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import IO, Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count

from zhijia.foundation.audit import services as audit
from zhijia.foundation.jobs import selectors as job_selectors, services as jobs
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM, Actor, Grant, Kind
from zhijia.kernel.crypto import keyed_content_digest
from zhijia.kernel.errors import Invalid, WrongState, ZhijiaError
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import text_key
from zhijia.kernel.tables import open_table
from zhijia.organization.unions import building, reading, rules
from zhijia.organization.unions.models import Employer, LoadState, RowOutcome, Union, UnionLoad, UnionLoadRow
from zhijia.organization.unions.permissions import Permission

from .checking import Checked, check_rows

CHECK_JOB: Final = "unions.check"
WRITE_JOB: Final = "unions.load"
MAX_ROWS: Final = 20_000
"""Of one file on a page; the command takes up to 200,000."""
MAX_BYTES: Final = 20 * 1024**2
STAGE: Final = 1_000
CHECK_CHUNK: Final = 500
WRITE_CHUNK: Final = 100
AT_ONCE: Final = 500
"""A file this small is checked before the page answers."""
KEEP: Final = timedelta(days=30)


def take_file(
    actor: Actor, unit: Union, file: IO[bytes], file_name: str, *, now: datetime, max_rows: int = MAX_ROWS
) -> UnionLoad:
    """Take a file of unions in for the subtree of `unit` and start checking it; nothing of the tree changes.

    Raises NotFound, NotAllowed, Invalid `table.…` of an unreadable file, `unions.file_large`.
    """
    actor.require(Permission.LOAD, unit.path)
    file.seek(0, 2)
    if file.tell() > MAX_BYTES and not actor.is_system:
        raise Invalid("unions.file_large", "文件超过20 MB，请拆分成几个文件后再上传。")
    table = open_table(file, reading.COLUMNS, max_rows=max_rows)
    file.seek(0)
    load = UnionLoad(
        public_id=new_public_id(),
        unit=unit,
        account_id=actor.account_id,
        person_id=actor.person_id,
        file_name=_plain_name(file_name),
        digest=_digest(file),
        ignored=[text[:40] for text in table.ignored[:20]],
        sheet=table.sheet.name,
        sheets=list(table.sheet.names[:50]),
        hidden_rows=table.sheet.hidden_rows,
        created_at=now,
    )
    load.save(force_insert=True)
    try:
        _stage(load, table.rows(), rules.region_prefix(rules.Place.of(unit)))
    except BaseException:
        load.delete()
        raise
    with transaction.atomic():
        audit.record(
            actor, "unions.load", ("load", load.public_id), now=now, unit_id=unit.pk,
            detail={"step": "taken", "rows": load.rows},
        )  # fmt: skip
        if load.rows > AT_ONCE:
            title = f"核对工会名册：{load.file_name}"
            load.job = jobs.enqueue(
                CHECK_JOB, {"load": load.pk}, actor=actor, now=now, title=title, unit_id=unit.pk, total=load.rows
            )
            load.save(update_fields=["job"])
    if not load.job:
        while not check_some(load.pk, now=now)[1]:
            pass
        load.refresh_from_db()
    return load


def _digest(file: IO[bytes]) -> str:
    return keyed_content_digest(settings.ZHIJIA_DIGEST_KEY, iter(lambda: file.read(1024**2), b""))


def _plain_name(text: str) -> str:
    name = "".join(sign for sign in text.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    return name[-100:] or "未命名文件"


def _stage(load: UnionLoad, rows: Iterator[Any], under: str) -> None:
    words = reading.RegionWords(under)
    count = 0
    while part := [reading.understand(row, words) for row in islice(rows, STAGE)]:
        with transaction.atomic():
            db.insert_rows(
                UnionLoadRow,
                [
                    {
                        "load_id": load.pk,
                        "number": row.number,
                        "cells": row.cells,
                        "values": row.values,
                        "errors": row.errors,
                        "name": str(row.values.get("name", ""))[:60],
                        "level": row.values.get("level") or 0,
                        "credit_code": row.values.get("credit_code", ""),
                        "employer_code": row.values.get("employer_code", ""),
                    }
                    for row in part
                ],
            )
        count += len(part)
    load.rows = count
    load.save(update_fields=["rows"])


def check_some(load_id: int, *, now: datetime) -> tuple[int, bool]:
    """Check the next 500 rows, upper levels first. Returns how many, and whether the file is through."""
    load = UnionLoad.objects.select_related("unit").get(pk=load_id)
    lines = load.lines.filter(outcome=RowOutcome.UNCHECKED).order_by("level", "number")
    rows = list(lines[:CHECK_CHUNK])
    with transaction.atomic():
        for checked in check_rows(load, rows, now=now):
            _keep(checked)
        finished = len(rows) < CHECK_CHUNK
        if finished:
            figures = _figures(load)
            db.change_rows(
                UnionLoad,
                {"id": load.pk, "state": LoadState.CHECKING},
                {"state": LoadState.CHECKED, "figures": figures},
            )
    return len(rows), finished


def _keep(checked: Checked) -> None:
    values: dict[str, Any] = {"outcome": checked.outcome, "errors": checked.errors, "union_id": checked.union_id}
    db.change_rows(UnionLoadRow, {"id": checked.row.pk}, values)


def _figures(load: UnionLoad) -> dict[str, int]:
    rows = load.lines.values_list("outcome").annotate(number=Count("id")).order_by()
    return {str(outcome): number for outcome, number in rows}


@transaction.atomic
def write_load(actor: Actor, load: UnionLoad, *, now: datetime) -> str:
    """Start writing the good rows; returns the job's public id.

    Raises NotFound, NotAllowed; WrongState `load.not_checked`, `load.nothing`. A load whose job was stopped goes on.
    """
    actor.require(Permission.LOAD, load.unit.path)
    if load.state == LoadState.WRITING:
        job = job_selectors.find_by_public_id(load.job)
        if job is not None and job.state in {"queued", "running", "failed"}:
            return load.job
    elif load.state != LoadState.CHECKED:
        raise WrongState("load.not_checked", "这个文件还没有核对完，或已经写入，请刷新后再看。")
    waiting = load.lines.filter(outcome=RowOutcome.NEW).count()
    if not waiting:
        raise WrongState("load.nothing", "这个文件里没有可以写入的行。")
    title = f"导入工会名册：{load.file_name}"
    job_id = jobs.enqueue(
        WRITE_JOB, {"load": load.pk}, actor=actor, now=now, title=title, unit_id=load.unit_id, total=waiting
    )
    values = {"state": LoadState.WRITING, "job": job_id, "account_id": actor.account_id, "person_id": actor.person_id}
    if not db.change_rows(UnionLoad, {"id": load.pk, "state": load.state, "job": load.job}, values):
        raise WrongState
    audit.record(
        actor, "unions.load", ("load", load.public_id), now=now, unit_id=load.unit_id,
        detail={"step": "writing", "rows": waiting},
    )  # fmt: skip
    return job_id


def write_some(load_id: int, *, now: datetime) -> tuple[int, dict[str, int], bool]:
    """Write the next 100 good rows of one level; inside the job's transaction.

    Every row is checked again first: somebody may have been quicker since. Returns how many rows were looked at, how
    many came to which outcome, and whether it was the last.
    """
    load = UnionLoad.objects.select_related("unit").get(pk=load_id)
    lines = load.lines.filter(outcome=RowOutcome.NEW).order_by("level", "number")
    first = lines.first()
    if first is None:
        figures = _figures(load)
        values = {"state": LoadState.DONE, "figures": figures, "finished_at": now}
        db.change_rows(UnionLoad, {"id": load.pk, "state": LoadState.WRITING}, values)
        return 0, {}, True
    rows = list(lines.filter(level=first.level)[:WRITE_CHUNK])
    actor = _in_the_name_of(load)
    checked = check_rows(load, rows, now=now)
    good = [item for item in checked if item.outcome == RowOutcome.NEW]
    for item in checked:
        if item.outcome != RowOutcome.NEW:
            _keep(item)
    written = _write(actor, good, now=now)
    return len(rows), {"opened": written, "bad": len(rows) - written}, False


def _in_the_name_of(load: UnionLoad) -> Actor:
    """Who started the load, with the right to open unions below its unit and nothing else."""
    if load.account_id is None:
        return SYSTEM
    rights = frozenset({Permission.CREATE.value, Permission.EDIT.value})
    grant = Grant(load.unit_id, load.unit.path, "", rights)
    return Actor(Kind.PERSON, account_id=load.account_id, person_id=load.person_id, grants=(grant,), staff=True)


def _write(actor: Actor, good: Sequence[Checked], *, now: datetime) -> int:
    """All at once; where somebody was quicker with one of them, one by one. Returns how many were opened."""
    try:
        with transaction.atomic():
            _open(actor, good, now=now)
    except IntegrityError:
        return sum(_write_one(actor, item, now=now) for item in good)
    return len(good)


def _write_one(actor: Actor, item: Checked, *, now: datetime) -> bool:
    reason = "写入时与已有的工会或单位冲突，请核对后重新导入。"
    try:
        with transaction.atomic():
            _open(actor, [item], now=now)
    except (IntegrityError, ZhijiaError) as error:
        item.fault("name", error.message if isinstance(error, ZhijiaError) else reason)
        _keep(item)
        return False
    return True


def _open(actor: Actor, good: Sequence[Checked], *, now: datetime) -> None:
    employers = _employers(actor, good, now=now)
    openings = [_opening(item, employers) for item in good]
    opened = building.open_many(actor, openings, now=now)
    for item, upper in zip(good, opened, strict=True):
        db.change_rows(UnionLoadRow, {"id": item.row.pk}, {"outcome": RowOutcome.OPENED, "union_id": upper.id})


def _opening(item: Checked, employers: dict[int, tuple[int, str]]) -> building.Opening:
    values = item.values
    if item.upper is None:
        raise Invalid("union.parent_unwritten", "上级工会没有写入，请先核对上级所在的行。")
    return building.Opening(
        name=values["name"],
        type=values["type"],
        level=values["level"],
        region=item.region,
        upper=item.upper,
        founded_on=date.fromisoformat(values["founded_on"]) if values.get("founded_on") else None,
        employer=employers.get(item.row.pk),
        credit_code=values.get("credit_code"),
        phone=values.get("phone", ""),
        address=values.get("address", ""),
    )


def _employers(actor: Actor, good: Sequence[Checked], *, now: datetime) -> dict[int, tuple[int, str]]:
    """Row id → the employer's row id and public id; those not recorded yet are, each once."""
    found = {item.row.pk: item.employer for item in good if item.employer is not None}
    missing = [item for item in good if item.employer is None and item.values.get("employer_name")]
    rows = [
        {
            "public_id": new_public_id(),
            "credit_code": item.values.get("employer_code"),
            "name": item.values["employer_name"],
            "name_key": text_key(item.values["employer_name"]),
            "region": item.region,
            "industry": item.values.get("industry", ""),
            "ownership": item.values.get("ownership", "99"),
            "headcount": item.values.get("headcount", 0),
            "created_at": now,
        }
        for item in missing
    ]
    for item, row, key in zip(missing, rows, db.insert_rows(Employer, rows), strict=True):
        after = {"name": row["name"], "code": row["credit_code"]}
        audit.record(actor, "unions.employer", ("employer", row["public_id"]), now=now, after=after)
        found[item.row.pk] = (key, str(row["public_id"]))
    return found


@transaction.atomic
def drop_load(actor: Actor, load: UnionLoad, *, now: datetime) -> None:
    """Throw a checked file away. Raises WrongState where it is being written or is written."""
    actor.require(Permission.LOAD, load.unit.path)
    if not db.change_rows(UnionLoad, {"id": load.pk, "state": LoadState.CHECKED}, {"state": LoadState.DROPPED}):
        raise WrongState
    UnionLoadRow.objects.filter(load=load).delete()
    audit.record(
        actor, "unions.load", ("load", load.public_id), now=now, unit_id=load.unit_id, detail={"step": "dropped"}
    )


def forget_old_rows(*, now: datetime, at_most: int = 2_000) -> int:
    """Delete rows of loads that began more than 30 days ago; their figures stay. Returns how many went."""
    old = UnionLoadRow.objects.filter(load__created_at__lt=now - KEEP).values_list("pk", flat=True)[:at_most]
    return UnionLoadRow.objects.filter(pk__in=list(old)).delete()[0]
