from zhijia.kernel.indicators import Behind, Indicator
from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import (
    AuditEvent,
    MemberEntry,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .permissions import Permission
from .rules import GROUP_MEASURES, NEW_FORM_GROUPS
from .selectors import personal

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})


def _members(**filters: str) -> Behind:
    return Behind("members:roster", Permission.VIEW, {"state": "ACTIVE", **filters})


_GROUPS = tuple(
    Indicator(
        measure,
        NEW_FORM_GROUPS[group],
        f"主要职业为{NEW_FORM_GROUPS[group]}的会员；一人只计一个群体，各群体之和等于新就业形态",
        80 + place,
        counts=(measure,),
        within="new_form",
        behind=_members(new_form_group=group),
    )
    for place, (group, measure) in enumerate(GROUP_MEASURES.items())
)
_INDICATORS = (
    Indicator(
        "members", "会员数", "在会会员，保留会籍的另计", 10, counts=("members",), on_desk=True, behind=_members()
    ),
    Indicator("join_rate", "入会率", "会员数 ÷ 职工数（涵盖单位最近申报）；超过 100% 列为异常，不截断", 26,
              counts=("members",), of=("workers",), unit="%"),
    Indicator("real_name", "实名率", "实名等级达到 3 级的会员 ÷ 会员数", 30, counts=("real_name",), of=("members",),
              unit="%", on_desk=True, behind=_members(real_name="yes")),
    Indicator("activated", "激活率", "已绑定账号的会员 ÷ 会员数", 32, counts=("activated",), of=("members",), unit="%",
              on_desk=True, behind=_members(activated="yes")),
    Indicator("joined", "本月入会", "当月新入会的人次；名册里登记的老会员不算在内", 40, counts=("joined",), unit="人次",
              on_desk=True),
    Indicator("entered", "本月名册登记", "当月由名册登记的老会员人次，他们入会更早，不算本月入会", 42,
              counts=("entered",), unit="人次", on_desk=True),
    Indicator("left", "本月退出", "当月退会、除名、去世的人次", 44, counts=("left",), unit="人次", on_desk=True),
    Indicator("retained", "保留会籍", "保留会籍的会员，不在会员数之内", 50, counts=("retained",),
              behind=Behind("members:roster", Permission.VIEW, {"state": "RETAINED"})),
    Indicator("female", "女会员", "会员中的女职工", 60, counts=("female",), behind=_members(sex="2")),
    Indicator("migrant", "农民工会员", "会员中的农民工", 62, counts=("migrant",), behind=_members(is_migrant="yes")),
    Indicator("dispatched", "劳务派遣会员", "会员中以劳务派遣方式就业的", 64, counts=("dispatched",),
              behind=_members(work_form="dispatched")),
    Indicator("new_form", "新就业形态会员", "会员中的新就业形态劳动者，一人只计一个主要群体", 70, counts=("new_form",),
              behind=_members(new_form="yes")),
    *_GROUPS,
)  # fmt: skip

SCENARIO = Scenario(
    code="members",
    name="会员",
    permissions=(
        PermissionSpec(Permission.VIEW, "查看会员名册", _DECIDERS, group="会员", machine=True),
        PermissionSpec(Permission.EXPORT, "导出会员名册", _DECIDERS, group="会员"),
        PermissionSpec(Permission.FILE_FROM_CARD, "扫会员码打开会员档案", _DECIDERS, group="会员"),
    ),
    menu=(MenuItem("组织", "会员名册", "members:roster", (Permission.VIEW,), 120, icon="users"),),
    member_entries=(
        MemberEntry("会员码", "qrcode", "members:card", "red", 10),
        MemberEntry("扫一扫", "scan", "members:scan_code", "red", 15),
    ),
    settings_rows=(MenuItem("设置", "我的资料", "members:own_data", order=10, icon="user-circle"),),
    personal_data=(
        PersonalData(
            "members.stays",
            "会籍",
            "记录您在哪个工会、什么时候入会，享受会员的权利和服务。",
            "永久（工会档案）",
            personal.export_stays,
            personal.kept_stays,
            tables=(
                "members.Membership",
                "members.MembershipEvent",
            ),
        ),
        PersonalData(
            "members.cards",
            "会员卡",
            "出示会员码，核对是您本人的卡。",
            "随会籍档案保存",
            personal.export_cards,
            personal.kept_cards,
            tables=("members.MemberCard",),
        ),
    ),
    parameters=(ParameterSpec("members.roster_offer_cd", "名册邀请转会的等待期限", 30, "cd", "平台默认", 1, 180),),
    messages=(
        MessageTemplate(
            "members.bound", "会员身份已绑定", "您在“{union}”的会员身份已绑定到当前账号，电子会员卡已经可以使用。"
        ),
    ),
    indicators=_INDICATORS,
    audit_events=(
        AuditEvent("members.own_data", "本人更新工作情况"),
        AuditEvent("members.membership_ended", "会籍结束"),
        AuditEvent("members.membership_reopened", "会籍恢复"),
        AuditEvent("members.card_file", "扫码打开会员档案"),
        AuditEvent("members.card_replaced", "换发会员卡"),
        AuditEvent("members.rebound", "改绑账号"),
    ),
)
