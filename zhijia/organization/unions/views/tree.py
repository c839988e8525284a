"""The tree of unions: one branch at a time, and search."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhijia.foundation.ui.listing import Button, answer, show
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.unions import selectors
from zhijia.organization.unions.permissions import Permission

from . import tables

BRANCH = 100


@require_safe
def tree(request: Request) -> HttpResponseBase:
    """The tops of the actor's scope; `?open=` shows one union's children below its chain, a search or a filter the list
    of what is found.
    """
    request.actor.require_anywhere(Permission.VIEW)
    query = tables.UNIONS.query(request)
    actions = _actions(request)
    if query.is_narrowed or request.GET.get("form"):
        return answer(tables.UNIONS, request, partial(selectors.list_unions, request.actor), actions=actions)
    nodes = _nodes(request)
    return show(
        tables.UNIONS, request, query, Page([]), actions=actions, template="unions/tree.html", extra={"nodes": nodes}
    )


def _nodes(request: Request) -> list[dict[str, Any]]:
    asked = request.GET.get("open", "")
    if not asked:
        tops = selectors.children(request.actor, None, limit=BRANCH).rows
        if len(tops) == 1:
            return [_branch(request, tops[0])]
        return [tables.node(top, is_open=False) for top in tops]
    union = selectors.get_union_to_view(request.actor, asked)
    chain = selectors.chain_in_scope(request.actor, union)
    return [tables.nest(chain, _branch(request, union))]


def _branch(request: Request, union: Any) -> dict[str, Any]:
    after = request.GET.get("after", "")
    return tables.branch(union, selectors.children(request.actor, union.pk, after=after, limit=BRANCH))


@require_safe
def branch(request: Request, pid: str) -> HttpResponse:
    """For HTMX: a node opened, shut (`?shut=1`), or its further children (`?after=`)."""
    union = selectors.get_union_to_view(request.actor, pid)
    if "shut" in request.GET:
        return render(request, "unions/_node.html", {"node": tables.node(union, is_open=False)})
    opened = _branch(request, union)
    template = "unions/_further.html" if request.GET.get("after") else "unions/_node.html"
    return render(request, template, {"node": opened})


def _actions(request: Request) -> list[Button]:
    actions = []
    if request.actor.holds(Permission.LOAD):
        actions.append(Button("导入", reverse("unions:load")))
    if request.actor.holds(Permission.EXPORT):
        actions.append(Button("导出", reverse("unions:export")))
    if request.actor.holds(Permission.CREATE):
        actions.append(Button("新建工会", reverse("unions:new"), primary=True))
    return actions
