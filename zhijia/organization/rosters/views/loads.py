"""Rosters of members in: upload, columns, the check's report, writing, the result, refused rows as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.casework import selectors as cases
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting, selectors as jobs
from zhijia.foundation.ui import rosters as frame
from zhijia.foundation.ui.form import sent
from zhijia.kernel.errors import Expired, Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.http import Request
from zhijia.kernel.tables import EXAMPLE
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.cases.conflicts import CONFLICTS, KIND
from zhijia.organization.rosters.forms import RosterForm
from zhijia.organization.rosters.permissions import Permission
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.services import handed_back, loading
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

STEPS = ("上传", "对应列", "核对", "写入", "结果")
ERRORS_SHOWN = 50
_KINDS = {"": "全部", **KIND.choices, "twice": "文件内重复", "nobody": "不是人员"}
_HINTS = {
    "roster.elsewhere": "在待处理中邀请转会",
    "roster.twice": "不用处理",
    "roster.twice_refused": "先改好前一行",
    "roster.sum_row": "不用处理",
    "roster.example_row": "不用处理",
    "roster.left": "请本人重新申请入会",
    "roster.name_differs": "对照证件核对姓名和号码",
    "roster.joined_future": "核对入会日期",
    "roster.joined_young": "核对入会日期和证件号码",
    "roster.union_missing": "填写工会编码或全称",
    "roster.union_ambiguous": "改填工会编码",
    "join.too_young": "号码有误的请更正；确未满 16 周岁的请删去这一行",
    "document.check": "等待核查，不用重新上传",
    "cell.lost_digits": "整列设为文本，再填完整号码",
    "cell.control": "删除看不见的字符",
    "cell.formula": "去掉开头的符号",
    "cell.too_long": "缩短内容",
    "cell.date": "写成 2026-01-31",
    "text.override": "删除后重新输入",
    "union.closed": "核对工会是否已合并或撤销",
    "union.takes_no_members": "填写基层工会或网上会员之家",
    "name": "对照证件填写姓名",
    "id_number": "对照证件核对号码",
    "id_type": "从模板列出的证件类型中选",
    "mobile": "11 位手机号，没有可留空",
    "union_code": "到工会组织里查编码",
    "union_name": "写全称，或改填工会编码",
    "employer_code": "对照营业执照，或在待处理中对应单位",
    "employer_name": "在待处理中对应单位",
    "new_form_group": "填写所属群体，如网约送餐员",
}
"""What to do, by the fault's code; where that has no advice of its own, by the column."""


def load(request: Request) -> HttpResponse:
    """Upload; the unit is the highest for which the actor may load, or the one named by `?unit=`."""
    request.actor.require_anywhere(Permission.LOAD)
    unit = unit_for(request, Permission.LOAD)
    form = RosterForm(*sent(request))
    error, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                taken = loading.take_file(request.actor, unit, frame.seekable(file), file.name, now=request.now)
            except Invalid as fault:
                error = fault.message
            else:
                return redirect("rosters:file", pid=taken.public_id)
        else:
            error = str(form.errors["file"][0])
    context = {
        "unit": unit,
        "units": units_for(request, Permission.LOAD),
        "steps": frame.steps(STEPS, 0),
        "upload": frame.upload_box(f"不超过 {rules.most_rows(unit.level):,} 行", error),
        "needs_union": unit.type not in unions.JOINABLE,
        "loads": [
            frame.load_line(row, reverse("rosters:file", args=[row.public_id]))
            for row in selectors.list_loads(request.actor).rows
        ],
        "waiting": cases.waiting(CONFLICTS, request.actor, now=request.now),
    }
    return render(request, "rosters/loads.html", context, status=status)


def unit_for(request: Request, permission: str) -> UnionFacts:
    """The unit named by `?unit=`, else the highest where the actor holds the right. Raises NotFound, NotAllowed."""
    named = request.GET.get("unit", "")
    if named:
        found = unions.find_by_public_id(named)
        if found is None:
            raise NotFound
        request.actor.require(permission, found.path)
        return found
    tops = unions.tops(request.actor.scope_for(permission))
    if not tops:
        raise NotFound
    return tops[0]


