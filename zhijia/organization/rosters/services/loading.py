"""Loading a roster of members: take the file in, agree on its columns, check it, write what is good.

The file lies sealed in the store, or on the disk of who runs the command. Jobs and the command go through it in the
same steps: chunks, each committed together with how far it came. Nothing personal is kept beside the file but the
masked names of refused rows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import selectors as files, services as file_services
from zhijia.foundation.jobs import selectors as job_selectors, services as jobs
from zhijia.kernel import db, masks
from zhijia.kernel.actor import SYSTEM, Actor, Grant, Kind as ActorKind
from zhijia.kernel.crypto import keyed_digest
from zhijia.kernel.errors import Expired, RuleBroken, WrongState
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.tables import Sheet, open_sheet, require_rows
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import LoadState, RosterFault, RosterLoad, RosterMapping
from zhijia.organization.rosters.permissions import Permission
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.rows import Fault, Outcome
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .handed_back import marks_of, settle_marked
from .judging import TWICE, Judged, judge
from .preparing import prepare
from .reading import Pass, finished, going_on
from .writing import write_rows

CHECK_JOB: Final = "rosters.check"
WRITE_JOB: Final = "rosters.write"
FILE_USE: Final = "rosters.file"
CHUNK: Final = 2_000
"""Rows of one transaction: about a second, in which others who write wait on SQLite."""
SMALL: Final = 64 * 1024
"""A file this small is checked before the page answers."""
KEEP: Final = timedelta(days=30)


# --- Taking a file in -----------------------------------------------------------------------------------------------
@db.retrying()
@transaction.atomic
def take_file(actor: Actor, unit: UnionFacts, file: IO[bytes], file_name: str, *, now: datetime) -> RosterLoad:
    """Keep a roster for `unit` and below and propose what its columns are; nothing is checked yet.

    Raises NotFound, NotAllowed, Invalid `table.…` of an unreadable file, `file.…` of one that is too large.
    """
    actor.require(Permission.LOAD, unit.path)
    sheet = open_sheet(file, rules.COLUMNS, max_rows=rules.most_rows(unit.level))
    require_rows(sheet)
    public_id = new_public_id()
    kept = file_services.keep(
        actor, file, use=FILE_USE, name=file_name, about=("roster", public_id), unit_id=unit.id, now=now
    )
    file.seek(0)
    load = RosterLoad(
        public_id=public_id,
        unit_id=unit.id,
        account_id=actor.account_id,
        person_id=actor.person_id,
        file=kept.public_id,
        file_name=kept.name,
        digest=kept.digest,
        rows=sheet.total if sheet.total is not None else _lines(file),
        created_at=now,
        **of_sheet(sheet, _remembered(unit.id, sheet.header) or rules.propose(sheet)),
    )
    load.save(force_insert=True)
    _record(actor, load, "taken", now=now)
    return load


def of_sheet(sheet: Sheet, mapping: dict[str, int]) -> dict[str, Any]:
    """The columns of a load that follow from the sheet that is read."""
    return {
        "header": [text[:40] for text in sheet.header],
        "mapping": mapping,
        "sheet": sheet.name,
        "sheets": list(sheet.names[:50]),
        "hidden_rows": sheet.hidden_rows,
    }


@db.retrying()
@transaction.atomic
def choose_sheet(actor: Actor, load: RosterLoad, name: str, *, now: datetime) -> None:
    """Read another sheet of the workbook; its columns are to be agreed on anew.

    Raises NotFound, NotAllowed, WrongState once the file is being written, Invalid `table.…`, Expired `file.dropped`.
    """
    unit = unions.get_facts(load.unit_id)
    actor.require(Permission.LOAD, unit.path)
    with _opened(load) as content:
        sheet = open_sheet(content, rules.COLUMNS, max_rows=rules.most_rows(unit.level), sheet=name)
        require_rows(sheet)
    values = of_sheet(sheet, _remembered(unit.id, sheet.header) or rules.propose(sheet))
    values |= {"state": LoadState.MAPPING, "rows": sheet.total, "cursor": 0, "figures": {}, "into": {}}
    open_states = (LoadState.MAPPING, LoadState.CHECKED)
    if load.state not in open_states or not db.change_rows(RosterLoad, {"id": load.pk, "state": load.state}, values):
        raise WrongState
    RosterFault.objects.filter(load=load).delete()
    _record(actor, load, "sheet", now=now)


def _lines(file: IO[bytes]) -> int:
    """About as many rows as a CSV file has; exactly known once it is checked."""
    file.seek(0)
    lines = 0
    while chunk := file.read(1024**2):
        lines += chunk.count(b"\n")
    return max(1, lines)


def _header_digest(header: Iterable[str]) -> str:
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, "\0".join(text[:40] for text in header))


def _remembered(unit_id: int, header: Iterable[str]) -> dict[str, int]:
    known = RosterMapping.objects.filter(union_id=unit_id, header=_header_digest(header)).first()
    return dict(known.mapping) if known else {}


def _record(actor: Actor, load: RosterLoad, step: str, *, now: datetime, **detail: Any) -> None:
    audit.record(
        actor, "rosters.file", ("roster", load.public_id), now=now, unit_id=load.unit_id,
        detail={"step": step, **detail},
    )  # fmt: skip


def sample(actor: Actor, load: RosterLoad) -> list[str]:
    """The first row's cells by column, numbers masked, for whoever agrees on the columns. Raises NotFound, NotAllowed,
    Expired `file.dropped`.
    """
    unit = unions.get_facts(load.unit_id)
    actor.require(Permission.LOAD, unit.path)
    with _opened(load) as content:
        sheet = open_sheet(content, rules.COLUMNS, max_rows=rules.most_rows(unit.level), sheet=load.sheet)
        with closing(sheet.rows()) as rows:
            _, cells = next(rows, (0, []))
    return [_shown(text.strip()) for text in [*cells, *[""] * len(load.header)][: len(load.header)]]


def _shown(text: str) -> str:
    digits = sum(sign.isdigit() for sign in text)
    return masks.mask_id_number(text) if digits >= 7 else text[:20]


@db.retrying()
@transaction.atomic
def set_mapping(actor: Actor, load: RosterLoad, mapping: Mapping[str, int], *, now: datetime) -> None:
    """Agree on the columns, remember them for the unit's next file of this header, and start checking.

    Raises NotFound, NotAllowed, Invalid `roster.mapping` naming every field, WrongState.
    """
    unit = unions.get_facts(load.unit_id)
    actor.require(Permission.LOAD, unit.path)
    chosen = rules.check_mapping(mapping, len(load.header), needs_union=unit.type not in unions.JOINABLE)
    header = _header_digest(load.header)
    RosterMapping.objects.update_or_create(union_id=unit.id, header=header, defaults={"mapping": chosen, "at": now})
    title = f"核对会员名册：{load.file_name}"
    job = jobs.enqueue(
        CHECK_JOB, {"load": load.pk}, actor=actor, now=now, title=title, unit_id=load.unit_id, total=load.rows
    )
    values = {"mapping": chosen, "state": LoadState.CHECKING, "job": job, "cursor": 0, "figures": {}, "into": {}}
    if not db.change_rows(RosterLoad, {"id": load.pk, "state": load.state}, values) or load.state not in (
        LoadState.MAPPING,
        LoadState.CHECKED,
    ):
        raise WrongState
    RosterFault.objects.filter(load=load).delete()
    _record(actor, load, "mapped", now=now)


def _opened(load: RosterLoad) -> IO[bytes]:
    """The file's content. Raises Expired `file.dropped`."""
    stored = files.find(load.file)
    if stored is None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除。")
    return file_services.open_content(stored)


