"""A member looks for the union to go to, asks it, and returns from a secondment."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.casework import selectors as casework
from zhijia.foundation.casework.pages import Fitted
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.http import Request
from zhijia.organization.joining import selectors as joining
from zhijia.organization.members import presenting, selectors
from zhijia.organization.transfers.cases import returns
from zhijia.organization.transfers.cases.transfers import SAYS, TRANSFERS, UNTIL
from zhijia.organization.transfers.selectors import transfers as reads
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import histories

SHOWN = 20
"""Unions that a search lists."""


def transfer(request: Request) -> HttpResponse:
    """Find the union to go to: by name, pinyin or code; or scan its code."""
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    under_way = reads.asked_for(person_id)
    if under_way is not None:
        return presenting.see_progress(request, "转会", reverse("transfers:case", args=[under_way.public_id]))
    text = request.GET.get("q", "")[:40]
    found = unions.search_public(text, types=unions.JOINABLE, limit=SHOWN + 1) if text.strip() else []
    places = regions.places_of(union.region for union in found)
    before = histories.called_before(union.id for union in found)
    context = {
        "stay": stay,
        "standing": joining.standing(request.actor, now=request.now) if stay is None else None,
        "more": len(found) > SHOWN,
        "most": SHOWN,
        "union": unions.get_facts(stay.union_id) if stay else None,
        "q": text,
        "rows": [
            {
                "title": union.name,
                "detail": places[union.region],
                "note": " · ".join([union.type_label, *(f"原“{name}”" for name in before.get(union.id, [])[:1])]),
                "href": reverse("transfers:ask", args=[union.code]),
                "icon": "building",
            }
            for union in found[:SHOWN]
            if stay is None or union.id != stay.union_id
        ],
    }
    return render(request, "transfers/choose.html", context)


def fit_transfer(request: Request, code: str) -> Fitted | HttpResponse:
    """From, to, and one button. What else may be said is folded away; who is on his way already is led to it."""
    union = unions.get_by_code(code)
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    if stay is None:
        return redirect("joining:landing", code=union.code)
    if stay.union_id == union.id:
        return redirect("portal:membership")
    under_way = reads.asked_for(person_id)
    if under_way is not None:
        return presenting.see_progress(request, "转会", reverse("transfers:case", args=[under_way.public_id]))
    present = unions.get_facts(stay.union_id)
    places = regions.places_of((present.region, union.region))
    then = (
        "由转入的工会审核，现在的工会不需要审批",
        "办结之前，会籍和会员卡照常使用",
        "办结后会员卡号不变，会费从下月 1 日起在新工会缴纳",
    )
    return Fitted(
        (SAYS, UNTIL),
        {"union_code": union.code},
        shows={
            "left": {"label": "现在的工会", "name": present.name, "place": places[present.region]},
            "right": {"label": "转入的工会", "name": union.name, "place": places[union.region]},
            "union": union,
            "then": [{"text": text, "taken": True} for text in then],
        },
    )


@once
def return_home(request: Request, pid: str) -> HttpResponse:
    one = casework.get_own(TRANSFERS, request.actor, pid)
    if request.method == "POST":
        returns.return_home(request.actor, pid, now=request.now)
        messages.success(request, f"会籍已转回{one.other}。")
        return redirect("portal:membership")
    then = (f"会籍立即转回“{one.other}”，不需要再审批", "会员卡号不变")
    context = {
        "title": "返回原工会",
        "back": {"href": reverse("transfers:case", args=[pid]), "label": "转会"},
        "then": [{"text": text, "taken": True} for text in then],
        "then_title": "返回之后",
        "submit": "确认返回",
        "keep": "先不返回",
    }
    return render(request, "ui/phone/confirm.html", context)