def units_for(request: Request, permission: str) -> list[UnionFacts]:
    """Where he may choose: the tops of his scope, if several."""
    tops = unions.tops(request.actor.scope_for(permission))
    return tops if len(tops) > 1 else []


@require_safe
def load_file(request: Request, pid: str) -> HttpResponse:
    """One file: its columns, being checked, the report, being written, the result."""
    found = selectors.get_load(request.actor, pid)
    if found.state == "mapping" or (found.state == "checked" and request.GET.get("columns") == "again"):
        return _columns(request, found, {}, status=200)
    job = jobs.find_by_public_id(found.job) if found.job else None
    living = job is not None and job.state in {"queued", "running", "failed", "cancelled"}
    done = found.state in ("done", "writing")
    context = {
        "load": found,
        "steps": frame.steps(STEPS, {"checking": 2, "checked": 2, "writing": 3}.get(found.state, 4)),
        "job": presenting.progress(job, now=request.now) if job is not None and living else None,
        "figures": _figures(found.figures, done=done),
        "good": found.figures.get("new", 0) + found.figures.get("known", 0),
        "bad": found.figures.get("bad", 0),
        "stopped": found.state in ("writing", "checking") and job is not None and job.state == "cancelled",
        "own": found.account_id == request.actor.account_id,
        "unused": rules.unused(found.header, found.mapping),
        "crowds": selectors.crowded(found) if found.state == "checked" else [],
        "conflicts": selectors.count_conflicts(found) if found.state == "done" else 0,
        **_refused(request, found),
    }
    return render(request, "rosters/file.html", context)


def _refused(request: Request, found: Any) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in _KINDS else ""
    page = selectors.list_refused(found, kind=kind, after=request.GET.get("after", ""), limit=ERRORS_SHOWN)
    counts = {"": found.figures.get("bad", 0), **{k: found.figures.get(f"kind:{k}", 0) for k in _KINDS if k}}
    kinds = [
        {"label": label, "count": counts[key], "href": f"?kind={key}", "current": key == kind}
        for key, label in _KINDS.items()
        if counts[key]
    ]
    return {
        "errors": _error_rows(page.rows),
        "kinds": kinds if len(kinds) > 2 else [],
        "next": f"?kind={kind}&after={page.next}" if page.next else "",
        "kept": bool(page.rows) or not found.figures.get("bad"),
    }


def _columns(request: Request, found: Any, wrong: dict[str, str], *, status: int) -> HttpResponse:
    guessed = rules.guess(found.header, found.mapping)
    chosen = {name: found.mapping.get(name, guessed.get(name, -1)) for name in rules.LABELS}
    if request.method == "POST":
        said = {name: request.POST.get(name, "")[:3] for name in rules.LABELS}
        chosen = {name: int(text) if text.isascii() and text.isdigit() else -1 for name, text in said.items()}
        guessed = {}
    try:
        samples = loading.sample(request.actor, found)
    except Expired as error:
        messages.error(request, error.message)
        return redirect("rosters:loads")
    rows = [
        {
            "name": name,
            "label": label,
            "required": name in rules.REQUIRED,
            "error": wrong.get(name, ""),
            "guessed": name in guessed,
            "options": [
                {"value": place, "label": text or f"第 {place + 1} 列（无表头）", "chosen": chosen[name] == place}
                for place, text in enumerate(found.header)
            ],
            "sample": samples[chosen[name]] if 0 <= chosen[name] < len(samples) else "",
        }
        for name, label in rules.LABELS.items()
    ]
    context = {
        "load": found,
        "steps": frame.steps(STEPS, 1),
        "columns": rows,
        "problems": list(wrong.values()),
        "unused": rules.unused(found.header, {name: place for name, place in chosen.items() if place >= 0}),
    }
    return render(request, "rosters/columns.html", context, status=status)


