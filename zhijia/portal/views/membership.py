"""A member's own membership: where it is, what he can do with it, what became of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.http import Request
from zhijia.organization.changes import selectors as change_reads
from zhijia.organization.changes.rules.retirement import LABELS, Retirement
from zhijia.organization.changes.selectors import Happened
from zhijia.organization.joining import begun, selectors as joining
from zhijia.organization.members import presenting, selectors
from zhijia.organization.transfers.selectors import claims as claim_reads, transfers as reads
from zhijia.organization.unions import selectors as unions


def things_to_do(stay: Any, *, transfer: Case | None) -> list[dict[str, Any]]:
    """Shape of `ui/phone/rows.html`: what a member in this state may do with his membership."""

    def change(kind: str, title: str, detail: str, icon: str) -> dict[str, Any]:
        return {"title": title, "detail": detail, "icon": icon, "href": reverse("changes:new", args=[kind])}

    move = {
        "title": "转会",
        "detail": "换了单位或住处，把会籍转过去",
        "icon": "arrows-exchange",
        "hue": "red",
        "href": reverse("transfers:choose"),
    }
    kept = change("retain", "保留会籍", "退休、失业、参军，或单位关闭", "clock")
    back = change("restore", "恢复会籍", "重新就业后恢复为在会", "shield-check")
    leave = change("withdraw", "退会", "七天内可以反悔", "arrow-back-up")
    own = {
        "title": "我的资料",
        "detail": "单位、就业方式、学历等自己修改；姓名、号码申请更正",
        "icon": "user-circle",
        "href": reverse("members:own_data"),
    }
    moving = transfer is not None and transfer.state != "INVITED"
    return [own, *([] if moving else [move]), back if stay.state == "RETAINED" else kept, leave]


def happened_rows(entries: Sequence[Happened]) -> list[dict[str, Any]]:
    """Shape of `ui/phone/timeline.html`."""
    return [
        {"title": entry.title, "note": entry.note, "at": entry.at, "quote": "", "state": "now" if index == 0 else ""}
        for index, entry in enumerate(entries)
    ]


def retirement_words(found: Sequence[Retirement]) -> list[dict[str, Any]]:
    return [
        {"label": LABELS[row.kind], "value": f"{row.on.year} 年 {row.on.month} 月（{row.age_words}）"} for row in found
    ]


def mine(request: Request) -> HttpResponse:
    """Where my membership is, what I can do with it, and what became of it so far."""
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    stays, happened = change_reads.timeline(person_id)
    context: dict[str, Any] = {"stays": stays, "happened": happened_rows(happened), "stay": stay}
    if stay is None:
        context |= {"standing": joining.standing(request.actor, now=request.now), "begun": begun.union_of(request)}
    if stay is not None:
        context |= {
            "union": unions.get_facts(stay.union_id),
            "facts": presenting.stay_facts(stay),
            "rows": things_to_do(stay, transfer=reads.open_transfer(person_id)),
            "waiting": presenting.waiting_rows(
                reads.open_transfer(person_id), change_reads.open_change(person_id), claim_reads.open_offer(person_id)
            ),
            "retirement": retirement_words(change_reads.own_retirement(person_id)),
        }
    return render(request, "portal/membership.html", context)
