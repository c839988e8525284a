"""Rosters of unions: files in, with a check before anything is written, and files out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting, selectors as jobs
from zhijia.foundation.ui import rosters as frame
from zhijia.foundation.ui.form import sent
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.http import Request
from zhijia.kernel.tables import EXAMPLE, REASON_HEADER, ROW_HEADER
from zhijia.organization.unions import reading, selectors, services
from zhijia.organization.unions.forms import LoadForm
from zhijia.organization.unions.permissions import Permission
from zhijia.organization.unions.selectors import UnionFacts, loads

STEPS = ("上传", "核对", "写入", "结果")
ERRORS_SHOWN = 50
_HINTS = {
    "name": "补填 4 到 60 个字的名称",
    "type": "对照模板“类型”一列",
    "level": "对照模板“层级”一列",
    "parent_code": "到工会组织里查上级的编码",
    "parent_name": "写全称，或改填上级编码",
    "region": "写全称或 12 位代码",
    "credit_code": "对照法人证书",
    "employer_code": "对照营业执照",
    "founded_on": "核对建会日期",
    "phone": "手机号或带区号的固定电话",
    "unions.row_of_nobody": "不用处理",
    "cell.date": "写成 2026-01-31",
    "cell.lost_digits": "整列设为文本，再填完整号码",
    "cell.control": "删除看不见的字符",
    "cell.formula": "去掉开头的符号",
    "cell.too_long": "缩短内容",
    "text.override": "删除后重新输入",
}
"""What to do, by the fault's code; where that has no advice of its own, by the column."""


def load(request: Request) -> HttpResponse:
    """Upload; the unit is the highest in whose subtree the actor may load, or the one named by `?unit=`."""
    request.actor.require_anywhere(Permission.LOAD)
    unit = _unit(request, Permission.LOAD)
    form = LoadForm(*sent(request))
    error, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                taken = services.take_file(request.actor, unit, frame.seekable(file), file.name, now=request.now)
            except Invalid as fault:
                error = fault.message
            else:
                return redirect("unions:load_file", pid=taken.public_id)
        else:
            error = str(form.errors["file"][0])
    context = {
        "unit": unit,
        "units": _units(request, Permission.LOAD),
        "steps": frame.steps(STEPS, 0),
        "upload": frame.upload_box("不超过 20,000 行", error),
        "loads": [
            frame.load_line(row, reverse("unions:load_file", args=[row.public_id]))
            for row in loads.list_loads(request.actor)
        ],
    }
    return render(request, "unions/load.html", context, status=status)


def _unit(request: Request, permission: str) -> Any:
    named = request.GET.get("unit", "")
    if named:
        union = selectors.get_union(request.actor, named)
        request.actor.require(permission, union.path)
        return union
    tops = selectors.tops(request.actor.scope_for(permission))
    if not tops:
        raise NotFound
    return selectors.get_union(request.actor, tops[0].public_id)


def _units(request: Request, permission: str) -> list[UnionFacts]:
    """Where he may choose: the tops of his scope, if several."""
    tops = selectors.tops(request.actor.scope_for(permission))
    return tops if len(tops) > 1 else []


@require_safe
def load_file(request: Request, pid: str) -> HttpResponse:
    """One file: being checked, the report, being written, the result."""
    load = loads.get_load(request.actor, pid)
    rows = loads.list_load_rows(load, "bad", after=frame.place_of(request.GET))
    job = jobs.find_by_public_id(load.job) if load.job else None
    living = job is not None and job.state in {"queued", "running", "failed", "cancelled"}
    figures = load.figures
    context = {
        "load": load,
        "steps": frame.steps(STEPS, {"checking": 1, "checked": 1, "writing": 2}.get(load.state, 3)),
        "job": presenting.progress(job, now=request.now) if job is not None and living else None,
        "figures": _figures(load.state, figures),
        "errors": _error_rows(rows[:ERRORS_SHOWN]),
        "bad": figures.get("bad", 0),
        "kept": bool(rows) or not figures.get("bad"),
        "new": figures.get("new", 0),
        "next": f"?after={rows[ERRORS_SHOWN - 1].number}" if len(rows) > ERRORS_SHOWN else "",
        "stopped": load.state == "writing" and job is not None and job.state == "cancelled",
    }
    return render(request, "unions/load_file.html", context)


