"""How a member's own matters are laid out for the phone's parts; no queries beyond a case's own timeline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.members import presenting
from zhijia.organization.members.rules import changes as change_rules
from zhijia.organization.members.rules.retirement import LABELS, Retirement
from zhijia.organization.members.selectors.blacklist import CheckView
from zhijia.organization.members.selectors.changes import ChangeView, Happened
from zhijia.organization.members.selectors.claims import OfferView
from zhijia.organization.members.selectors.transfers import TransferView

_MINE = {"href": "", "label": "我的会籍"}


def things_to_do(stay: Any, *, transfer: Case | None) -> list[dict[str, Any]]:
    """Shape of `ui/phone/rows.html`: what a member in this state may do with his membership."""

    def change(kind: str, title: str, detail: str, icon: str) -> dict[str, Any]:
        return {"title": title, "detail": detail, "icon": icon, "href": reverse("members:new_change", args=[kind])}

    move = {
        "title": "转会",
        "detail": "换了单位或住处，把会籍转过去",
        "icon": "arrows-exchange",
        "hue": "red",
        "href": reverse("members:transfer"),
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


def happened(entries: Sequence[Happened]) -> list[dict[str, Any]]:
    """Shape of `ui/phone/timeline.html`."""
    return [
        {"title": entry.title, "note": entry.note, "at": entry.at, "quote": "", "state": "now" if index == 0 else ""}
        for index, entry in enumerate(entries)
    ]


def retirement_words(found: Sequence[Retirement]) -> list[dict[str, Any]]:
    return [
        {"label": LABELS[row.kind], "value": f"{row.on.year} 年 {row.on.month} 月（{row.age_words}）"} for row in found
    ]


def transfer_consequences() -> list[dict[str, Any]]:
    return [
        {"text": "由转入的工会审核，现在的工会不需要审批", "taken": True},
        {"text": "办结之前，会籍和会员卡照常使用", "taken": True},
        {"text": "办结后会员卡号不变，会费从下月 1 日起在新工会缴纳", "taken": True},
    ]


def change_consequences(kind: str) -> list[dict[str, Any]]:
    if kind == change_rules.Kind.WITHDRAW:
        return [
            {"text": "退会自由。提交后有 7 天冷静期，期间随时可以反悔", "taken": True},
            {"text": "期满后会员卡停用，工会的服务和优惠不再享受", "taken": False},
            {"text": "以后可以重新申请入会，会员卡号不变", "taken": True},
        ]
    if kind == change_rules.Kind.RETAIN:
        return [
            {"text": "由您的工会审核，同意后会籍保留，不用交会费", "taken": True},
            {"text": "保留期间没有表决权、选举权和被选举权", "taken": False},
            {"text": "重新就业后可以申请恢复；退休后再就业的继续保留", "taken": True},
        ]
    return [{"text": "由您的工会审核，同意后恢复为在会会员", "taken": True}]


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
    cancel = reverse("members:cancel_transfer", args=[case.public_id])
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
            "href": reverse("members:return_home", args=[case.public_id]),
        }
    elif case.state == "COMPLETED":
        page["primary"] = {"label": "查看会员卡", "href": reverse("members:card")}
    elif case.closed_at and case.state not in ("OBJECTED", "DECLINED"):
        page["primary"] = {"label": "重新选择工会", "href": reverse("members:transfer")}
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
    back = {"href": reverse("members:my_transfer", args=[view.case.public_id]), "label": "转会"}
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
        "back": {"href": reverse("members:my_transfer", args=[view.case.public_id]), "label": "转会"},
        "then": [
            {"text": f"会籍立即转回“{view.source.name}”，不需要再审批", "taken": True},
            {"text": "会员卡号不变", "taken": True},
        ],
        "then_title": "返回之后",
        "submit": "确认返回",
        "keep": "先不返回",
    }


def change_page(view: ChangeView, moves: Collection[str], *, appeal_until: date | None) -> dict[str, Any]:
    case, row = view.case, view.change
    page = presenting.my_case_page(
        case,
        view.kind_label,
        [
            {"label": "工会", "value": view.union.name},
            {"label": "原因", "value": view.reason_label},
            {"label": "日期", "value": row.on.isoformat()},
            {"label": "保留在", "value": view.keeper.name if view.keeper else ""},
            {"label": "文号", "value": row.document},
            {"label": "说明", "value": row.note},
        ],
    )
    page["files"] = [
        {
            "title": file.name,
            "detail": file.size_words,
            "href": reverse("files:mine", args=[file.public_id]),
            "icon": "photo" if file.is_picture else "file-text",
            "plain_icon": True,
        }
        for file in view.papers
    ]
    take_back = reverse("members:take_back_change", args=[case.public_id])
    if "stay" in moves:
        page["step"] = {
            "lead": "退会将在冷静期满后生效，这之前都可以反悔",
            "at": case.last_day,
            "mine": True,
            "explain": presenting.explained(case),
        }
        page["primary"] = {"label": "不退会了", "href": take_back}
    elif not case.closed_at and case.due_at:
        page["step"] = {
            "lead": "由工会审核，最晚",
            "at": case.last_day,
            "after": "答复",
            "explain": presenting.explained(case),
        }
    if "take_back" in moves:
        page["links"].append({"title": "撤回申请", "href": take_back, "icon": "arrow-back-up", "plain_icon": True})
    if appeal_until is not None and "appeal" in moves:
        page["step"] = {
            "lead": "如有不同意见，可以向上级工会申诉一次，请在",
            "at": appeal_until,
            "after": "（含）前申诉",
            "mine": True,
        }
        page["primary"] = {"label": "向上级申诉", "href": reverse("members:appeal_change", args=[case.public_id])}
    return page


def take_back_page(view: ChangeView) -> dict[str, Any]:
    leaving = view.case.state == "COOLING"
    return {
        "title": "不退会了" if leaving else f"撤回{view.kind_label}申请",
        "back": {"href": reverse("members:my_change", args=[view.case.public_id]), "label": view.kind_label},
        "then": [{"text": "会籍不变，会员卡照常使用", "taken": True}],
        "then_title": "撤回之后",
        "submit": "继续做会员" if leaving else "撤回申请",
        "keep": "返回",
    }


def appeal_page(view: ChangeView) -> dict[str, Any]:
    return {
        "title": "向上级工会申诉",
        "back": {"href": reverse("members:my_change", args=[view.case.public_id]), "label": view.kind_label},
        "then": [
            {"text": "由备案工会的上级重新审查，只能申诉一次", "taken": False},
            {"text": "申诉成立的，会籍恢复到原来的工会", "taken": True},
        ],
        "then_title": "提交之后",
        "submit": "提交申诉",
        "keep": "",
        "label": "申诉理由",
    }


def check_page(view: CheckView) -> dict[str, Any]:
    """A document that is looked at again: who does, and what then."""
    case, union = view.case, view.union
    where = [{"label": "核对的工会", "value": union.name}, {"label": "地址", "value": union.address}]
    page = presenting.my_case_page(case, "证件核对", [*where, {"label": "电话", "value": union.phone}])
    if case.closed_at is None:
        page["step"] = {
            "lead": "请携带证件到" + union.name + "，或等待电话联系",
            "at": case.last_day,
            "after": "答复" if case.last_day else "",
            "mine": False,
            "note": "核对后即可继续在线办理。",
            "explain": presenting.explained(case),
        }
    return page


def claim_page(view: OfferView, moves: Collection[str]) -> dict[str, Any]:
    case = view.case
    page = presenting.my_case_page(case, "单位工会的邀请", [{"label": "现在的工会", "value": view.home.name}])
    page["route"] = {
        "left": {"label": "现在的工会", "name": view.home.name},
        "right": {"label": "您单位的工会", "name": view.union.name},
    }
    page["facts"] = []
    if "confirm" in moves:
        page["step"] = {
            "lead": "您所在的单位已有工会，邀请您把会籍转过去，最晚",
            "at": case.last_day,
            "after": "确认",
            "mine": True,
            "note": "不确认的，会籍留在现在的工会，不受影响。",
            "explain": presenting.explained(case),
        }
        page["answers"] = {"yes": "确认转入", "no": "暂不转入"}
    elif case.state == "CONFIRMED":
        page["primary"] = {"label": "查看会员卡", "href": reverse("members:card")}
    return page
