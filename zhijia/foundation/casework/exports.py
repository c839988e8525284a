"""What leaves as a file by two persons alone: asked for with a reason, agreed to, made by a job, taken by its maker.

A capability declares an `Export` beside its kind, begins it in the effect of `agree`, and gives its step to a job:

    EXPORT = Export("rosters.export", RosterExport, "完整名册", HEADERS, members_of, counted="人")
    EXPORTS = checked_kind(..., review="casework/export.html", shows_more=EXPORT.shows)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe
from pydantic import Field

from zhijia.foundation.files import gathering, selectors as files
from zhijia.foundation.jobs import presenting, selectors as job_reads, services as jobs
from zhijia.foundation.jobs.registry import Json, RunningJob, Step
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.api import Out, PublicId, Routes
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry

from . import routing, selectors
from .fields import Choice, Words
from .kinds import CaseKind

FORM = Choice("form", "格式", choices={"xlsx": "Excel（xlsx）", "csv": "CSV（UTF-8）"}, usual="xlsx", sample="csv")
REASON = Words(
    "reason",
    "依据和用途",
    "为什么需要、作什么用，复核人会看到",
    least=5,
    most=200,
    rows=2,
    sample="办理职工医疗互助参保",
)
MARK: Final = "水印"
PART: Final = 1_000
"""Rows of one step of the job."""
_END: Final = "end"
_UNFINISHED: Final = frozenset({"queued", "running", "failed", "cancelled"})

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Export:
    """`use` names the files, and the job that makes them; its parts are of the use `<use>_part`. `model` is an
    ExportRow. `part(row, after, size, now)` gives the next rows and where to go on, empty at the end; each gets a mark
    that tells whose file it is. `counted` is the classifier of its rows; `made(row, now)` hears that it is there.
    """

    use: str
    model: type[Model]
    title: str
    headers: tuple[str, ...]
    part: Callable[[Any, str, int, datetime], tuple[Rows, str]]
    counted: str = "条"
    made: Callable[[Any, datetime], None] | None = None

    def begin(self, case: Case, row: Any, *, now: datetime) -> None:
        """Somebody else agreed: the job begins in the maker's name."""
        job = jobs.enqueue(
            self.use, {"export": row.pk}, actor=maker_of(row), now=now, title=f"准备{self.title}：{case.title}"[:200],
            unit_id=case.unit_id,
        )  # fmt: skip
        change_rows(self.model, {"id": row.pk}, {"job": job})

    def step(self, running: RunningJob, cursor: Json) -> Step:
        """The next rows; the last step puts the parts into one file."""
        now, after = running.now, str(cursor or "")
        row: Any = self.model.objects.select_related("case").get(pk=int(running.payload["export"]))  # type: ignore[attr-defined]
        case = row.case
        table = gathering.Gathering(
            maker_of(row), self.use, ("export", case.public_id), case.unit_id, row.form, (*self.headers, MARK),
            sheet=self.title, name=f"{self.title}-{case.public_id}",
        )  # fmt: skip
        if after == _END:
            row.file = gathering.finish(table, now=now).public_id
            change_rows(self.model, {"id": row.pk}, {"file": row.file})
            if self.made is not None:
                self.made(row, now)
            return Step(cursor=after, finished=True)
        rows, following = self.part(row, after, PART, now)
        mark = watermark(case)
        gathering.add_rows(table, [[*cells, mark] for cells in rows], first=not after, now=now)
        change_rows(self.model, {"id": row.pk}, {"rows": row.rows + len(rows)})
        return Step(cursor=following or _END, done=len(rows))

    def shows(self, case: Case, row: Any, actor: Actor, now: datetime) -> dict[str, Any]:
        """What `casework/export.html` takes: how far the file is, to its maker alone."""
        if not is_maker(actor, case):
            return {}
        job = job_reads.find_by_public_id(row.job) if row.job else None
        file = files.find(row.file) if row.file else None
        return {
            "job": presenting.progress(job, now=now) if job is not None and job.state in _UNFINISHED else None,
            "file": file,
            "export": {"rows": row.rows, "counted": self.counted, "days": registry.file_uses[self.use].keep_days},
        }


def is_maker(actor: Actor, case: Case) -> bool:
    return actor.person_id is not None and actor.person_id == case.maker_person_id


def maker_of(row: Any) -> Actor:
    return Actor(Kind.PERSON, account_id=row.account_id, person_id=row.case.maker_person_id)


def watermark(case: Case) -> str:
    """Who, since when agreed, and by which case, in every row: one cut out of the file still says where it is from."""
    name = registry.persons.full_name(case.maker_person_id) if case.maker_person_id else "系统"
    moment = timezone.localtime(case.entered_at).strftime("%Y-%m-%d %H:%M")
    return f"{name} {moment} 编号{case.public_id} 仅限申请用途，不得转发"


def urls(kind: CaseKind, export: Export) -> list[URLPattern]:
    """`of_job`, where a job that has ended leads; to stand before the kind's own addresses."""

    @require_safe
    def of_job(request: Request, public_id: str) -> HttpResponse:
        job = job_reads.find_by_public_id(public_id)
        if job is None or job.kind != export.use:
            raise NotFound
        row: Any = export.model.objects.select_related("case").get(pk=int(job.payload["export"]))  # type: ignore[attr-defined]
        if not selectors.may_read(kind, request.actor, row.case):
            raise NotFound
        return redirect(kind.page("review"), pid=row.case.public_id)

    return [path(f"console/{kind.slug}/of/<pid:public_id>", of_job, name=f"{kind.slug}_of_job")]


class ExportFileOut(Out):
    rows: int = Field(description="已写入文件的行数")
    file: str = Field(description="备好后本人用 GET /files/{pid} 取得；没有则为空")
    state: str = Field(description="任务的状态：queued、running、done、failed、cancelled；还没有开始则为空")


def routes(kind: CaseKind) -> tuple[Routes, ...]:
    """Those of the kind, and how far the file is."""
    (desk,) = routing.routes(kind)

    @desk.read(f"/{kind.slug}/{{pid}}/file", ExportFileOut)
    def file(request: Request, pid: PublicId) -> ExportFileOut:
        """文件准备到哪里；只给申请人。"""
        one = selectors.get_case(kind, request.actor, pid)
        if not is_maker(request.actor, one.case):
            raise NotFound
        job = job_reads.find_by_public_id(one.row.job) if one.row.job else None
        return ExportFileOut(rows=one.row.rows, file=one.row.file, state=job.state if job else "")

    return (desk,)
