"""Boards of unions, the list of terms, certificates; the pages of cases are the kit's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import pages
from zhijia.foundation.casework.forms import DecisionForm
from zhijia.foundation.casework.kinds import By, CaseKind
from zhijia.foundation.casework.selectors import Standing
from zhijia.foundation.ui.listing import answer
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

from . import presenting, selectors
from .cases.election import typed_again
from .lists import UNIONS
from .permissions import Permission


@require_safe
def term_list(request: Request) -> HttpResponseBase:
    request.actor.require_anywhere(Permission.VIEW)
    today = timezone.localdate(request.now)
    return answer(UNIONS, request, partial(selectors.list_terms, request.actor, today=today))


@require_safe
def board(request: Request, pid: str) -> HttpResponse:
    """Who leads a union, who led it, until when."""
    union = unions.get_facts(unions.get_union(request.actor, pid).pk)
    request.actor.require(Permission.VIEW, union.path)
    context = presenting.board_page(request.actor, union, today=timezone.localdate(request.now))
    return render(request, "posts/board.html", context)


@require_safe
def certificate(request: Request, pid: str) -> HttpResponse:
    """A PDF; printing one leaves a row."""
    seat = selectors.get_seat(request.actor, pid)
    paper = presenting.certificate(seat, today=timezone.localdate(request.now))
    audit.record_read(
        request.actor, "posts.certificate", ("post", pid), now=request.now, unit_id=seat.post.union_id,
        concerns=seat.person.id,
    )  # fmt: skip
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="certificate.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def fit_election(form: DecisionForm, one: Standing, _request: Request) -> None:
    """What was reported before stands in the form again."""
    form.initial = {**typed_again(one.row), **form.initial}


def begin_with(kind: CaseKind, name: str) -> Callable[[Request], pages.Fitted]:
    """The answer `name` is a union's code: of the only one where he holds the right, or of the one he came from."""

    opening = kind.opening(By.CADRE)
    assert opening is not None  # noqa: S101  the kinds here are opened by cadres

    def begin(request: Request) -> pages.Fitted:
        units = [grant.unit_id for grant in request.actor.living_grants if opening.right in grant.permissions]
        code = request.GET.get(name, "")[:24] or (unions.get_facts(units[0]).code if len(units) == 1 else "")
        return pages.Fitted(opening.asks, initial={name: code})

    return begin
