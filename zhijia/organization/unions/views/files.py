"""A union's file: what it is, whom it covers, its code, and what may be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui import formats
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import registry
from zhijia.organization.unions import printing, rules, selectors, services
from zhijia.organization.unions.forms import CoverForm, ListForm
from zhijia.organization.unions.permissions import Permission

from . import tables

_BIG = 2**63 - 1


@require_safe
def file(request: Request, pid: str) -> HttpResponse:
    """Tabs by address: 概况, 涵盖单位 (`?tab=covered`), 成员工会 (`?tab=members`), 入会码 (`?tab=code`)."""
    union = selectors.get_union_to_view(request.actor, pid)
    return _page(request, union, request.GET.get("tab", ""))


def _page(
    request: Request, union: Any, tab: str, *, form: CoverForm | ListForm | None = None, status: int = 200
) -> HttpResponse:
    employers, workers = selectors.coverage_figures(union.pk)
    tabs = _tabs(union, tab, employers)
    if tab not in {row["tab"] for row in tabs}:
        raise NotFound
    context = {
        "union": union,
        "record": _record(request, union, tabs, employers, workers),
        "actions": tables.may_do(request.actor, union),
        "tab": tab,
        **_PARTS[tab](request, union, form),
    }
    return render(request, "unions/file.html", context, status=status)


def _tabs(union: Any, tab: str, employers: int) -> list[dict[str, Any]]:
    rows: list[tuple[str, str, Any]] = [("", "概况", None)]
    if union.type in rules.MANY_EMPLOYERS or union.type == "GRASSROOTS":
        rows.append(("covered", "涵盖单位", formats.number(employers)))
    if union.type in rules.FEDERATIONS:
        rows.append(("members", "成员工会", None))
    if union.type in rules.JOINABLE_TYPES:
        rows.append(("code", "入会码", None))
    return [
        {
            "tab": key,
            "label": label,
            "count": count,
            "href": f"?tab={key}" if key else reverse("unions:file", args=[union.public_id]),
            "current": key == tab,
        }
        for key, label, count in rows
    ]


def _record(request: Request, union: Any, tabs: list[dict[str, Any]], employers: int, workers: int) -> dict[str, Any]:
    covers = union.type in rules.MANY_EMPLOYERS or union.type == "GRASSROOTS"
    facts = [
        {"label": "类型", "value": union.get_type_display()},
        {"label": "层级", "value": tables.LEVELS[union.level]},
        {"label": "建会日期", "value": union.founded_on.isoformat() if union.founded_on else ""},
    ]
    if covers:
        facts += [
            {"label": "涵盖单位", "value": formats.number(employers), "note": "个"},
            {"label": "职工", "value": formats.number(workers), "note": "人，单位申报"},
        ]
    tags = [tables.status_tag(union.status, union.get_status_display())]
    if union.direct:
        tags.append({"text": "直属", "state": ""})
    below = f"{reverse('unions:tree')}?open={union.public_id}"
    actions = [{"label": "下级工会", "href": below}] if union.last_child else []
    return {
        "title": union.name,
        "tags": tags,
        "line": regions.full_name(union.region),
        "code": formats.group4(union.code),
        "key_facts": facts,
        "tabs": tabs,
        "actions": actions,
        "label": "工会档案摘要",
    }


def _overview(request: Request, union: Any, form: Any) -> dict[str, Any]:
    relations = selectors.relations_of(union)
    employer = selectors.get_employer_name(union.employer_id) if union.employer_id else ""
    facts = [
        {"label": "领导关系", **_linked(request, relations["parent"])},
        {"label": "产业指导", **_linked(request, relations["industry_parent"])},
        {"label": "经费上缴", **_linked(request, relations["fund_parent"])},
        {"label": "所在单位", "value": employer},
        {"label": "工会信用代码", "value": union.credit_code or "", "code": True},
        {"label": "区划代码", "value": union.region, "code": True},
        {"label": "联系电话", "value": union.phone},
        {"label": "地址", "value": union.address},
        {"label": "服务时间", "value": union.hours},
        {"label": "入会页提示", "value": union.notice},
    ]
    panels = []
    for panel in registry.panels("union", request.actor):
        context = panel.build(request.actor, union.pk)
        if context is not None:
            panels.append({"title": panel.title, "template": panel.template, "context": context})
    return {"facts": facts, "panels": panels}


def _linked(request: Request, facts: selectors.UnionFacts | None) -> dict[str, str]:
    if facts is None:
        return {"value": ""}
    seen = request.actor.may(Permission.VIEW, facts.path)
    return {"value": facts.name, "href": reverse("unions:file", args=[facts.public_id]) if seen else ""}


def _covered(request: Request, union: Any, form: Any) -> dict[str, Any]:
    page = selectors.list_covered(union.pk, after=request.GET.get("after", ""))
    may = request.actor.may(Permission.EDIT, union.path) and union.is_open
    more = may and (union.type in rules.MANY_EMPLOYERS or not page.rows)
    table = tables.covered_table(page.rows, own=union.employer_id, removable=may)
    return {
        "covered": table,
        **_further("covered", page),
        "form": form or (CoverForm() if more else None),
    }


def _listed(request: Request, union: Any, form: Any) -> dict[str, Any]:
    page = selectors.list_member_unions(union.pk, after=request.GET.get("after", ""))
    may = request.actor.may(Permission.EDIT, union.path) and union.is_open
    shown = [
        {
            "id": row.pk,
            "name": row.member.name,
            "code": formats.group4(row.member.code),
            "since": row.since.isoformat(),
            "tag": tables.status_tag(row.member.status, row.member.get_status_display()),
        }
        for row in page.rows
    ]
    return {
        "listed": {"rows": shown, "removable": may},
        **_further("members", page),
        "form": (form or ListForm()) if may else None,
    }


def _code(request: Request, union: Any, form: Any) -> dict[str, Any]:
    return {"address": printing.join_address(union.code), "may_print": request.actor.may(Permission.PRINT, union.path)}


_PARTS = {"": _overview, "covered": _covered, "members": _listed, "code": _code}


def _further(tab: str, page: Page[Any]) -> dict[str, str]:
    """For `ui/listing/foot.html`."""
    return {"shown": f"本页 {len(page.rows)} 个", "next": f"?tab={tab}&after={page.next}" if page.next else ""}


def _row_id(text: str) -> int:
    """A row id that was sent; nonsense of any size is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _BIG else 0