def _figures(state: str, figures: dict[str, int]) -> list[dict[str, Any]]:
    done = state == "done"
    return frame.figures(
        [
            ("已新建" if done else "将新建", figures.get("opened" if done else "new", 0), "done", "个工会"),
            ("已有", figures.get("same", 0), "", "同一上级下已有，不改动"),
            ("有错", figures.get("bad", 0), "late", "不写入，可改后重新上传"),
        ]
    )


def _error_rows(rows: list[Any]) -> list[dict[str, Any]]:
    """Shape of `ui/console/error_rows.html`: a line for each fault."""
    return [
        {
            "line": row.number,
            "column": fault["label"],
            "name": row.name or row.cells.get("name", ""),
            "cell": fault["cell"],
            "reason": fault["reason"],
            "fix": _HINTS.get(fault.get("code", "")) or _HINTS.get(fault["column"], "修改后重新上传"),
        }
        for row in rows
        for fault in row.errors
    ]


@require_safe
def load_of_job(request: Request, public_id: str) -> HttpResponse:
    """From a finished job to its file."""
    return redirect("unions:load_file", pid=loads.get_load_of_job(request.actor, public_id).public_id)


@require_POST
@once
def write(request: Request, pid: str) -> HttpResponse:
    """Start writing the good rows."""
    load = loads.get_load(request.actor, pid)
    try:
        services.write_load(request.actor, load, now=request.now)
    except WrongState as error:
        messages.error(request, error.message)
    return redirect("unions:load_file", pid=pid)


@require_POST
@once
def drop(request: Request, pid: str) -> HttpResponse:
    """Throw a checked file away."""
    services.drop_load(request.actor, loads.get_load(request.actor, pid), now=request.now)
    messages.info(request, "已放弃这个文件，没有写入任何数据。")
    return redirect("unions:load")


@require_safe
def bad_rows(request: Request, pid: str, form: str) -> HttpResponseBase:
    """The faulty rows as they were written, with a column of reasons, to be mended and uploaded again."""
    load = loads.get_load(request.actor, pid)
    headers = [*reading.LABELS.values(), ROW_HEADER, REASON_HEADER]

    def rows() -> Iterator[list[object]]:
        for row in loads.iterate_bad_rows(load):
            reasons = "；".join(f"{fault['label']}：{fault['reason']}" for fault in row.errors)
            yield [*(row.cells.get(name, "") for name in reading.LABELS), row.number, reasons]

    return frame.table_answer(form, headers, rows(), "有错的行")


@require_safe
def template(request: Request) -> HttpResponseBase:
    """An empty table with the headers and a row that shows how; it can never become a union."""
    request.actor.require_anywhere(Permission.LOAD)
    sample = [
        f"{EXAMPLE}莱阳市某某机械有限公司工会委员会", "基层工会", "基层", "", "沐浴店镇总工会", "莱阳市沐浴店镇", "",
        "莱阳市某某机械有限公司", "", "120", "C", "私营", "2026-01-31", "0535-7200000", "沐浴店镇某某路1号",
    ]  # fmt: skip
    return frame.table_answer("xlsx", list(reading.LABELS.values()), iter([sample]), "工会名册模板")


def export(request: Request) -> HttpResponseBase:
    """Which subtree and which format; then the file."""
    request.actor.require_anywhere(Permission.EXPORT)
    unit = _unit(request, Permission.EXPORT)
    if request.method != "POST":
        return render(request, "unions/export.html", {"unit": unit, "units": _units(request, Permission.EXPORT)})
    form = request.POST.get("format", "")[:8]
    try:
        services.record_export(request.actor, unit, form, now=request.now)
    except (Invalid, RuleBroken) as error:
        messages.error(request, error.message)
        return redirect("unions:export")
    name = f"{services.safe_file_name(unit.name)}-工会名册-{timezone.localdate(request.now):%Y%m%d}.{form}"
    if form == "csv":
        pieces = services.export_csv(request.actor, unit)
        return frame.named(StreamingHttpResponse(pieces, content_type=frame.CSV), name)
    return frame.named(FileResponse(services.export_xlsx(request.actor, unit), content_type=frame.XLSX), name)
