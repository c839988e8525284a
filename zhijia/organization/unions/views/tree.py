"""The tree of unions: one branch at a time, and search."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.unions import rules, selectors
from zhijia.organization.unions.permissions import Permission

from . import tables

BRANCH = 100
FOUND = 50


@require_safe
def tree(request: Request) -> HttpResponse:
    """The tops of the actor's scope; `?open=` shows one union's children below its chain, `?q=` searches instead."""
    request.actor.require_anywhere(Permission.VIEW)
    text = request.GET.get("q", "").strip()[:60]
    union_type = request.GET.get("type", "")
    union_type = union_type if union_type in rules.TYPE_DIGITS else ""
    context = _found(request, text, union_type) if text else _nodes(request)
    return render(
        request,
        "unions/tree.html",
        context | {"bar": tables.tree_bar(text, union_type), "q": text, "actions": _actions(request)},
    )


def _found(request: Request, text: str, union_type: str) -> dict[str, Any]:
    scope = request.actor.scope_for(Permission.VIEW)
    rows = selectors.search(scope, text, types=[union_type] if union_type else (), limit=FOUND + 1, closed=True)
    shown = rows[:FOUND]
    places = regions.names_of({row.region for row in shown})
    return {"table": tables.found_table(shown, places), "more_found": len(rows) > FOUND}


def _nodes(request: Request) -> dict[str, Any]:
    asked = request.GET.get("open", "")
    if not asked:
        tops = selectors.children(request.actor, None, limit=BRANCH)
        if len(tops) == 1:
            return {"nodes": [_branch(request, tops[0])]}
        return {"nodes": [tables.node(top, is_open=False) for top in tops[:BRANCH]]}
    union = selectors.get_union_to_view(request.actor, asked)
    chain = selectors.chain_in_scope(request.actor, union)
    return {"nodes": [tables.nest(chain, _branch(request, union))], "opened": union.name}


def _branch(request: Request, union: Any) -> dict[str, Any]:
    after = _after(request, union.path)
    rows = selectors.children(request.actor, union.pk, after=after, limit=BRANCH)
    return tables.branch(union, rows, limit=BRANCH)


def _after(request: Request, path: str) -> str:
    """A path below `path`, or nothing: whatever else stands in the address is an address of nothing."""
    after = request.GET.get("after", "")
    if not after:
        return ""
    if len(after) > 48 or not after.isalnum() or not after.isascii() or not after.startswith(path):
        raise NotFound
    return after


@require_safe
def branch(request: Request, pid: str) -> HttpResponse:
    """For HTMX: a node opened, shut (`?shut=1`), or its further children (`?after=`)."""
    union = selectors.get_union_to_view(request.actor, pid)
    if "shut" in request.GET:
        return render(request, "unions/_node.html", {"node": tables.node(union, is_open=False)})
    opened = _branch(request, union)
    template = "unions/_further.html" if request.GET.get("after") else "unions/_node.html"
    return render(request, template, {"node": opened})


def _actions(request: Request) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    if request.actor.holds(Permission.LOAD):
        actions.append({"label": "导入", "href": reverse("unions:load")})
    if request.actor.holds(Permission.EXPORT):
        actions.append({"label": "导出", "href": reverse("unions:export")})
    if request.actor.holds(Permission.CREATE):
        actions.append({"label": "新建工会", "href": reverse("unions:new"), "primary": True})
    return actions
