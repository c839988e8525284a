"""How batches of made-up documents are laid out for the console."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zhijia.foundation.files.presenting import papers
from zhijia.foundation.ui import formats
from zhijia.foundation.workflow import presenting
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.organization.members.forms import CaseDecisionForm
from zhijia.organization.members.rules import blacklist as rules
from zhijia.organization.members.selectors import blacklist as reads

from . import desk

NOTES = {
    rules.Batch.PROPOSED: "复核同意后，全省入会、绑定、名册导入和认领不再受理这些证件，持证人可到本级工会当面核对。",
    rules.Batch.IN_FORCE: "误列的号码可以单个解除，也可以整批解除，都须两人办理。",
    rules.Batch.LIFT_ASKED: "复核同意之前，名单继续有效。",
}


def batch_list(rows: Sequence[reads.BatchRow], view: str, *, now: datetime) -> dict[str, Any]:
    """What `members/case_list.html` takes."""
    today = formats.local_day(now)
    lines = [
        desk.line(
            row.case.public_id,
            row.case.title,
            reverse("members:blacklist_batch", args=[row.case.public_id]),
            [
                desk.due(row.case, now),
                {"text": row.batch.reason, "wide": True, "wrap": True},
                {"text": row.union.name, "wrap": True},
                {"text": formats.number(row.living), "num": True},
                {"text": formats.short_day(row.batch.proposed_at, today), "dim": True},
                desk.state(row.case),
            ],
        )
        for row in rows
    ]
    onward = ""
    if len(rows) == reads.PAGE:
        onward = f"?{urlencode({'view': view, 'before': rows[-1].batch.pk})}"
    return desk.list_page(
        "虚假证件",
        reads.VIEWS,
        view,
        desk.table("虚假证件", "批次", ("期限", "原因", "列入单位", "生效号码", "提出", "状态"), lines),
        {"shown": f"本页 {len(lines)} 批", "previous": "", "next": onward},
        empty=(
            ("没有已结束的批次", "退回、撤回和解除的批次会列在这里。")
            if view
            else ("还没有列入虚假证件", "发现成批编造的证件时，由一位同事提出，另一位同事复核后全省生效。")
        ),
        note="号码只存摘要，只显示遮盖后的样子",
        actions=[{"label": "提出一批", "href": reverse("members:blacklist_new"), "primary": True}],
    )


def batch_page(view: reads.BatchView, form: CaseDecisionForm | None, *, now: datetime) -> dict[str, Any]:
    pid = view.case.public_id
    today = formats.local_day(now)
    facts = [
        {"label": "列入单位", "value": view.union.name},
        {"label": "号码", "value": f"{view.batch.count} 个，生效 {view.living} 个"},
        {"label": "提出", "value": formats.moment(view.batch.proposed_at, today)},
        {"label": "生效", "value": formats.moment(view.batch.begun_at, today) if view.batch.begun_at else ""},
        {"label": "原因", "value": view.batch.reason},
    ]
    rows = [_number(row, pid) for row in view.numbers]
    onward = f"?after={view.numbers[-1].entry.pk}" if len(view.numbers) == reads.PAGE else ""
    state = rules.Batch(view.case.state)
    return {
        "view": view,
        "head": presenting.head(view.case, now=now),
        "facts": [fact for fact in facts if fact["value"]],
        "table": desk.table("这一批的证件号码", "证件号码", ("证件", "现在谁在用", "状态", "办理"), rows),
        "pager": {"shown": f"本页 {len(rows)} 个", "previous": "", "next": onward},
        "files": papers(view.papers),
        "note": NOTES.get(state, ""),
        "decision": {"action": "", "title": "办理", "form": form, "submit": "提交"} if form is not None else None,
    }


def _number(row: reads.NumberRow, pid: str) -> dict[str, Any]:
    entry = row.entry
    href = ""
    if row.member:
        href = reverse("members:file", args=[row.member])
    elif row.application:
        href = reverse("members:review", args=[row.application])
    state = {"text": "生效中", "state": "done"}
    if not entry.in_force:
        state = {"text": "已失效", "state": ""} if entry.ended_at else {"text": "待复核", "state": "soon"}
    step: dict[str, Any] = {"text": ""}
    if row.check:
        step = {"text": "查看核对", "href": reverse("members:document_check", args=[row.check])}
    elif entry.in_force:
        address = reverse("members:blacklist_number", args=[pid])
        step = {"text": "解除", "href": f"{address}?number={entry.pk}"}
    who: dict[str, Any] = {"text": row.standing, "wide": True, "wrap": True}
    return desk.line(
        "",
        entry.masked,
        "",
        [
            {"text": DOCUMENT_LABELS[entry.id_type]},
            who | ({"href": href} if href else {}),
            {"tag": state},
            step,
        ],
    )


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
        {"label": "批次", "value": "查看", "href": reverse("members:blacklist_batch", args=[view.batch_public_id])},
    ]
    page = desk.case_page(view.case, "证件核对", view.union.name, (facts, listed), now)
    page["heads"] = ("这个证件", "名单")
    if mobile:
        page["why_none"] = "号码只显示这一次，已留下查看记录。约定核对后，回到这一件办理。"
        page["back"] = {"href": reverse("members:document_check", args=[view.case.public_id]), "label": "回到这一件"}
    elif form is not None:
        note = "填写的说明，持证人在办理经过里会看到。" if asked else ""
        page["decision"] = {"action": "", "title": "办理", "form": form, "submit": "提交", "note": note}
        page["reveal"] = bool(view.check.mobile_masked) and view.case.closed_at is None
    elif view.case.closed_at is None:
        page["why_none"] = "等待另一位同事复核。"
    return page
