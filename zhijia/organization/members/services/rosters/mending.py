"""Refused rows handed back to who uploaded them, as they were written and with the reasons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import selectors as files, services as file_services
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, NotFound
from zhijia.kernel.tables import open_sheet
from zhijia.organization.members.models import RosterLoad
from zhijia.organization.members.rules import rosters as rules
from zhijia.organization.members.selectors import rosters as selectors

TAIL = ("原行号", "错误原因")


def refused_rows(actor: Actor, load: RosterLoad, *, now: datetime) -> tuple[list[str], Iterator[list[object]]]:
    """Headers and rows for a file: the upload's own columns, its row number and what is wrong; mended, it is loaded
    again as it is.

    Only for who uploaded the file, since it holds whole numbers. Raises NotFound, Expired `file.dropped`.
    """
    if actor.account_id is None or actor.account_id != load.account_id:
        raise NotFound
    stored = files.find(load.file) if load.file else None
    if stored is None or stored.dropped_at is not None:
        raise Expired("file.dropped", "这个文件已过保存期限，内容已经删除，请用原来的文件修改后重新上传。")
    audit.record_read(
        actor, "members.roster_rows", ("roster", load.public_id), now=now, unit_id=load.unit_id,
        reason="下载有错的行",
    )  # fmt: skip
    headers = [text for text in load.header if text not in TAIL]
    kept = [place for place, text in enumerate(load.header) if text not in TAIL]

    def rows() -> Iterator[list[object]]:
        wanted = selectors.iterate_refused(load)
        fault = next(wanted, None)
        with file_services.open_content(stored) as content:
            for number, cells in open_sheet(content, rules.COLUMNS).rows():
                if fault is None:
                    return
                if number == fault.number:
                    own = [cells[place] if place < len(cells) else "" for place in kept]
                    yield [*own, number, rules.reasons(fault.faults)]
                    fault = next(wanted, None)

    return [*headers, *TAIL], rows()
