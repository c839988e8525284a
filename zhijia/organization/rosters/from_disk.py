"""A roster straight from the disk, for the first load of a province: up to a million members.

The steps are those of the page's jobs, one after the other, each in a transaction of its own that also notes how far
it came: a run that was killed goes on with the same command, and the whole file again changes nothing.

Source: docs/rules/rosters.md#speed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM, Scope
from zhijia.kernel.crypto import keyed_content_digest
from zhijia.kernel.errors import Invalid
from zhijia.kernel.tables import Sheet, open_sheet, require_rows
from zhijia.kernel.typed import typed
from zhijia.organization.rosters.models import LoadState, RosterLoad
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .cases.conflicts import open_conflicts
from .services import loading

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
        load = None if dry_run else _cut_off(unit, digest)
        if load is not None:
            say(f"接着上次的第{load.cursor}行往下。")
        else:
            looks_first = dry_run or not (needs_union or confirmed)
            state = LoadState.CHECKING if looks_first else LoadState.WRITING
            load = _begin(path, unit, digest, found, mapping, state=state, now=clock())
            if looks_first:
                _check(load, found, dry_run=dry_run, clock=clock, say=say)
        if not dry_run:
            _write(load, found, clock=clock, say=say)
    load.refresh_from_db()
    return load


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
def _begin(
    path: Path, unit: UnionFacts, digest: str, sheet: Sheet, mapping: dict[str, int], *, state: LoadState, now: datetime
) -> RosterLoad:
    load = RosterLoad(
        unit_id=unit.id, file_name=path.name[-120:], digest=digest, created_at=now, state=state,
        **loading.of_sheet(sheet, mapping),
    )  # fmt: skip
    load.save(force_insert=True)
    audit.record(
        SYSTEM, "rosters.file", ("roster", load.public_id), now=now, unit_id=unit.id,
        detail={"step": state.value, "by": "command"},
    )  # fmt: skip
    return load


def _check(load: RosterLoad, sheet: Sheet, *, dry_run: bool, clock: Callable[[], datetime], say: Say) -> None:
    """The whole file without writing; afterwards it is written, or dropped where that was all or is not likely."""
    step = db.retrying()(transaction.atomic(loading.check_some))
    done, through = 0, False
    while not through:
        count, through = step(load.pk, now=clock(), sheet=sheet)
        done += count
        if dry_run:
            say(f"已处理 {done:,} 行")
    load.refresh_from_db()
    following = {"state": LoadState.DROPPED, "finished_at": clock()}
    try:
        if not dry_run:
            loading.require_likely(load)
            following = {"state": LoadState.WRITING, **loading.begun_writing(load)}
    finally:
        db.change_rows(RosterLoad, {"id": load.pk, "state": LoadState.CHECKED}, following)


def _write(load: RosterLoad, sheet: Sheet, *, clock: Callable[[], datetime], say: Say) -> None:
    """Chunk after chunk, then a case for each refused row."""
    step = db.retrying()(transaction.atomic(loading.write_some))
    done, through = 0, False
    while not through:
        count, _, through = step(load.pk, now=clock(), sheet=sheet)
        done += count
        say(f"已处理 {done:,} 行")
    case_step = db.retrying()(transaction.atomic(open_conflicts))
    after, opened = case_step(load.pk, 0, 0, now=clock(), sheet=sheet)
    while after:
        after, made = case_step(load.pk, after, opened, now=clock(), sheet=sheet)
        opened += made
    loading.finish(load.pk, now=clock())


def unit_of(code: str) -> UnionFacts:
    """The union that a command names, the top of the tree where it names none. Raises Invalid `roster.unit`."""
    tops = unions.tops(Scope(everything=True), limit=2)
    found = unions.find_by_code(typed(code)) if code else tops[0] if len(tops) == 1 else None
    if found is None:
        raise Invalid("roster.unit", "没有找到这个编码的工会；请用 --under 给出工会编码，还没有工会的先导入工会。")
    return found
