from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    MemberEntry,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .permissions import Permission
from .rules import DISPUTE, JOIN
from .selectors import personal, personal_matters
from .services import forgetting

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="members",
    name="会员",
    permissions=(
        PermissionSpec(Permission.VIEW, "查看会员名册", _DECIDERS, group="会员", short="查名册", machine=True),
        PermissionSpec(Permission.JOIN_DECIDE, "审批入会申请", _DECIDERS, group="会员", short="审入会", machine=True),
        PermissionSpec(Permission.DISPUTE_DECIDE, "核实账号绑定", frozenset({"ORG"}), group="会员", short="核绑定"),
        PermissionSpec(Permission.EXPORT, "导出会员名册", _DECIDERS, group="会员", short="导出"),
        PermissionSpec(Permission.FILE_FROM_CARD, "扫会员码打开会员档案", _DECIDERS, group="会员", short="扫码"),
    ),
    menu=(
        MenuItem("组织", "入会审批", "members:queue", (Permission.JOIN_DECIDE,), 130, icon="user-check"),
        MenuItem("组织", "会员名册", "members:roster", (Permission.VIEW,), 120, icon="users"),
    ),
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
        PersonalData(
            "members.applications",
            "入会申请",
            "由工会审核您是否可以入会。",
            "通过的永久；未通过和撤回的一年",
            personal.export_applications,
            personal.kept_applications,
            forgetting.erase_applications,
            tables=("members.JoinApplication",),
        ),
        PersonalData(
            "members.disputes",
            "账号绑定核实",
            "查明证件号码应由哪个账号使用，防止他人冒用。",
            "办结后三年",
            personal_matters.export_disputes,
            personal_matters.kept_disputes,
            forgetting.erase_disputes,
            tables=("members.BindingDispute",),
        ),
    ),
    sweeps=(
        Sweep("members.applications", "未通过和撤回的入会申请", personal.REFUSED_DAYS, forgetting.forget_refused),
        Sweep("members.disputes", "办结的账号绑定核实", personal_matters.DISPUTE_DAYS, forgetting.forget_disputes),
    ),
    workflows=(
        JOIN,
        DISPUTE,
    ),
    case_links={
        JOIN.code: CaseLink(member="members:case", console="members:review", menu="members:queue"),
        DISPUTE.code: CaseLink(console="members:dispute_review"),
    },
    parameters=(
        ParameterSpec("join.review_wd", "入会审核时限", 3, "wd", "会籍管理办法；平台默认", 1, 30),
        ParameterSpec("join.escalate_wd", "入会逾期转上级", 5, "wd", "平台默认", 1, 60),
        ParameterSpec("join.escalated_wd", "上级办理入会时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("join.need_info_wd", "补充信息时限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec("join.appeal_wd", "入会申诉期限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec("join.auto_approve_cd", "入会自动通过（0 为不自动）", 0, "cd", "平台默认", 0, 60),
        ParameterSpec("members.roster_offer_cd", "名册邀请转会的等待期限", 30, "cd", "平台默认", 1, 180),
        ParameterSpec("members.dispute_wd", "账号绑定核实时限", 5, "wd", "平台默认", 1, 30),
    ),
    messages=(
        MessageTemplate(
            "members.join_approved",
            "您已成为工会会员",
            "“{union}”已通过您的入会申请，电子会员卡已经可以使用。",
            sms="【{site}】“{union}”已通过您的入会申请，电子会员卡已经可以使用。",
        ),
        MessageTemplate(
            "members.join_rejected",
            "入会申请未通过",
            "“{union}”没有通过您的入会申请：{reason}。您可以在期限内向上级工会申诉，或修改后重新申请。",
            sms="【{site}】“{union}”没有通过您的入会申请，请登录查看原因。",
        ),
        MessageTemplate(
            "members.join_asked",
            "入会申请需要补充",
            "“{union}”审核您的入会申请时需要补充信息，留言：{note}",
            sms="【{site}】“{union}”请您补充入会信息，逾期视为撤回，请登录查看。",
        ),
        MessageTemplate(
            "members.join_escalated",
            "入会申请已转上级工会",
            "“{union}”未按期审核，您的申请已转上级工会办理，请等待答复。",
        ),
        MessageTemplate(
            "members.bound", "会员身份已绑定", "您在“{union}”的会员身份已绑定到当前账号，电子会员卡已经可以使用。"
        ),
    ),
    audit_events=(
        AuditEvent("members.own_data", "本人更新工作情况"),
        AuditEvent("members.employer_matched", "对应用人单位"),
        AuditEvent("members.membership_ended", "会籍结束"),
        AuditEvent("members.membership_reopened", "会籍恢复"),
        AuditEvent("members.card_file", "扫码打开会员档案"),
        AuditEvent("members.card_replaced", "换发会员卡"),
        AuditEvent("members.rebound", "改绑账号"),
    ),
)
