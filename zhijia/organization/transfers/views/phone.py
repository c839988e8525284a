"""A member moves his membership: he asks, answers an invitation, cancels, returns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import presenting as shapes, services as workflow
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, RuleBroken
from zhijia.kernel.http import Request
from zhijia.organization.joining import selectors as joining
from zhijia.organization.members import presenting, selectors
from zhijia.organization.transfers.forms import TransferForm
from zhijia.organization.transfers.selectors import transfers as reads
from zhijia.organization.transfers.selectors.transfers import TransferView
from zhijia.organization.transfers.services import returns, transfers
from zhijia.organization.unions import selectors as unions

SHOWN = 20
"""Unions that a search lists."""


# --- Transfer
def transfer(request: Request) -> HttpResponse:
    """Find the union to go to: by name, pinyin or code; or scan its code."""
    person_id = request.actor.require_person()
    stay = selectors.open_stay(person_id)
    under_way = reads.open_transfer(person_id)
    if under_way is not None and under_way.state != "INVITED":
        return presenting.see_progress(request, "转会", reverse("transfers:case", args=[under_way.public_id]))
    text = request.GET.get("q", "")[:40]
    found = unions.search_public(text, types=unions.JOINABLE, limit=SHOWN + 1) if text.strip() else []
    places = regions.places_of(union.region for union in found)
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
                "note": union.type_label,
                "href": reverse("transfers:ask", args=[union.code]),
                "icon": "building",
            }
            for union in found[:SHOWN]
            if stay is None or union.id != stay.union_id
        ],
    }
    return render(request, "transfers/choose.html", context)


@once
def transfer_to(request: Request, code: str) -> HttpResponse:
    """From, to, and one button: the transfer. What else may be said is folded away."""
    union = unions.get_by_code(code)
    stay = selectors.open_stay(request.actor.require_person())
    if stay is None:
        return redirect("joining:landing", code=union.code)
    if stay.union_id == union.id:
        return redirect("portal:membership")
    present = unions.get_facts(stay.union_id)
    places = regions.places_of((present.region, union.region))
    form = TransferForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            case = transfers.request_transfer(
                request.actor, union.id, reason=said["reason"], until=said["until"], now=request.now
            )
            messages.success(request, f"已提交，等待{union.name}审核。")
            return redirect("transfers:case", pid=case.public_id)
        if open_one := shapes.own_open(request.actor, submission.refused):
            return presenting.see_progress(request, "转会", open_one)
    context = {
        "form": form,
        "left": {"label": "现在的工会", "name": present.name, "place": places[present.region]},
        "right": {"label": "转入的工会", "name": union.name, "place": places[union.region]},
        "union": union,
        "then": transfer_consequences(),
        "said_more": bool(form.is_bound and (form.errors or form["until"].value())),
    }
    return render(request, "transfers/ask.html", context, status=submission.status)


@once
def my_transfer(request: Request, pid: str) -> HttpResponse:
    """A transfer under way; where it is an invitation, the tap that confirms it or not."""
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "confirm":
                transfers.confirm_transfer(request.actor, pid, now=request.now)
                messages.success(request, f"已确认，等待{view.target.name}审核。")
            else:
                transfers.cancel_transfer(request.actor, pid, now=request.now)
                messages.success(request, "好的，会籍不变。")
        except (RuleBroken, Expired) as error:
            messages.error(request, error.message)
        return redirect("transfers:case", pid=pid)
    return render(request, "members/my_case.html", transfer_page(view, request.actor))


@once
def cancel_transfer(request: Request, pid: str) -> HttpResponse:
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        transfers.cancel_transfer(request.actor, pid, now=request.now)
        messages.success(request, "已取消，会籍仍在原工会。")
        return redirect("transfers:case", pid=pid)
    return render(request, "members/confirm.html", cancel_page(view))


@once
def return_home(request: Request, pid: str) -> HttpResponse:
    view = reads.own_transfer(request.actor, pid)
    if request.method == "POST":
        returns.return_home(request.actor, pid, now=request.now)
        messages.success(request, f"会籍已转回{view.source.name}。")
        return redirect("portal:membership")
    return render(request, "members/confirm.html", return_page(view))


# --- Changes


# --- Claims


def transfer_consequences() -> list[dict[str, Any]]:
    return [
        {"text": "由转入的工会审核，现在的工会不需要审批", "taken": True},
        {"text": "办结之前，会籍和会员卡照常使用", "taken": True},
        {"text": "办结后会员卡号不变，会费从下月 1 日起在新工会缴纳", "taken": True},
    ]


def transfer_page(view: TransferView, actor: Actor) -> dict[str, Any]:
    case, row = view.case, view.transfer
    moves = {move.name for move in workflow.allowed_moves(case, actor)}
    page = presenting.my_case_page(
        case,
        "转会",
        [
            {"label": "方式", "value": view.kind_label},
            {"label": "说明", "value": row.reason},
            {"label": "借调期满", "value": row.until.isoformat() if row.until else ""},
            {
                "label": "邀请时间" if case.state == "INVITED" else "提交时间",
                "value": formats.moment(row.requested_at, formats.local_day(row.requested_at)),
            },
            {"label": "会费自", "value": f"{row.dues_from:%Y-%m-%d} 起在新工会缴纳" if row.dues_from else ""},
        ],
    )
    page["route"] = {
        "left": {"label": "转出的工会", "name": view.source.name},
        "right": {"label": "转入的工会", "name": view.target.name},
    }
    cancel = reverse("transfers:cancel", args=[case.public_id])
    if "confirm" in moves:
        page["step"] = {
            "lead": f"“{view.target.name}”邀请您把会籍转过去，最晚",
            "at": case.last_day,
            "after": "确认",
            "mine": True,
            "note": "确认后由转入的工会审核；不确认的，会籍留在现在的工会，不受影响。",
            "explain": presenting.explained(case),
        }
        page["answers"] = {"yes": "确认转会", "no": "暂不转会"}
    elif "object" in moves:
        page["step"] = {
            "lead": "如果不同意转接，请在期满前提出异议，最晚",
            "at": case.last_day,
            "mine": True,
            "note": "没有异议的，期满后自动转接。",
            "explain": presenting.explained(case),
        }
        page["primary"] = {"label": "我有异议，不转", "href": cancel}
    elif "cancel" in moves:
        who = "上级工会" if view.is_escalated else view.target.name
        page["step"] = {
            "lead": f"由{who}审核，最晚",
            "at": case.last_day,
            "after": "答复",
            "explain": presenting.explained(case),
        }
        page["links"].append({"title": "取消转会", "href": cancel, "icon": "arrow-back-up", "plain_icon": True})
    if view.can_return:
        page["primary"] = {
            "label": f"借调结束，返回{view.source.name[:12]}",
            "href": reverse("transfers:return_home", args=[case.public_id]),
        }
    elif case.state == "COMPLETED":
        page["primary"] = {"label": "查看会员卡", "href": reverse("members:card")}
    elif case.closed_at and case.state not in ("OBJECTED", "DECLINED"):
        page["primary"] = {"label": "重新选择工会", "href": reverse("transfers:choose")}
    if view.target.phone and not case.closed_at:
        page["links"].append(
            {
                "title": f"联系转入工会 {view.target.phone}",
                "href": f"tel:{view.target.phone}",
                "icon": "phone",
                "plain_icon": True,
            }
        )
    return page


def cancel_page(view: TransferView) -> dict[str, Any]:
    objecting = view.case.state == "NOTICED"
    back = {"href": reverse("transfers:case", args=[view.case.public_id]), "label": "转会"}
    return {
        "title": "不同意转接" if objecting else "取消转会",
        "back": back,
        "then": [
            {"text": f"会籍继续留在“{view.source.name}”", "taken": True},
            {"text": "以后可以随时再申请转会", "taken": True},
        ],
        "then_title": "提出异议之后" if objecting else "取消之后",
        "submit": "提出异议" if objecting else "取消转会",
        "keep": "先不取消" if not objecting else "返回",
    }


def return_page(view: TransferView) -> dict[str, Any]:
    return {
        "title": "返回原工会",
        "back": {"href": reverse("transfers:case", args=[view.case.public_id]), "label": "转会"},
        "then": [
            {"text": f"会籍立即转回“{view.source.name}”，不需要再审批", "taken": True},
            {"text": "会员卡号不变", "taken": True},
        ],
        "then_title": "返回之后",
        "submit": "确认返回",
        "keep": "先不返回",
    }