# --- Checking and writing -------------------------------------------------------------------------------------------
def begin(load: RosterLoad, unit: UnionFacts, sheet: Sheet | None, *, now: datetime) -> Callable[[int], Pass]:
    """`sheet` is read where the caller has it open, else the file in the store."""
    today = timezone.localdate(now)

    def begin(after: int) -> Pass:
        if sheet is not None:
            return Pass(sheet, load.mapping, today=today, after=after)
        content = _opened(load)
        try:
            found = open_sheet(content, rules.COLUMNS, max_rows=rules.most_rows(unit.level), sheet=load.sheet)
            return Pass(found, load.mapping, today=today, after=after, file=content)
        except BaseException:
            content.close()
            raise

    return begin


def check_some(load_id: int, *, now: datetime, sheet: Sheet | None = None) -> tuple[int, bool]:
    """Check the next rows in the caller's transaction. Returns how many, and whether the file is through."""
    load = RosterLoad.objects.get(pk=load_id)
    unit = unions.get_facts(load.unit_id)
    key = (load.pk, "check")
    with going_on(key, load.cursor, begin(load, unit, sheet, now=now)) as reading:
        rows = reading.take(CHUNK)
        prepared = prepare(rows, load.mapping, reading.today, seal=False)
        reading.seen.note(prepared)
        judged = judge(reading.desk(unit), prepared, reading.seen)
        through = len(rows) < CHUNK
        advance(load, judged, LoadState.CHECKED if through else LoadState.CHECKING, now=now)
    if through:
        finished(key)
    return len(rows), through


