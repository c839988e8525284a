"""Refused rows handed back to who uploaded them, as they were written and with the reasons; mended and loaded again,
each settles the case it became.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import selectors as files, services as file_services
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, NotFound
from zhijia.kernel.tables import HANDED_BACK, MARK_HEADER, judged_rows, open_sheet
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterConflict, RosterLoad
from zhijia.organization.rosters.permissions import Permission
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.conflicts import OPEN
from zhijia.organization.rosters.rules.rows import Outcome

from .conflicts import forget_row
from .judging import Judged

_MARK: Final = re.compile(r"([0-9a-hjkmnp-tv-z]{16})-([0-9]{1,8})")
_IN: Final = (Outcome.ADDED, Outcome.BOUND, Outcome.SAME)


def refused_rows(actor: Actor, load: RosterLoad, *, now: datetime) -> tuple[list[str], Iterator[list[object]]]:
    """Headers and rows for a file: the upload's own columns, its row number, what is wrong, and a mark that tells the
    row again; mended, it is loaded again as it is.

    Only for who uploaded the file, since it holds whole numbers. Raises NotFound, Expired `file.dropped`.
    """
    if actor.account_id is None or actor.account_id != load.account_id:
        raise NotFound
    stored = files.find(load.file) if load.file else None
    if stored is None or stored.dropped_at is not None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除，请用原来的文件修改后重新上传。")
    audit.record_read(
        actor, "rosters.rows", ("roster", load.public_id), now=now, unit_id=load.unit_id,
        reason="下载有错的行",
    )  # fmt: skip
    headers = [text for text in load.header if text not in HANDED_BACK]
    kept = [place for place, text in enumerate(load.header) if text not in HANDED_BACK]

    def rows() -> Iterator[list[object]]:
        wanted = selectors.iterate_refused(load)
        fault = next(wanted, None)
        with file_services.open_content(stored) as content:
            sheet = open_sheet(content, rules.COLUMNS, sheet=load.sheet)
            for number, cells in judged_rows(sheet, rules.typed_places(load.mapping)):
                if fault is None:
                    return
                if number == fault.number:
                    own = [cells[place] if place < len(cells) else "" for place in kept]
                    yield [*own, number, rules.reasons(fault.faults), f"{load.public_id}-{number}"]
                    fault = next(wanted, None)

    return [*headers, *HANDED_BACK], rows()


def marks_of(load: RosterLoad, rows: Sequence[tuple[int, list[str]]]) -> dict[int, tuple[str, int]]:
    """Row of this file → file and row it was handed back from, where the file still holds the marks."""
    if MARK_HEADER not in load.header:
        return {}
    place = load.header.index(MARK_HEADER)
    marks = {}
    for number, cells in rows:
        found = _MARK.fullmatch(cells[place].strip()) if place < len(cells) else None
        if found:
            marks[number] = (found[1], int(found[2]))
    return marks


def settle_marked(actor: Actor, marks: dict[int, tuple[str, int]], judged: Iterable[Judged], *, now: datetime) -> int:
    """Close the cases of rows that have come in mended, within what the actor may load; in the caller's transaction.

    Returns how many. At most as many as one file opens: `members.roster_conflicts`.
    """
    came = {marks[item.row.number]: item for item in judged if item.row.number in marks and item.outcome in _IN}
    if not came:
        return 0
    waiting = RosterConflict.objects.select_related("case", "load").filter(
        db.in_scope("union__path", actor.scope_for(Permission.LOAD)),
        load__public_id__in={pid for pid, _ in came},
        number__in={number for _, number in came},
        case__state__in=OPEN,
    )
    settled = 0
    for conflict in waiting:
        item = came.get((conflict.load.public_id, conflict.number))
        if item is None or item.union is None or item.union.id != conflict.union_id:
            continue
        workflow.move(conflict.case, "mend", actor=actor, now=now, facts={"outcome": item.outcome.value})
        forget_row(conflict)
        settled += 1
    return settled
