"""The lists of members and of what is under way about them: their columns, tabs and filters; no queries here."""

from __future__ import annotations

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import (
    Column,
    Day,
    Empty,
    Filter,
    Listing,
    Tag,
    To,
    View,
    When,
)
from zhijia.foundation.workflow.columns import DUE, PID
from zhijia.organization.members import rules
from zhijia.organization.members.presenting import FOUND_BY, NAME
from zhijia.organization.members.selectors import Application, MemberRow
from zhijia.organization.members.selectors.own_data import DAYS, Update


# --- Members
def _card(row: MemberRow) -> str:
    return formats.group4(row.membership.member_number)


def _work(row: MemberRow) -> str:
    stay = row.membership
    return rules.NEW_FORM_GROUPS.get(stay.new_form_group) or rules.WORK_FORMS.get(stay.work_form, "")


def _real_name(row: MemberRow) -> tuple[str, str]:
    return ("已实名", "done") if row.membership.real_name_level >= 3 else ("未实名", "soon")


def _standing(row: MemberRow) -> tuple[str, str]:
    return row.state_label, "done" if row.membership.state == "ACTIVE" else ""


ROSTER = Listing(
    "members",
    "会员名册",
    head=Column("姓名", NAME),
    opens=To("members:file", "person.public_id"),
    pid="person.public_id",
    kept=("unit",),
    search="姓名、拼音或首字母、会员卡号、证件或手机号",
    counted="人",
    ordered="按姓名拼音",
    filters=(
        Filter("state", "会籍", {"ACTIVE": "在会", "RETAINED": "保留会籍"}),
        Filter("work_form", "工作方式", rules.WORK_FORMS),
        Filter("new_form_group", "职业", rules.NEW_FORM_GROUPS),
        Filter("real_name", "实名", {"yes": "已实名", "no": "未实名"}),
        Filter("activated", "激活", {"yes": "已激活", "no": "未激活"}),
        Filter("sex", "性别", {"2": "女", "1": "男"}),
    ),
    columns=(
        Column("会员卡号", _card),
        Column("工会", "union_name", wraps=True),
        Column("证件号码", "person.id_masked", narrow="mid", faint=True),
        Column("手机", "person.mobile_masked", narrow="mid", faint=True),
        Column("工作方式", _work),
        Column("入会", "membership.joined_on", faint=True),
        Tag("实名", _real_name),
        Tag("会籍", _standing),
    ),
    empty=Empty("还没有会员", "职工扫码入会或导入名册后，会员会出现在这里。"),
)


def _told(row: Update) -> str:
    return "；".join(f"{label}：{old} → {new}" if old or new else f"{label}已更新" for label, old, new in row.changes)


UPDATES = Listing(
    "member_updates",
    "本人更新的资料",
    note=f"最近 {DAYS} 天，供了解，不需要审批",
    head=Column("会员", "person.name"),
    opens=To("members:file", "person.public_id"),
    counted="件",
    ordered="最近的在前",
    columns=(Column("更新", _told, wraps=True), Column("工会", "union", wraps=True), When("时间", "at", faint=True)),
    empty=Empty("还没有会员更新资料", "会员在手机“我的资料”里修改就业方式、单位等，会列在这里，不需要审批。"),
)


# --- Applications
BELOW = "还在下级工会办理"
"""Of an application that an upper union may decide, though it waits at a union below."""


def _below(row: Application) -> str:
    return BELOW if row.below else ""


def _passed(row: Application) -> tuple[str, str]:
    if row.listing is not None:
        return "证件待核对", "late"
    return ("全部通过", "done") if row.all_passed else ("需人工核对", "soon")


def _not_his(row: Application) -> str:
    if row.his:
        return ""
    waits = row.case.state in (rules.Join.PENDING, rules.Join.ESCALATED)
    return "已转上级工会办理" if waits else "这件现在不由工会办理"


def to_look_at(row: Application) -> str:
    """Why an application wants to be looked at by itself before it is passed with others."""
    return BELOW if row.below else "" if row.all_passed else _passed(row)[0]


QUEUE = Listing(
    "applications",
    "入会审批",
    note="本级及以下",
    head=Column("申请人", NAME),
    detail=_below,
    opens=To("members:review", PID),
    pid=PID,
    locked=_not_his,
    flagged=to_look_at,
    search=FOUND_BY,
    counted="件",
    ordered="最早提交的在前",
    views=(
        View("WAITING", "等待审核"),
        View(rules.Join.NEED_INFO.value, "待补充"),
        View(rules.Join.SUBMITTED.value, "等待实名"),
        View(rules.Join.APPROVED.value, "已通过"),
        View(rules.Join.REJECTED.value, "未通过"),
    ),
    columns=(
        DUE,
        Column("加入", "union.name", wraps=True),
        Column("单位或职业", "case.note", wraps=True),
        Tag("自动核对", _passed),
        Day("提交", "application.submitted_at", narrow="mid", faint=True),
    ),
    empty=Empty("没有这样的申请", "职工扫描本工会的二维码提交后，申请会出现在这里。"),
)