def write_some(load_id: int, *, now: datetime, sheet: Sheet | None = None) -> tuple[int, dict[str, int], bool]:
    """Write the good ones of the next rows in the caller's transaction; every row is judged again first.

    Returns how many rows were looked at, how many came to which outcome, and whether the file is through; its state is
    then the caller's to change.
    """
    load = RosterLoad.objects.get(pk=load_id)
    unit = unions.get_facts(load.unit_id)
    key = (load.pk, "write")
    with going_on(key, load.cursor, begin(load, unit, sheet, now=now)) as reading:
        rows = reading.take(CHUNK)
        prepared = prepare(rows, load.mapping, reading.today, seal=True)
        reading.seen.note(prepared)
        actor = in_the_name_of(load, unit)
        judged = write_rows(actor, reading.desk(unit), prepared, reading.seen, now=now)
        advance(load, judged, LoadState.WRITING, now=now)
        settle_marked(actor, marks_of(load, rows), judged, now=now)
        if rows:
            _record(actor, load, "chunk", now=now, **outcomes(judged))
    through = len(rows) < CHUNK
    if through:
        finished(key)
    return len(rows), outcomes(judged), through


def outcomes(judged: Sequence[Judged]) -> dict[str, int]:
    return dict(Counter(item.outcome.value for item in judged))


def advance(load: RosterLoad, judged: Sequence[Judged], state: str, *, now: datetime) -> None:
    """Note how far it came, the counts and the refused rows, in the transaction that did it.

    Raises WrongState where somebody else came as far already.
    """
    _tell_doubles(load, judged)
    figures = Counter(load.figures)
    figures.update(outcomes(judged))
    refused = [item for item in judged if item.outcome is Outcome.BAD]
    figures.update(f"kind:{item.kind.value}" for item in refused)
    figures.update(f"code:{code}" for item in refused for code in {fault.code for fault in item.faults})
    last = judged[-1].row.number if judged else load.cursor
    values: dict[str, Any] = {"cursor": last, "figures": dict(figures), "state": state}
    if state in (LoadState.CHECKING, LoadState.CHECKED):
        values["into"] = _into(load, judged)
    if state == LoadState.CHECKED:
        values |= {"rows": sum(figures[outcome.value] for outcome in Outcome)}
    where = {"id": load.pk, "cursor": load.cursor, "state": load.state}
    if not db.change_rows(RosterLoad, where, values):
        raise WrongState("roster.elsewhere", "这个文件正由另一个程序处理，请稍后再看。")
    for name, value in values.items():
        setattr(load, name, value)
    _keep_faults(load, judged, refused)


def _tell_doubles(load: RosterLoad, judged: Sequence[Judged]) -> None:
    """Whoever stands twice is told where the first row is refused itself: then nobody of the two is written."""
    doubles = [item for item in judged if item.first_row]
    if not doubles:
        return
    here = {item.row.number: item.outcome is Outcome.BAD for item in judged}
    refused = {number for number, is_bad in here.items() if is_bad}
    before = {item.first_row for item in doubles} - here.keys()
    refused.update(RosterFault.objects.filter(load=load, number__in=before).values_list("number", flat=True))
    for item in doubles:
        if item.first_row in refused:
            item.faults = [fault for fault in item.faults if fault.code != TWICE]
            text = (
                f"与文件第{item.first_row}行是同一证件号码，而那一行也没有通过；请改好其中一行、删去另一行后重新导入。"
            )
            item.faults.append(Fault("id_number", "roster.twice_refused", text))


def _into(load: RosterLoad, judged: Sequence[Judged]) -> dict[str, int] | None:
    """New members by union so far; None where the file is for more unions than are looked at one by one."""
    if load.into is None:
        return None
    into = Counter(load.into)
    into.update(str(item.union.id) for item in judged if item.union and item.outcome in (Outcome.NEW, Outcome.KNOWN))
    return dict(into) if len(into) <= RosterLoad.MOST_UNIONS else None


def _keep_faults(load: RosterLoad, judged: Sequence[Judged], refused: Sequence[Judged]) -> None:
    if not judged:
        return
    if load.state == LoadState.WRITING and load.figures.get("checked"):
        numbers = (judged[0].row.number, judged[-1].row.number)
        RosterFault.objects.filter(load=load, number__range=numbers).delete()
    db.copy_rows(
        RosterFault,
        ["load_id", "number", "name", "kind", "union_id", "faults"],
        [
            (
                load.pk, item.row.number, masks.mask_name(item.row.name)[:30], item.kind.value,
                item.union.id if item.union else None, json.dumps([list(fault) for fault in item.faults]),
            )
            for item in refused
        ],
    )  # fmt: skip


