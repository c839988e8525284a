"""Who may do what: the matrix, a person's rights, asking for a role, taking one back."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, answer, show, table
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.kernel.http import Request
from zhijia.organization.access import presenting, selectors, services
from zhijia.organization.access.cases import GRANTS, KINDS
from zhijia.organization.access.cases.grants import revoke_grant
from zhijia.organization.access.forms import FindForm, GrantForm, RevokeForm
from zhijia.organization.access.permissions import Permission
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

USUAL_YEARS = 3


def _today(request: Request) -> date:
    return timezone.localdate(request.now)


@require_safe
def grants(request: Request) -> HttpResponseBase:
    """The living grants in scope, by union and person; what waits, what clashes, what ends."""
    actor, today = request.actor, _today(request)
    actor.require_anywhere(Permission.VIEW)
    listing = presenting.grants()
    read = partial(selectors.list_grants, actor, today=today)
    if request.GET.get("form"):
        return answer(listing, request, read)
    query = listing.query(request)
    try:
        page = read(query)
    except Invalid:  # a place that no page has
        return redirect("access:list")
    paths = actor.scope_for(Permission.VIEW).paths
    top = unions.get_facts_by_path(paths[0]) if paths else None
    actions = [Button("角色和权限", reverse("access:roles"))]
    actions += [
        Button(kind.name, reverse(kind.page("list")))
        for kind in KINDS
        if any(actor.holds(right) for right in kind.rights)
    ]
    if actor.holds(Permission.ASK):
        actions.append(Button("申请授权", reverse("access:ask"), primary=True))
    extra = {
        "waiting": presenting.short_list(selectors.list_waiting(actor), case=True),
        "may_check": actor.holds(Permission.CHECK),
        "asked": presenting.short_list(selectors.list_asked(actor), case=True),
        "ending": presenting.short_list(selectors.list_ending(actor, today=today), case=False),
        "checks": presenting.check_lines(selectors.checks(actor, today=today)),
    }
    note = f"{top.name}及下级" if top else ""
    return show(listing, request, query, page, note=note, actions=actions, template="access/grants.html", extra=extra)


@require_safe
def roles(request: Request) -> HttpResponse:
    """What each role may do."""
    request.actor.require_anywhere(Permission.VIEW)
    back = [{"label": "谁能办什么", "href": reverse("access:list")}]
    context = {"matrix": presenting.matrix(list(ROLES)), "head_actions": back}
    return render(request, "access/roles.html", context)


@require_safe
def person(request: Request, pid: str) -> HttpResponse:
    """One person's rights in scope, now and before; each living one may be taken back."""
    today = _today(request)
    found, rows = selectors.list_grants_of(request.actor, pid, today=today)
    return _person_page(request, found, rows, RevokeForm(), today=today)


def _person_page(
    request: Request,
    found: people.PersonFacts,
    rows: list[selectors.GrantRow],
    form: RevokeForm,
    *,
    today: date,
    chosen: int = 0,
    status: int = 200,
) -> HttpResponse:
    living = [row for row in rows if row.in_force and row.until > today]
    is_self = found.id == request.actor.person_id
    may = [row for row in living if request.actor.may(Permission.REVOKE, row.union.path)] if not is_self else []
    ask_href = f"{reverse('access:ask')}?{urlencode({'person': found.public_id})}"
    actions = []
    if request.actor.holds(Permission.ASK) and not is_self:
        actions.append({"label": "再授一个角色", "href": ask_href})
    if request.actor.holds(Permission.RESET_ASK) and not is_self and found.account_id and living:
        actions.append({"label": "重置登录方式", "href": reverse("access:reset", args=[found.public_id])})
    context = {
        "person": found,
        "table": table(presenting.GRANTS_OF_ONE, rows, request.now),
        "matrix": presenting.matrix(list(dict.fromkeys(row.role for row in living)), held=True),
        "facts": [
            {"label": "手机", "value": found.mobile_masked, "code": True},
            {"label": "实名", "value": "已核验" if found.real_name_level >= 3 else "未核验"},
            {"label": "账号", "value": "已激活" if found.account_id else "还没有登录过"},
        ],
        "head_actions": actions,
        "revocable": [
            {"id": row.id, "label": f"{row.role_label}，{row.union.name}", "chosen": row.id == chosen} for row in may
        ],
        "why_not": "不能收回自己的授权，请由其他管理员办理。" if is_self else "",
        "form": form,
    }
    return render(request, "access/person.html", context, status=status)


