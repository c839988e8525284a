"""The leader's number, once; the pages of cases are the kit's."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from zhijia.foundation.casework import pages, selectors as casework
from zhijia.foundation.casework.forms import DecisionForm
from zhijia.foundation.casework.selectors import Standing
from zhijia.kernel.http import Request
from zhijia.organization.posts.cases.election import typed_again
from zhijia.organization.posts.views import begin_with

from .cases import AGAIN, FOUNDINGS, read_mobile

_of_parent = begin_with(FOUNDINGS, "parent")


def begin(request: Request) -> pages.Fitted:
    """A founding task knows the employer already."""
    known = {name: request.GET[name][:120] for name in ("name", "employer_name", "credit_code") if name in request.GET}
    fitted = _of_parent(request)
    return replace(fitted, initial={**fitted.initial, **known})


@require_POST
def mobile(request: Request, pid: str) -> HttpResponse:
    """Leaves a row. Not `once`: no answer with it is kept."""
    number = read_mobile(request.actor, pid, now=request.now)
    one = casework.get_case(FOUNDINGS, request.actor, pid)
    response = pages.review_page(FOUNDINGS, request, one, mobile=number, why_none="联系后，回到这一件办理。")
    response["Cache-Control"] = "no-store"
    return response


def fit(form: DecisionForm, one: Standing, _request: Request) -> None:
    """What was said before stands in the form again."""
    said = {asked.name: asked.typed(getattr(one.row, asked.name)) for asked in AGAIN if asked.kept}
    form.initial = {**said, **typed_again(one.row), **form.initial}
