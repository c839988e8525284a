"""For cadres: files of members from the upload to the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpResponseBase
from ninja import File
from ninja.files import UploadedFile
from pydantic import Field

from zhijia.foundation.casework.selectors import get_case
from zhijia.foundation.files.api import seekable
from zhijia.foundation.jobs import selectors as jobs
from zhijia.kernel.api import (
    After,
    Done,
    In,
    Limit,
    Out,
    PublicId,
    Routes,
    Text,
    Who,
    file_answer,
)
from zhijia.kernel.http import Request
from zhijia.kernel.tables import csv_chunks
from zhijia.organization.people import selectors as people
from zhijia.organization.people.api.shapes import PersonOut, person_out
from zhijia.organization.rosters import selectors as reads
from zhijia.organization.rosters.cases.conflicts import CONFLICTS
from zhijia.organization.rosters.permissions import Permission
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.rows import Kind
from zhijia.organization.rosters.services import handed_back, loading
from zhijia.organization.unions import selectors as unions

routes = Routes("rosters", "会员名册文件", who=Who.CADRE, surface="console")

MOST_FILE = 300 * 1024 * 1024
Column = Literal[
    "name", "id_number", "id_type", "mobile", "union_code", "union_name", "employer_code", "employer_name",
    "work_form", "new_form_group", "occupation", "rural", "ethnicity", "education", "political_status", "joined_on",
]  # fmt: skip


class LoadOut(Out):
    id: str
    file_name: str
    union: str
    state: str = Field(examples=["checked"])
    label: str
    rows: int | None = Field(description="行数；还没有数完则为空")
    created_at: datetime
    finished_at: datetime | None


class LoadList(Out):
    items: list[LoadOut]
    next: str


class RosterFiguresOut(Out):
    """Rows by outcome: the first two before the file is written, the next two after."""

    new: int = Field(description="将新增档案和会籍")
    known: int = Field(description="已有档案，将登记会籍")
    added: int = Field(description="已新增")
    bound: int = Field(description="已登记")
    same: int = Field(description="已是本工会会员")
    bad: int = Field(description="有错，不写入")


class RefusedOut(Out):
    """Refused rows by who can settle them."""

    data: int
    elsewhere: int
    employer: int
    twice: int
    nobody: int = Field(description="合计、填表说明、模板示例等，不是人员")


class ProgressOut(Out):
    """The job that checks or writes the file; `total` is about right until the file was read once."""

    state: str = Field(examples=["running"], description="queued、running、done、failed、cancelled")
    done: int
    total: int | None
    message: str = Field(description="未完成的原因")


class CrowdOut(Out):
    union: str
    workers: int = Field(description="登记的职工人数")
    members: int = Field(description="写入后的会员人数")


class LoadDetail(LoadOut):
    figures: RosterFiguresOut
    refused: RefusedOut
    progress: ProgressOut | None = Field(description="核对或写入进行到哪里；还没有开始则为空")
    unused: list[str] = Field(description="没有用到的列")
    hidden_rows: int = Field(description="被筛选或隐藏的行数，也一并导入")
    crowded: list[CrowdOut] = Field(description="写入后会员远多于职工的工会；写入时须确认")


class ColumnsOut(Out):
    id: str
    header: list[str] = Field(description="文件的表头，按先后")
    sample: list[str] = Field(description="第一行的内容，号码已遮盖")
    mapping: dict[str, int] = Field(description="各项在第几列，从 0 起；按表头或上次的对应填好")
    guessed: dict[str, int] = Field(description="只是像某一项的列；核对时带在 mapping 里才采用")
    unused: list[str] = Field(description="没有用到的列")
    sheet: str = Field(description="读取的工作表；CSV 为空")
    sheets: list[str] = Field(description="文件中可以读取的工作表")
    hidden_rows: int = Field(description="被筛选或隐藏的行数，也会一并导入")


class SheetIn(In):
    sheet: Text = Field(min_length=1, max_length=255, description="工作表名称")


class WriteIn(In):
    confirmed: bool = Field(False, description="已核对：会员远多于职工的工会人数无误")


class CheckIn(In):
    mapping: dict[Column, int] | None = Field(None, description="各项在第几列，从 0 起；不带则用已填好的")


class FaultOut(Out):
    column: str
    code: str
    message: str


class RowFaults(Out):
    row: int = Field(description="文件中的行号")
    name: str = Field(description="已遮盖", examples=["林*禾"])
    kind: str
    faults: list[FaultOut]


class FaultList(Out):
    items: list[RowFaults]
    next: str


class RowSource(Out):
    load: str = Field(description="名册文件，GET /rosters/{pid}")
    person: PersonOut | None = Field(description="是其他工会会员的，本人是谁")


# --- Files
def _load(load: Any) -> dict[str, Any]:
    return {
        "id": load.public_id,
        "file_name": load.file_name,
        "union": load.unit.name,
        "state": load.state,
        "label": load.get_state_display(),
        "rows": load.rows,
        "created_at": load.created_at,
        "finished_at": load.finished_at,
    }


def _faults(faults: Sequence[Any]) -> list[FaultOut]:
    return [FaultOut(column=column, code=code, message=words) for column, code, words in faults]


@routes.read("/rosters", LoadList)
def load_list(request: Request, after: After = "", limit: Limit = 50) -> LoadList:
    """导入过的名册文件，最近的在前。"""
    request.actor.require_anywhere(Permission.LOAD)
    page = reads.list_loads(request.actor, after=after, limit=limit)
    return LoadList(items=[LoadOut(**_load(row)) for row in page.rows], next=page.next)


_LOAD_LINKS: dict[str, Any] = {
    name: {"operationId": f"rosters_{name}", "parameters": {"pid": "$response.body#/id"}}
    for name in ("columns", "check_load", "load", "fault_list", "drop_load")
}


@routes.upload("/unions/{pid}/rosters", ColumnsOut, most=MOST_FILE, links=_LOAD_LINKS)
def take_load(request: Request, pid: PublicId, file: File[UploadedFile]) -> ColumnsOut:
    """上传本工会及以下的会员名册，XLSX 或 CSV（UTF-8、GB18030）。只保存文件，不改动任何数据。"""
    taken = loading.take_file(
        request.actor, unions.get_by_public_id(pid), seekable(file), file.name or "", now=request.now
    )
    return _columns(request, taken)


def _columns(request: Request, found: Any) -> ColumnsOut:
    sample = loading.sample(request.actor, found)
    return ColumnsOut(
        id=found.public_id,
        header=found.header,
        sample=sample,
        mapping=found.mapping,
        guessed=rules.guess(found.header, found.mapping),
        unused=list(rules.unused(found.header, found.mapping)),
        sheet=found.sheet,
        sheets=found.sheets,
        hidden_rows=found.hidden_rows,
    )


@routes.read("/rosters/{pid}/columns", ColumnsOut, gone=True)
def columns(request: Request, pid: PublicId) -> ColumnsOut:
    """文件的列，以及各项对应在哪一列。"""
    return _columns(request, reads.get_load(request.actor, pid))


@routes.write("/rosters/{pid}/sheet", ColumnsOut)
def choose_sheet(request: Request, pid: PublicId, said: SheetIn) -> ColumnsOut:
    """改为读取另一张工作表，各列重新对应。写入以前可以更换。"""
    loading.choose_sheet(request.actor, reads.get_load(request.actor, pid), said.sheet, now=request.now)
    return _columns(request, reads.get_load(request.actor, pid))


@routes.write("/rosters/{pid}/check", Done)
def check_load(request: Request, pid: PublicId, said: CheckIn) -> Done:
    """确定各列并开始核对，在后台进行，不写入。本工会下次用同样的表头会记住。"""
    found = reads.get_load(request.actor, pid)
    chosen: dict[str, int] = {str(name): place for name, place in (said.mapping or found.mapping).items()}
    loading.set_mapping(request.actor, found, chosen, now=request.now)
    return Done()


@routes.fetch("/rosters/{pid}/refused")
def refused(request: Request, pid: PublicId) -> HttpResponseBase:
    """有错的行，原文加原因，CSV；改好后可以直接再上传。只供上传的人，30 天内。"""
    found = reads.get_load(request.actor, pid)
    headers, rows = handed_back.refused_rows(request.actor, found, now=request.now)
    return file_answer("有错的行.csv", csv_chunks(headers, rows))


@routes.read("/rosters/{pid}", LoadDetail)
def load(request: Request, pid: PublicId) -> LoadDetail:
    """一个名册文件：状态和各类行数。"""
    found = reads.get_load(request.actor, pid)
    return LoadDetail(
        **_load(found),
        figures=RosterFiguresOut(**{name: found.figures.get(name, 0) for name in RosterFiguresOut.model_fields}),
        refused=RefusedOut(**{kind.value: found.figures.get(f"kind:{kind.value}", 0) for kind in Kind}),
        progress=progress_of(found.job),
        unused=list(rules.unused(found.header, found.mapping)),
        hidden_rows=found.hidden_rows,
        crowded=[
            CrowdOut(union=crowd.union, workers=crowd.workers, members=crowd.members)
            for crowd in (reads.crowded(found) if found.state == "checked" else [])
        ],
    )


def progress_of(job_id: str) -> ProgressOut | None:
    """How far a job is; the caller holds what the job works on."""
    job = jobs.find_by_public_id(job_id) if job_id else None
    if job is None:
        return None
    return ProgressOut(state=job.state, done=job.done, total=job.total, message=job.error)


@routes.read("/rosters/{pid}/faults", FaultList)
def fault_list(
    request: Request,
    pid: PublicId,
    kind: Literal["", "data", "elsewhere", "employer", "twice", "nobody"] = "",
    after: After = "",
    limit: Limit = 50,
) -> FaultList:
    """没有写入的行，按文件中的顺序；每行说明哪一列为什么不行。"""
    found = reads.get_load(request.actor, pid)
    page = reads.list_refused(found, kind=kind, after=after, limit=limit)
    items = [RowFaults(row=row.number, name=row.name, kind=row.kind, faults=_faults(row.faults)) for row in page.rows]
    return FaultList(items=items, next=page.next)


@routes.write("/rosters/{pid}/write", Done)
def write_load(request: Request, pid: PublicId, said: WriteIn | None = None) -> Done:
    """核对后开始写入，在后台进行。"""
    found = reads.get_load(request.actor, pid)
    loading.start_writing(request.actor, found, confirmed=bool(said and said.confirmed), now=request.now)
    return Done()


@routes.write("/rosters/{pid}/drop", Done)
def drop_load(request: Request, pid: PublicId) -> Done:
    """放弃还没有写入的文件。"""
    loading.drop_load(request.actor, reads.get_load(request.actor, pid), now=request.now)
    return Done()


# --- Refused rows that wait: more than their kind says
@routes.read("/roster-conflicts/{pid}/source", RowSource)
def source(request: Request, pid: PublicId) -> RowSource:
    """一行待处理的名册来自哪个文件，是谁。原文在网页上查看。"""
    row = get_case(CONFLICTS, request.actor, pid).row
    person = people.get_facts(row.person_id) if row.person_id else None
    return RowSource(load=row.load.public_id, person=person_out(person) if person else None)
