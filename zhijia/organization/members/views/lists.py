"""The lists of members and of what is under way about them: their columns, tabs and filters; no queries here."""

from __future__ import annotations

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import (
    Column,
    Empty,
    Filter,
    Listing,
    Tag,
    To,
    When,
)
from zhijia.organization.members import rules
from zhijia.organization.members.presenting import NAME
from zhijia.organization.members.selectors import MemberRow
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
        Filter("is_migrant", "农民工", {"yes": "是", "no": "否"}),
        Filter("new_form", "新就业形态", {"yes": "是", "no": "否"}),
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