@require_POST
@once
def cover(request: Request, pid: str) -> HttpResponse:
    """Add an employer by credit code or name."""
    union = selectors.get_union(request.actor, pid)
    form = CoverForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            services.cover_named(
                request.actor,
                union,
                credit_code=values["credit_code"],
                name=values["name"],
                headcount=values["headcount"],
                now=request.now,
            )
        except (Invalid, RuleBroken, Duplicate, WrongState) as error:
            form.take(error)
            return _page(request, union, "covered", form=form, status=error.status)
        messages.success(request, "已增加涵盖单位。")
        return redirect(f"{reverse('unions:file', args=[pid])}?tab=covered")
    return _page(request, union, "covered", form=form, status=422)


@require_POST
@once
def uncover(request: Request, pid: str) -> HttpResponse:
    """End the representation of one employer."""
    union = selectors.get_union(request.actor, pid)
    try:
        services.uncover(request.actor, union, _row_id(request.POST.get("row", "")), now=request.now)
    except RuleBroken as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已移出涵盖单位。")
    return redirect(f"{reverse('unions:file', args=[pid])}?tab=covered")


@require_POST
@once
def list_member(request: Request, pid: str) -> HttpResponse:
    """A federation lists a member union by code."""
    union = selectors.get_union(request.actor, pid)
    form = ListForm(request.POST)
    if form.is_valid():
        try:
            services.list_member_union(request.actor, union, form.cleaned_data["code"], now=request.now)
        except (Invalid, RuleBroken, Duplicate, WrongState) as error:
            form.take(error)
            return _page(request, union, "members", form=form, status=error.status)
        except NotFound as error:
            if error.code != "federation.member_unknown":
                raise
            form.take(_beside("code", error))
            return _page(request, union, "members", form=form, status=422)
        messages.success(request, "已登记成员工会。")
        return redirect(f"{reverse('unions:file', args=[pid])}?tab=members")
    return _page(request, union, "members", form=form, status=422)


def _beside(field: str, error: ZhijiaError) -> Invalid:
    return Invalid(error.code, error.message, fields={field: error.message})


@require_POST
@once
def unlist_member(request: Request, pid: str) -> HttpResponse:
    """A federation no longer lists a union."""
    union = selectors.get_union(request.actor, pid)
    services.unlist_member_union(request.actor, union, _row_id(request.POST.get("row", "")), now=request.now)
    messages.success(request, "已移出成员工会。")
    return redirect(f"{reverse('unions:file', args=[pid])}?tab=members")
