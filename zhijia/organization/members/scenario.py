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
from .selectors import personal

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})

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
    audit_events=(
        AuditEvent("members.own_data", "本人更新工作情况"),
        AuditEvent("members.membership_ended", "会籍结束"),
        AuditEvent("members.membership_reopened", "会籍恢复"),
        AuditEvent("members.card_file", "扫码打开会员档案"),
        AuditEvent("members.card_replaced", "换发会员卡"),
        AuditEvent("members.rebound", "改绑账号"),
    ),
)
