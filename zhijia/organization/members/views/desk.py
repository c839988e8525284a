"""How transfers, changes, claims and founding tasks are laid out for the console; a case's timeline is all it reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.files.presenting import papers
from zhijia.organization.members import presenting, selectors
from zhijia.organization.members.rules import changes as change_rules
from zhijia.organization.members.selectors.changes import ChangeView
from zhijia.organization.members.selectors.claims import FoundingView, OfferView
from zhijia.organization.members.selectors.transfers import TransferView

TOWNSHIP_LEVEL = 5
CHANGE_NOTES = {
    change_rules.Kind.RETAIN.value: "由另一位同事审核；同意后不交会费，没有表决权、选举权和被选举权。",
    change_rules.Kind.RESTORE.value: "由另一位同事审核；退休后再就业的继续保留会籍，不恢复。",
    change_rules.Kind.TREATED.value: "六个月以上不交会费、不参加活动，经谈话无效的，由委员会决定后报上级工会备案。",
    change_rules.Kind.EXPEL.value: "须有委员会决定文号和证明材料，报上级工会备案后生效；会员可在 30 天内申诉。",
    change_rules.Kind.DECEASE.value: "须有证明材料，由另一位同事复核；会员卡和岗位授权随即停止。",
}


def town_links(below: Sequence[Any]) -> list[dict[str, str]]:
    """Where a unit has no online home of its own: the general unions under it, to go down to one that has."""
    return [
        {"label": union.name, "href": f"{reverse('members:uncovered')}?unit={union.public_id}"}
        for union in below
        if union.level <= TOWNSHIP_LEVEL
    ]


# --- One case
def transfer_case(view: TransferView, *, now: datetime) -> dict[str, Any]:
    row = view.transfer
    about = [
        {"label": "转出", "value": view.source.name},
        {"label": "转入", "value": view.target.name},
        {"label": "方式", "value": view.kind_label},
        {"label": "说明", "value": row.reason},
        {"label": "借调期满", "value": row.until.isoformat() if row.until else ""},
        {"label": "会费自", "value": f"{row.dues_from:%Y-%m-%d} 起" if row.dues_from else ""},
    ]
    return presenting.case_page(
        view.case, "审核转会", view.target.name, (presenting.person_facts(view.person), about), now
    )


def change_case(view: ChangeView, *, now: datetime) -> dict[str, Any]:
    row = view.change
    about = [
        {"label": "变更", "value": view.kind_label},
        {"label": "原因", "value": view.reason_label},
        {"label": "日期", "value": row.on.isoformat()},
        {"label": "决定文号", "value": row.document},
        {"label": "保留在", "value": view.keeper.name if view.keeper else ""},
        {"label": "说明", "value": row.note},
    ]
    page = presenting.case_page(
        view.case, f"{view.kind_label}审核", view.union.name, (presenting.person_facts(view.person), about), now
    )
    page["files"] = papers(view.papers)
    page["member"] = reverse("members:file", args=[view.person.public_id])
    return page


def claim_case(view: OfferView, *, now: datetime) -> dict[str, Any]:
    about = [{"label": "现在的工会", "value": view.home.name}, {"label": "邀请转入", "value": view.union.name}]
    page = presenting.case_page(
        view.case, "认领邀请", view.union.name, (presenting.person_facts(view.person)[:3], about), now
    )
    page["why_none"] = "等待会员本人确认。" if not view.case.closed_at else "这件已经办结。"
    return page


def founding_case(view: FoundingView, *, now: datetime) -> dict[str, Any]:
    about = [
        {"label": "单位", "value": view.employer},
        {"label": "网上会员之家", "value": view.home.name},
        {"label": "立项时会员", "value": f"{view.members} 人"},
        {"label": "现在会员", "value": f"{view.members_now} 人"},
    ]
    other = [
        {"label": "单位工会", "value": view.covering.name if view.covering else "还没有"},
        {"label": "依据", "value": "《工会法》第十一条：会员二十五人以上的，应当建立基层工会委员会"},
    ]
    return presenting.case_page(view.case, "建会任务", view.employer, (about, other), now)


def change_kinds(member: selectors.MemberFile, current: str = "") -> list[dict[str, Any]]:
    """Shape of `ui/console/tabs.html`: the changes a cadre may ask for, by the membership's state."""
    retained = member.membership.state == "RETAINED"
    hidden = {"retain", "expel"} if retained else {"restore"}
    return [
        {
            "label": change_rules.KINDS[kind],
            "href": reverse("members:change_new", args=[member.person.public_id, kind]),
            "current": kind == current,
        }
        for kind in change_rules.KINDS
        if kind in change_rules.BY_UNION and kind not in hidden
    ]