@require_POST
@once
def revoke(request: Request, pid: str) -> HttpResponse:
    """Take one living role back, at once."""
    today = _today(request)
    found, rows = selectors.list_grants_of(request.actor, pid, today=today)
    wanted = request.POST.get("grant", "")
    row = next((row for row in rows if str(row.id) == wanted and row.in_force), None)
    if row is None:
        raise NotFound
    form = RevokeForm(request.POST)
    if form.is_valid():
        try:
            revoke_grant(request.actor, row.id, note=form.cleaned_data["note"], now=request.now)
        except (Invalid, RuleBroken) as error:
            form.take(error)
        else:
            messages.success(request, f"已收回{found.masked_name}的{row.role_label}角色，立即生效。")
            return redirect("access:person", pid=pid)
    return _person_page(request, found, rows, form, today=today, chosen=row.id, status=422)


@require_http_methods(["GET", "POST"])
@once
def ask(request: Request) -> HttpResponse:
    """Three short questions on one page: who, at which union, which role and until when."""
    request.actor.require_anywhere(Permission.ASK)
    if request.method == "POST" and "who" in request.POST:
        return _find_person(request)
    found = _chosen_person(request)
    if found is None:
        return render(request, "access/ask.html", _ask_context(request, None, None, find=FindForm()))
    union = _chosen_union(request)
    if union is None:
        return render(request, "access/ask.html", _ask_context(request, found, None))
    today = _today(request)
    initial = {"since": today, "until": date(today.year + USUAL_YEARS - 1, 12, 31)}
    form = GrantForm(request.POST or None, roles=selectors.roles_for(union.level), initial=initial)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = {"person": found.public_id, "union": union.public_id, **form.cleaned_data}
            public_id = open_case(GRANTS, request.actor, said, now=request.now)
            messages.success(request, "已提交，等待安全管理员复核。")
            return redirect(GRANTS.page("review"), pid=public_id)
    return render(request, "access/ask.html", _ask_context(request, found, union, form=form), status=submission.status)


def _find_person(request: Request) -> HttpResponse:
    form = FindForm(request.POST)
    found: list[people.PersonFacts] = []
    searched = form.is_valid()
    if searched:
        found = services.find_people(request.actor, form.cleaned_data["who"], now=request.now)
    context = _ask_context(request, None, None, find=form) | {
        "searched": searched,
        "people": [
            {
                "label": row.masked_name,
                "href": f"{reverse('access:ask')}?{urlencode({'person': row.public_id})}",
                "end": f"{row.id_masked} {row.mobile_masked}".strip(),
            }
            for row in found
        ],
    }
    return render(request, "access/ask.html", context, status=200 if searched else 422)


def _chosen_person(request: Request) -> people.PersonFacts | None:
    """Raises NotFound for an id that is nobody's."""
    public_id = request.GET.get("person", "")[:16]
    if not public_id:
        return None
    found = people.find_by_public_id(public_id)
    if found is None or found.merged_into_id is not None:
        raise NotFound
    return found


def _chosen_union(request: Request) -> unions.UnionFacts | None:
    """The union named in the address, within scope. Raises NotFound, NotAllowed."""
    public_id = request.GET.get("union", "")[:16]
    if not public_id:
        return None
    union = unions.find_by_public_id(public_id)
    if union is None:
        raise NotFound
    request.actor.require(Permission.ASK, union.path)
    return union


def _ask_context(
    request: Request,
    found: people.PersonFacts | None,
    union: unions.UnionFacts | None,
    *,
    find: FindForm | None = None,
    form: GrantForm | None = None,
) -> dict[str, Any]:
    scope = request.actor.scope_for(Permission.ASK)
    search = request.GET.get("q", "")[:40]
    offered: list[unions.UnionFacts] = []
    if found is not None and union is None:
        offered = (
            unions.search(scope, search, limit=20)
            if search
            else [unions.get_facts_by_path(p) for p in scope.paths[:20]]
        )
    step = 3 if union else 2 if found else 1
    checks: list[dict[str, str]] = []
    if found is not None:
        role = str(form["role"].value() or "") if form is not None else ""
        held = selectors.held_roles(found.id, today=_today(request))
        checks = presenting.person_checks(found, held, role, is_self=found.id == request.actor.person_id)
    return {
        "step": step,
        "steps": [
            {"label": label, "state": "past" if n < step else "now" if n == step else "ahead"}
            for n, label in enumerate(("选人", "选工会", "选角色和期限"), 1)
        ],
        "find": find,
        "person": found,
        "union": union,
        "form": form,
        "search": search,
        "unions": presenting.union_choices(offered, found.public_id) if found else [],
        "checks": checks,
    }