def in_the_name_of(load: RosterLoad, unit: UnionFacts) -> Actor:
    """Who started the load, with the right to load here and nothing else."""
    if load.account_id is None:
        return SYSTEM
    grant = Grant(unit.id, unit.path, "", frozenset({Permission.LOAD.value}))
    return Actor(ActorKind.PERSON, account_id=load.account_id, person_id=load.person_id, grants=(grant,), staff=True)


@db.retrying()
@transaction.atomic
def start_writing(actor: Actor, load: RosterLoad, *, confirmed: bool = False, now: datetime) -> str:
    """Start writing the good rows; returns the job's public id. A load whose job was stopped goes on where it was.

    `confirmed` says that somebody looked at unions that would have far more members than workers. Raises NotFound,
    NotAllowed; WrongState `load.not_checked`, `load.nothing`; RuleBroken `roster.crowded`.
    """
    actor.require(Permission.LOAD, unions.get_facts(load.unit_id).path)
    values: dict[str, Any] = {
        "state": LoadState.WRITING, "account_id": actor.account_id, "person_id": actor.person_id,
    }  # fmt: skip
    if load.state == LoadState.WRITING:
        job = job_selectors.find_by_public_id(load.job)
        if job is not None and job.state in {"queued", "running", "failed"}:
            return load.job
    elif load.state != LoadState.CHECKED:
        raise WrongState("load.not_checked", "这个文件还没有核对完，或已经写入，请刷新后再看。")
    else:
        if not load.figures.get("new", 0) + load.figures.get("known", 0) + load.figures.get("bad", 0):
            raise WrongState("load.nothing", "这个文件里没有可以写入的行，名册中的人都已经是会员。")
        if not confirmed:
            require_likely(load)
        values |= begun_writing(load)
    values["job"] = jobs.enqueue(
        WRITE_JOB, {"load": load.pk}, actor=actor, now=now, title=f"导入会员名册：{load.file_name}",
        unit_id=load.unit_id, total=load.rows,
    )  # fmt: skip
    if not db.change_rows(RosterLoad, {"id": load.pk, "state": load.state, "job": load.job}, values):
        raise WrongState
    _record(actor, load, "writing", now=now)
    return str(values["job"])


def require_likely(load: RosterLoad) -> None:
    """Raises RuleBroken `roster.crowded` where a union would have far more members than workers."""
    crowds = selectors.crowded(load)
    if crowds:
        first = crowds[0]
        raise RuleBroken(
            "roster.crowded",
            f"“{first.union}”登记的职工是{first.workers}人，写入后会员将有{first.members}人，"
            "请核对名册是否选错了工会；确认人数无误的，请确认后再写入。",
        )


def begun_writing(load: RosterLoad) -> dict[str, Any]:
    """The columns of a load whose writing begins: at the first row, with nothing counted; `checked` says that refused
    rows are known from the check.
    """
    return {"cursor": 0, "figures": {"checked": load.rows or 0}}


@transaction.atomic
def finish(load_id: int, *, now: datetime) -> None:
    """The last row is written and conflicts are open: the result stays."""
    load = RosterLoad.objects.get(pk=load_id)
    rows = sum(load.figures.get(outcome.value, 0) for outcome in Outcome)
    values = {"rows": rows, "state": LoadState.DONE, "finished_at": now}
    db.change_rows(RosterLoad, {"id": load_id, "state": LoadState.WRITING}, values)


@db.retrying()
@transaction.atomic
def drop_load(actor: Actor, load: RosterLoad, *, now: datetime) -> None:
    """Throw away a file that is not written, with its content. Raises WrongState where it is being written."""
    actor.require(Permission.LOAD, unions.get_facts(load.unit_id).path)
    open_states = (LoadState.MAPPING, LoadState.CHECKED)
    if load.state not in open_states or not db.change_rows(
        RosterLoad, {"id": load.pk, "state": load.state}, {"state": LoadState.DROPPED, "finished_at": now}
    ):
        raise WrongState
    RosterFault.objects.filter(load=load).delete()
    if load.file:
        file_services.drop(actor, load.file, reason="dropped", now=now)
    _record(actor, load, "dropped", now=now)


def forget_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Delete refused rows of loads that began more than 30 days ago; figures and cases stay. Returns how many went."""
    old = RosterFault.objects.filter(load__created_at__lt=now - KEEP).values_list("pk", flat=True)[:at_most]
    return RosterFault.objects.filter(pk__in=list(old)).delete()[0]