@require_POST
def columns(request: Request, pid: str) -> HttpResponse:
    """Agree on the columns and start checking."""
    found = selectors.get_load(request.actor, pid)
    chosen = {
        name: int(text)
        for name in rules.LABELS
        if (text := request.POST.get(name, "")[:3]).isascii() and text.isdigit()
    }
    try:
        loading.set_mapping(request.actor, found, chosen, now=request.now)
    except Invalid as error:
        return _columns(request, found, dict(error.fields), status=422)
    except WrongState as error:
        messages.error(request, error.message)
    return redirect("rosters:file", pid=pid)


@require_POST
def sheet(request: Request, pid: str) -> HttpResponse:
    """Read another sheet of the workbook."""
    found = selectors.get_load(request.actor, pid)
    try:
        loading.choose_sheet(request.actor, found, request.POST.get("sheet", "")[:255], now=request.now)
    except (Invalid, Expired, WrongState) as error:
        messages.error(request, error.message)
    return redirect("rosters:file", pid=pid)


def _figures(figures: dict[str, int], *, done: bool) -> list[dict[str, Any]]:
    return frame.figures(
        [
            ("已新增" if done else "将新增", figures.get("added" if done else "new", 0), "done", "新的档案和会籍"),
            ("已登记" if done else "将登记", figures.get("bound" if done else "known", 0), "done", "已有档案的职工"),
            ("已是会员", figures.get("same", 0), "", "已在本工会，不改动"),
            ("有错", figures.get("bad", 0), "late", "不写入，可改后重新上传"),
        ]
    )


def _error_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Shape of `rosters/_refused_rows.html`: a line for each fault."""
    return [
        {
            "line": row.number,
            "column": rules.LABELS.get(column, column),
            "name": row.name,
            "reason": reason,
            "fix": _HINTS.get(code) or _HINTS.get(column, "修改后重新上传"),
        }
        for row in rows
        for column, code, reason in row.faults
    ]


@require_safe
def load_of_job(request: Request, public_id: str) -> HttpResponse:
    """From a finished job to its file."""
    return redirect("rosters:file", pid=selectors.get_load_of_job(request.actor, public_id).public_id)


@require_POST
@once
def write(request: Request, pid: str) -> HttpResponse:
    """Start writing the good rows."""
    found = selectors.get_load(request.actor, pid)
    try:
        loading.start_writing(request.actor, found, confirmed=request.POST.get("numbers") == "right", now=request.now)
    except (RuleBroken, WrongState) as error:
        messages.error(request, error.message)
    return redirect("rosters:file", pid=pid)


@require_POST
@once
def drop(request: Request, pid: str) -> HttpResponse:
    """Throw away a file that is not written."""
    loading.drop_load(request.actor, selectors.get_load(request.actor, pid), now=request.now)
    messages.info(request, "已放弃这个文件，没有写入任何数据。")
    return redirect("rosters:loads")


@require_safe
def refused(request: Request, pid: str, form: str) -> HttpResponseBase:
    """The refused rows as they were written, with a column of reasons, for who uploaded them."""
    found = selectors.get_load(request.actor, pid)
    try:
        headers, rows = handed_back.refused_rows(request.actor, found, now=request.now)
    except Expired as error:
        messages.error(request, error.message)
        return redirect("rosters:file", pid=pid)
    return frame.table_answer(form, headers, rows, "有错的行")


@require_safe
def template(request: Request) -> HttpResponseBase:
    """An empty table with the headers and a row that shows how; it can never become a member."""
    request.actor.require_anywhere(Permission.LOAD)
    sample = [
        f"{EXAMPLE}林晓禾", "3702**********0010", "居民身份证", "13800130001", "3706821010400018", "", "",
        "莱阳市某某机械有限公司", "在单位上班", "", "操作工", "农村", "汉族", "大学本科毕业", "群众", "2020-05-01",
    ]  # fmt: skip
    return frame.table_answer("xlsx", list(rules.LABELS.values()), iter([sample]), "会员名册模板")
