"""Which change is begun, and what its pages ask; the pages of cases are the kit's."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render

from zhijia.foundation.casework.forms import DecisionForm
from zhijia.foundation.casework.pages import Fitted
from zhijia.foundation.casework.selectors import Standing
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions

from .cases import ASKED_OF, ASSETS, AUDIT, LIQUIDATION, PASSED_OF, UNION, WHY
from .permissions import Permission
from .rules import CONSEQUENCES, SORTS, Sort

MOST_FILLED_IN = 200


def begin(request: Request) -> Fitted | HttpResponse:
    """First what is to become of the union (`?sort=`), then what that asks."""
    units = [grant.unit_id for grant in request.actor.living_grants if Permission.RUN in grant.permissions]
    code = request.GET.get("union", "")[:24] or (unions.get_facts(units[0]).code if len(units) == 1 else "")
    if request.GET.get("sort") not in SORTS:
        choices = [{"sort": sort, "label": label, "text": CONSEQUENCES[sort]} for sort, label in SORTS.items()]
        return render(request, "reorganizing/choose.html", {"choices": choices, "union": code})
    sort = Sort(request.GET["sort"])
    initial = {"union": code}
    if sort == Sort.SPLIT:
        initial["employers"] = _covered(request, code)
    asked = tuple(replace(each, required=True, help=_HELP.get(each.name, "")) for each in ASKED_OF[sort])
    then = ("提交后登记会员（代表）大会的表决，再报上级批准", f"批准之后：{CONSEQUENCES[sort]}")
    shows = {"label": SORTS[sort], "then": [{"text": text} for text in then]}
    return Fitted((UNION, *asked, WHY), {"sort": sort.value}, initial, shows)


_HELP = {
    "parent": "编码或全称，改由它领导",
    "successor": "编码或全称，会员转入这个工会",
    "employers": "每行一个；删去留在原工会的单位",
}


def _covered(request: Request, code: str) -> str:
    union = unions.find_by_code(code)
    if union is None or not request.actor.may(Permission.RUN, union.path):
        return ""
    return "\n".join(unions.employer_names(unions.employer_ids_of(union.id, limit=MOST_FILLED_IN)).values())


def fit(form: DecisionForm, one: Standing, _request: Request) -> None:
    """Of the record of the congress only what belongs to this change; what was said before stands there again."""
    wanted = PASSED_OF[Sort(one.row.sort)]
    for each in (ASSETS, AUDIT, LIQUIDATION):
        if each not in wanted:
            form.fields.pop(each.name, None)
    said = {each.name: each.typed(getattr(one.row, each.name)) for each in wanted}
    kept = {name: getattr(one.row, name) for name in ("held_on", "due", "attended", "in_favour")}
    form.initial = {**kept, **said, **form.initial}
