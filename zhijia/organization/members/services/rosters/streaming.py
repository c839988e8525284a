"""The first load of a province: a file of up to a million members, straight from the disk.

The same rules, judging and writing as on the pages, in larger chunks: while the database writes one, other processes
prepare those behind it and a thread judges the next. What is committed is noted on the load in the same transaction: a
run that was killed goes on with the same command, and the whole file again changes nothing.

Source: docs/rules/rosters.md#speed
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM, Scope
from zhijia.kernel.crypto import keyed_content_digest
from zhijia.kernel.errors import Invalid
from zhijia.kernel.tables import Sheet, open_sheet, require_rows
from zhijia.kernel.typed import typed
from zhijia.organization.members.models import LoadState, RosterLoad
from zhijia.organization.members.rules import rosters as rules
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .conflicts import open_some
from .judging import Desk, Judged, Seen, judge
from .loading import advance, of_sheet, outcomes, require_likely
from .preparing import Prepared, Preparers, Rows, prepare, unpack
from .reading import Pass
from .writing import write_rows

CHUNK: Final = 7_000
"""Rows of one transaction: less than a second of PostgreSQL, and memory of all processes below 600 MB."""
DESK_S: Final = 60
Say = Callable[[str], None]


def load_file(
    path: Path, unit: UnionFacts, *, dry_run: bool, clock: Callable[[], datetime], say: Say, sheet: str = "",
    confirmed: bool = False,
) -> RosterLoad:  # fmt: skip
    """Load a file for `unit` and below, or go on with it where a run was cut off; with `dry_run` nothing is written.

    `sheet` names one of a workbook's. A union that would have far more members than workers is asked for first, unless
    `confirmed`; for units above, whose files are long, it is not. Raises Invalid `table.…`, `roster.mapping` of a file
    whose headers do not say what its columns are, RuleBroken `roster.crowded`.
    """
    with path.open("rb") as file:
        pieces = iter(lambda: file.read(1024 * 1024), b"")
        digest = keyed_content_digest(settings.ZHIJIA_DIGEST_KEY, pieces)
        found = open_sheet(file, rules.COLUMNS, sheet=sheet)
        require_rows(found)
        mapping = rules.propose(found)
        _tell_columns(found, mapping, say)
        needs_union = unit.type not in unions.JOINABLE
        mapping = rules.check_mapping(mapping, len(found.header), needs_union=needs_union)
        if not dry_run and not confirmed and not needs_union and _cut_off(unit, digest) is None:
            looked_at = _resume_or_begin(path, unit, digest, found, mapping, dry_run=True, now=clock())
            _run(found, looked_at, unit, dry_run=True, clock=clock, say=_silent)
            require_likely(looked_at)
        load = _resume_or_begin(path, unit, digest, found, mapping, dry_run=dry_run, now=clock())
        if load.cursor:
            say(f"接着上次的第{load.cursor}行往下。")
        _run(found, load, unit, dry_run=dry_run, clock=clock, say=say)
    return load


def _silent(text: str) -> None:
    """Nobody listens to a run that only looks."""


def _tell_columns(sheet: Sheet, mapping: Mapping[str, int], say: Say) -> None:
    """What is read and what is not, before anything is written."""
    if sheet.name and len(sheet.names) > 1:
        say(f"读取工作表“{sheet.name}”；没有读取：{'、'.join(name for name in sheet.names if name != sheet.name)}。")
    say(
        "读取的列："
        + "、".join(f"{rules.LABELS[name]}←{sheet.header[place]}" for name, place in mapping.items())
        + "。"
    )
    guesses = {place: rules.LABELS[name] for name, place in rules.guess(sheet.header, mapping).items()}
    unused = [
        f"{text}（像是“{guesses[sheet.header.index(text)]}”，请改表头）"
        if sheet.header.index(text) in guesses
        else text
        for text in rules.unused(sheet.header, mapping)
    ]
    if unused:
        say(f"没有用到的列：{'、'.join(unused)}。")
    if sheet.hidden_rows:
        say(f"有{sheet.hidden_rows}行被筛选或隐藏，也一并读取。")


def _cut_off(unit: UnionFacts, digest: str) -> RosterLoad | None:
    """The load of the same file that a run left unfinished."""
    begun = RosterLoad.objects.filter(digest=digest, unit_id=unit.id, state=LoadState.WRITING, file="")
    return begun.order_by("-id").first()


@transaction.atomic
def _resume_or_begin(
    path: Path, unit: UnionFacts, digest: str, sheet: Sheet, mapping: dict[str, int], *, dry_run: bool, now: datetime
) -> RosterLoad:
    if not dry_run and (begun := _cut_off(unit, digest)) is not None:
        return begun
    load = RosterLoad(
        unit_id=unit.id, file_name=path.name[-120:], digest=digest, created_at=now,
        state=LoadState.CHECKING if dry_run else LoadState.WRITING, **of_sheet(sheet, mapping),
    )  # fmt: skip
    load.save(force_insert=True)
    audit.record(
        SYSTEM, "members.roster", ("roster", load.public_id), now=now, unit_id=unit.id,
        detail={"step": "checking" if dry_run else "writing", "by": "command"},
    )  # fmt: skip
    return load


def _run(
    sheet: Sheet, load: RosterLoad, unit: UnionFacts, *, dry_run: bool, clock: Callable[[], datetime], say: Say
) -> None:
    today = timezone.localdate(clock())
    with (
        closing(Pass(sheet, load.mapping, today=today, after=load.cursor)) as reading,
        closing(_judged(unit, reading, seal=not dry_run)) as chunks,
    ):
        for chunk in chunks:
            if dry_run:
                _check(load, chunk, now=clock())
            else:
                _write(load, chunk, reading.seen, now=clock())
            say(f"已处理 {sum(load.figures.get(outcome.value, 0) for outcome in rules.Outcome):,} 行")
    if not dry_run:
        _open_conflicts(sheet, load, today=today, clock=clock)
    state = LoadState.DROPPED if dry_run else LoadState.DONE
    rows_read = sum(load.figures.get(outcome.value, 0) for outcome in rules.Outcome)
    values = {"rows": rows_read, "state": state, "finished_at": clock()}
    db.change_rows(RosterLoad, {"id": load.pk, "state": load.state}, values)
    load.refresh_from_db()


def _open_conflicts(sheet: Sheet, load: RosterLoad, *, today: date, clock: Callable[[], datetime]) -> None:
    """Cases for refused rows, as many as one file may open."""
    if not load.figures.get(rules.Outcome.BAD.value):
        return
    after = opened = 0
    with closing(Pass(sheet, load.mapping, today=today)) as reading:
        while True:
            with transaction.atomic():
                after, made = open_some(load, reading, after=after, opened=opened, now=clock())
            opened += made
            if not after:
                return


class _Chunk(NamedTuple):
    """Rows, what they come to at first sight, and the desk that saw them."""

    desk: Desk
    rows: list[Prepared]
    judged: list[Judged]


def _judged(unit: UnionFacts, reading: Pass, *, seal: bool) -> Generator[_Chunk]:
    """Chunks in the order of the file. One of a longer file is read and judged by a thread while the caller writes the
    one before it: what that one still adds is met by the unique indexes when this one is written.
    """
    rows = reading.take(CHUNK)
    if len(rows) < CHUNK:
        yield from _judge(unit, reading, [prepare(rows, reading.mapping, reading.today, seal=seal)] if rows else [])
        return
    with ExitStack() as stack:
        prepared = _sealed(reading, rows, stack.enter_context(Preparers())) if seal else _checked(reading, rows)
        stack.enter_context(_without_collecting())
        thread = stack.enter_context(ThreadPoolExecutor(1))
        stack.callback(thread.submit, connections.close_all)  # the thread's own
        chunks = _judge(unit, reading, prepared)
        following = thread.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = thread.submit(next, chunks, None)
            yield chunk


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows hold no circles: looking for some among millions of them would take a tenth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _judge(unit: UnionFacts, reading: Pass, prepared: Iterable[list[Prepared]]) -> Iterator[_Chunk]:
    desk, since = Desk(unit), time.monotonic()
    for rows in prepared:
        reading.seen.note(rows)
        if time.monotonic() - since > DESK_S:
            desk, since = Desk(unit), time.monotonic()
        yield _Chunk(desk, rows, judge(desk, rows, reading.seen))


def _checked(reading: Pass, rows: Rows) -> Iterator[list[Prepared]]:
    while rows:
        yield prepare(rows, reading.mapping, reading.today, seal=False)
        rows = reading.take(CHUNK)


def _sealed(reading: Pass, rows: Rows, preparers: Preparers) -> Iterator[list[Prepared]]:
    """Rows prepared in other processes, some chunks ahead."""
    waiting: deque[Future[bytes]] = deque()
    while rows:
        waiting.append(preparers.begin(rows, reading.mapping, reading.today))
        if len(waiting) > preparers.ahead:
            yield unpack(waiting.popleft().result())
        rows = reading.take(CHUNK)
    while waiting:
        yield unpack(waiting.popleft().result())


@transaction.atomic
def _check(load: RosterLoad, chunk: _Chunk, *, now: datetime) -> None:
    advance(load, chunk.judged, LoadState.CHECKING, now=now)


def _write(load: RosterLoad, chunk: _Chunk, seen: Seen, *, now: datetime) -> None:
    figures, cursor = load.figures, load.cursor
    at_first_sight = [chunk.judged]

    @db.retrying()
    @transaction.atomic
    def write() -> None:
        load.figures, load.cursor = figures, cursor
        judged = at_first_sight.pop() if at_first_sight else None  # a second try judges anew
        judged = write_rows(SYSTEM, chunk.desk, chunk.rows, seen, at_first_sight=judged, now=now)
        advance(load, judged, LoadState.WRITING, now=now)
        audit.record(
            SYSTEM, "members.roster", ("roster", load.public_id), now=now, unit_id=load.unit_id,
            detail={"step": "chunk", **outcomes(judged)},
        )  # fmt: skip

    write()


def unit_of(code: str) -> UnionFacts:
    """The union that a command names, the top of the tree where it names none. Raises Invalid `roster.unit`."""
    tops = unions.tops(Scope(everything=True), limit=2)
    found = unions.find_by_code(typed(code)) if code else tops[0] if len(tops) == 1 else None
    if found is None:
        raise Invalid("roster.unit", "没有找到这个编码的工会；请用 --under 给出工会编码，还没有工会的先导入工会。")
    return found
