"""Forms that open a union or change one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions.forms import going_down
from zhijia.foundation.ui.form import Submission, sent
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, Stale, WrongState
from zhijia.kernel.http import Request
from zhijia.organization.unions import rules, selectors, services
from zhijia.organization.unions.forms import EditForm, OpenForm, RelationsForm, StatusForm
from zhijia.organization.unions.permissions import Permission

WIDE = ("address", "notice", "reason")
_TOLD = (Invalid, RuleBroken, Duplicate, WrongState, Stale)


def new(request: Request) -> HttpResponseBase:
    """First whose child (`?parent=`, or a search for it), then the union itself."""
    request.actor.require_anywhere(Permission.CREATE)
    asked = request.GET.get("parent", "")
    return _open(request, asked) if asked else _choose_parent(request)


def _choose_parent(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    scope = request.actor.scope_for(Permission.CREATE)
    uppers = ("GENERAL", "INDUSTRY", "AREA_FED", "IND_FED")
    rows = selectors.search(scope, text, types=uppers, limit=30) if text else selectors.tops(scope)
    choices = [
        {"name": row.name, "type": row.type_label, "href": f"{reverse('unions:new')}?parent={row.public_id}"}
        for row in rows
        if row.is_open and row.type in uppers
    ]
    return render(request, "unions/choose_parent.html", {"q": text, "choices": choices})


@once
def _open(request: Request, asked: str) -> HttpResponse:
    parent = selectors.get_union(request.actor, asked)
    request.actor.require(Permission.CREATE, parent.path)
    form = OpenForm(sent(request)[0], under=parent.region)
    status = 200
    if request.method == "POST" and not going_down(request.POST, form):
        status = 422
        if form.is_valid():
            try:
                union = _open_from(request, parent, form.cleaned_data)
            except _TOLD as error:
                form.take(error)
                status = error.status
            else:
                messages.success(request, f"已新建“{union.name}”。")
                return redirect("unions:file", pid=union.public_id)
    elif request.method == "POST":
        form = OpenForm(initial=_typed(form), under=parent.region)
    return render(request, "unions/new.html", {"form": form, "parent": parent}, status=status)


def _typed(form: OpenForm) -> dict[str, Any]:
    """What was filled in so far, unjudged, for a form shown again one level deeper."""
    return {name: form[name].value() for name in form.fields}


def _open_from(request: Request, parent: Any, values: dict[str, Any]) -> Any:
    level = rules.level_of_type(values["type"])
    if level is None and not values["level"]:
        raise Invalid("union.level", "请选择层级。", fields={"level": "请选择层级。"})
    return services.open_with_employer(
        request.actor,
        parent=parent,
        name=values["name"],
        type=values["type"],
        level=level or int(values["level"]),
        region=values["region"] or parent.region,
        founded_on=values["founded_on"],
        credit_code=values["credit_code"],
        phone=values["phone"],
        address=values["address"],
        hours=values["hours"],
        employer_code=values["employer_code"],
        employer_name=values["employer_name"],
        now=request.now,
    )


@once
def edit(request: Request, pid: str) -> HttpResponse:
    """What the public sees of the union."""
    union = selectors.get_union(request.actor, pid)
    request.actor.require(Permission.EDIT, union.path)
    form = EditForm(sent(request)[0], initial={key: getattr(union, key) for key in ("version", *services.EDITABLE)})
    submission = Submission(request, form, told=_TOLD)
    if submission.is_right:
        values = form.cleaned_data
        with submission:
            services.edit_union(request.actor, union, values, version=values["version"], now=request.now)
            messages.success(request, "资料已修改。")
            return redirect("unions:file", pid=pid)
    context = {
        "form": form,
        "union": union,
        "wide": WIDE,
        "title": "修改工会资料",
        "note": "职工在入会页和公开页上看到这些内容",
    }
    return render(request, "unions/change.html", context, status=submission.status)


@once
def relations(request: Request, pid: str) -> HttpResponse:
    """Who guides the trade, where money goes up."""
    union = selectors.get_union(request.actor, pid)
    request.actor.require(Permission.RELATE, union.path)
    known = selectors.relations_of(union)
    initial = {name: facts.code for name, facts in known.items() if facts and name != "parent"}
    form = RelationsForm(sent(request)[0], initial=initial | {"version": union.version})
    submission = Submission(request, form, told=_TOLD)
    if submission.is_right:
        values = form.cleaned_data
        with submission:
            services.set_relations(
                request.actor,
                union,
                industry_parent=values["industry_parent"],
                fund_parent=values["fund_parent"],
                version=values["version"],
                now=request.now,
            )
            messages.success(request, "关系已修改。")
            return redirect("unions:file", pid=pid)
    note = "领导关系不变；经费上缴留空时上缴给上级工会"
    context = {"form": form, "union": union, "wide": WIDE, "title": "指导和经费关系", "note": note}
    return render(request, "unions/change.html", context, status=submission.status)


@once
def status(request: Request, pid: str) -> HttpResponse:
    """Suspend or resume; whichever the present status allows."""
    union = selectors.get_union(request.actor, pid)
    request.actor.require(Permission.SUSPEND, union.path)
    if union.status not in {"ACTIVE", "SUSPENDED"}:
        raise NotFound
    resumes = union.status == "SUSPENDED"
    form = StatusForm(sent(request)[0])
    submission = Submission(request, form, told=_TOLD)
    if submission.is_right:
        change = services.resume_union if resumes else services.suspend_union
        with submission:
            change(request.actor, union, reason=form.cleaned_data["reason"], now=request.now)
            messages.success(request, "工会已恢复正常。" if resumes else "工会已暂停，不再受理入会。")
            return redirect("unions:file", pid=pid)
    title = "恢复工会" if resumes else "暂停工会"
    note = "恢复后照常受理入会" if resumes else "暂停期间不受理入会，会员和会籍不变，扫码的职工会看到该找谁"
    context = {
        "form": form,
        "union": union,
        "wide": WIDE,
        "title": title,
        "note": note,
        "button": title,
        "danger": not resumes,
    }
    return render(request, "unions/change.html", context, status=submission.status)
