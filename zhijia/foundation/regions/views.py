"""Public parts for choosing a division, and the operator's page of divisions and their changes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import sent
from zhijia.foundation.ui.listing import Column, Empty, Listing, answer
from zhijia.kernel.doors import public
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.http import Request

from . import forms, selectors, services
from .permissions import Permission

_NAME_LENGTH = 40
DEEPEST = 5


def _below(place: selectors.Place) -> str:
    return f"?region={place.code}" if place.level < DEEPEST else ""


DIVISIONS = Listing(
    "regions",
    "区划",
    note="国家地名信息库，CC BY 4.0",
    head=Column("名称", "name"),
    opens=_below,
    kept=("region",),
    search="名称、拼音首字母或代码",
    counted="个",
    columns=(Column("代码", "code"), Column("层级", "level_label")),
    empty=Empty("还没有区划", "请先在服务器上运行 zhijia load regions 载入。"),
)


def _shape(place: selectors.Place) -> dict[str, Any]:
    return {"code": place.code, "name": place.name, "level": place.level}


@public
@require_safe
def children(request: Request) -> HttpResponse:
    """Divisions directly below `parent` (empty: the provinces): JSON, or for HTMX the selects of a RegionField."""
    if request.headers.get("HX-Request"):
        return _choose(request)
    parent = request.GET.get("parent", "")
    if parent and not selectors.is_code(parent):
        raise Invalid("region.code", "区划代码应为12位数字。")
    if parent and selectors.find(parent) is None:
        raise NotFound
    return JsonResponse({"parent": parent, "children": [_shape(place) for place in selectors.children(parent)]})


def _choose(request: Request) -> HttpResponse:
    name = request.GET.get("name", "region")
    if not name.isidentifier() or not name.isascii() or len(name) > _NAME_LENGTH:
        raise Invalid("request.bad", "页面提交的内容不完整，请刷新页面后重试。")
    under = request.GET.get("under", "")
    deepest = request.GET.get("deepest", "5")
    values = [value for value in request.GET.getlist(name) if selectors.is_code(value)]
    context = forms.choose_context(
        name,
        values[-1] if values else request.GET.get("parent", ""),
        under=under if selectors.is_code(under) else "",
        deepest=int(deepest) if deepest in {"2", "3", "4", "5"} else 5,
    )
    return render(request, "regions/_choose.html", context | {"id": f"id_{name}"})


@public
@require_safe
def search(request: Request) -> HttpResponse:
    """At most 20 divisions of the province by name, initials or code: JSON."""
    places = selectors.search(request.GET.get("q", ""), under=_province()[:2], limit=20)
    names = {place.code: selectors.full_name(place.code) for place in places}
    return JsonResponse({"places": [_shape(place) | {"full_name": names[place.code]} for place in places]})


def _province() -> str:
    return f"{settings.ZHIJIA_PROVINCE}0000000000"


def index(request: Request) -> HttpResponseBase:
    """Divisions of today level by level, search, and the upload of a list of changes."""
    request.actor.require_anywhere(Permission.LOAD)
    form = forms.ChangesForm(*sent(request))
    faults: list[dict[str, Any]] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                job = services.take_changes(request.actor, form.cleaned_data["file"].file, now=request.now)
            except Invalid as error:
                form.add_error("file", error.message)
                faults = _fault_rows(error)
            else:
                return redirect(reverse("jobs:job", args=[job]))
    code = request.GET.get("region", "")
    place = selectors.find(code) if selectors.is_code(code) else None
    if code and place is None:
        raise NotFound
    levels = selectors.count_levels()
    extra = {
        "chain": selectors.chain(place.code) if place else [],
        "figures": [
            {"label": label, "value": formats.number(levels.get(level, 0)), "note": "现行"}
            for level, label in ((2, "省"), (3, "市"), (4, "县（市、区）"), (5, "乡镇（街道）"))
        ],
        "form": form,
        "faults": faults,
    }
    return answer(
        DIVISIONS, request, selectors.list_divisions, template="regions/index.html", extra=extra, status=status
    )


def _fault_rows(error: Invalid) -> list[dict[str, Any]]:
    found = error.facts.get("rows")
    return (
        [{"row": row, "label": label, "reason": reason} for row, label, reason in found]
        if isinstance(found, list)
        else []
    )
