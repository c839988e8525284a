"""How batches of made-up documents are laid out for the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.files.presenting import papers
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import shown, table
from zhijia.foundation.workflow import presenting as shapes
from zhijia.organization.documents import lists, rules, selectors as reads
from zhijia.organization.documents.selectors import CheckView
from zhijia.organization.members import presenting
from zhijia.organization.members.forms import CaseDecisionForm

NOTES = {
    rules.Batch.PROPOSED: "复核同意后，全省入会、绑定、名册导入和认领不再受理这些证件，持证人可到本级工会当面核对。",
    rules.Batch.IN_FORCE: "误列的号码可以单个解除，也可以整批解除，都须两人办理。",
    rules.Batch.LIFT_ASKED: "复核同意之前，名单继续有效。",
}


def batch_page(view: reads.BatchView, form: CaseDecisionForm | None, *, now: datetime) -> dict[str, Any]:
    today = formats.local_day(now)
    facts = [
        {"label": "列入单位", "value": view.union.name},
        {"label": "号码", "value": f"{view.batch.count} 个，生效 {view.living} 个"},
        {"label": "提出", "value": formats.moment(view.batch.proposed_at, today)},
        {"label": "生效", "value": formats.moment(view.batch.begun_at, today) if view.batch.begun_at else ""},
        {"label": "原因", "value": view.batch.reason},
    ]
    state = rules.Batch(view.case.state)
    return {
        "view": view,
        "head": shapes.head(view.case, now=now),
        "facts": [fact for fact in facts if fact["value"]],
        "table": table(lists.NUMBERS, view.numbers.rows, now),
        "shown": shown(lists.NUMBERS, view.numbers),
        "next": f"?after={view.numbers.next}" if view.numbers.next else "",
        "files": papers(view.papers),
        "note": NOTES.get(state, ""),
        "decision": {"action": "", "title": "办理", "form": form, "submit": "提交"} if form is not None else None,
    }


def check_page(
    view: reads.CheckView, form: CaseDecisionForm | None, *, now: datetime, mobile: str = ""
) -> dict[str, Any]:
    """What `members/case_review.html` takes; `mobile` in full where it was asked for."""
    asked = view.check.account_id is not None
    facts = [
        {"label": "证件号码", "value": view.entry.masked, "code": True},
        {"label": "提出", "value": "持证人在线提出" if asked else "工会提出"},
        {"label": "持证人", "value": view.case.title if asked else ""},
        {"label": "联系手机", "value": mobile or view.check.mobile_masked, "code": True},
    ]
    listed = [
        {"label": "列入单位", "value": view.union.name},
        {"label": "列入原因", "value": view.batch.reason},
        {"label": "批次", "value": "查看", "href": reverse("documents:batch", args=[view.batch_public_id])},
    ]
    page = presenting.case_page(view.case, "证件核对", view.union.name, (facts, listed), now)
    page["heads"] = ("这个证件", "名单")
    if mobile:
        page["why_none"] = "号码只显示这一次，已留下查看记录。约定核对后，回到这一件办理。"
        page["back"] = {"href": reverse("documents:check", args=[view.case.public_id]), "label": "回到这一件"}
    elif form is not None:
        note = "填写的说明，持证人在办理经过里会看到。" if asked else ""
        page["decision"] = {"action": "", "title": "办理", "form": form, "submit": "提交", "note": note}
        page["reveal"] = bool(view.check.mobile_masked) and view.case.closed_at is None
    elif view.case.closed_at is None:
        page["why_none"] = "等待另一位同事复核。"
    return page


def own_check_page(view: CheckView) -> dict[str, Any]:
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
