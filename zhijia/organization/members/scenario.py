from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    FileUse,
    MemberEntry,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .permissions import Permission
from .rules import DISPUTE, JOIN, changes, claims, transfers
from .selectors import personal, personal_matters
from .selectors.changes import may_read_evidence
from .services import forgetting

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})
_GRASSROOTS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN"})

SCENARIO = Scenario(
    code="members",
    name="会员",
    permissions=(
        PermissionSpec(Permission.VIEW, "查看会员名册", _DECIDERS, group="会员", short="查名册", machine=True),
        PermissionSpec(Permission.JOIN_DECIDE, "审批入会申请", _DECIDERS, group="会员", short="审入会", machine=True),
        PermissionSpec(Permission.DISPUTE_DECIDE, "核实账号绑定", frozenset({"ORG"}), group="会员", short="核绑定"),
        PermissionSpec(Permission.EXPORT, "导出会员名册", _DECIDERS, group="会员", short="导出"),
        PermissionSpec(Permission.FILE_FROM_CARD, "扫会员码打开会员档案", _DECIDERS, group="会员", short="扫码"),
        PermissionSpec(Permission.TRANSFER_DECIDE, "审批转入", _DECIDERS, group="会员", short="审转入"),
        PermissionSpec(
            Permission.TRANSFER_BATCH, "批量转接会员", frozenset({"TOWN_WORKER", "ORG"}), group="会员", short="批转"
        ),
        PermissionSpec(Permission.CHANGE_ASK, "提出会籍变更", _DECIDERS, group="会员", short="提变更"),
        PermissionSpec(Permission.CHANGE_DECIDE, "审核会籍变更", _DECIDERS, group="会员", short="审变更"),
        PermissionSpec(Permission.READMIT, "同意被开除人员重新入会", frozenset({"ORG"}), group="会员", short="准重入"),
        PermissionSpec(Permission.CLAIM_OFFER, "认领网上会员之家的会员", _GRASSROOTS, group="会员", short="认领"),
        PermissionSpec(
            Permission.FOUNDING_TASK, "办理建会任务", frozenset({"TOWN_WORKER", "ORG"}), group="组织", short="建会"
        ),
    ),
    menu=(
        MenuItem("组织", "入会审批", "members:queue", (Permission.JOIN_DECIDE,), 130, icon="user-check"),
        MenuItem("组织", "会员名册", "members:roster", (Permission.VIEW,), 120, icon="users"),
        MenuItem("组织", "转会", "members:transfers", (Permission.TRANSFER_DECIDE,), 140, icon="transfer"),
        MenuItem("组织", "会籍变更", "members:changes", (Permission.CHANGE_DECIDE,), 150, icon="edit"),
        MenuItem("组织", "认领会员", "members:claims", (Permission.CLAIM_OFFER,), 160, icon="user-plus"),
        MenuItem("组织", "建会线索", "members:uncovered", (Permission.FOUNDING_TASK,), 170, icon="building-community"),
    ),
    member_entries=(
        MemberEntry("会员码", "qrcode", "members:card", "red", 10),
        MemberEntry("扫一扫", "scan", "members:scan_code", "red", 15),
        MemberEntry("我的会籍", "id-badge-2", "members:mine", "red", 20),
        MemberEntry("转会", "transfer", "members:transfer", "red", 30),
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
            "members.moves",
            "转会和会籍变更",
            "办理转会、保留会籍、退会等，保存经过。",
            "永久（工会档案）",
            personal.export_moves,
            personal.kept_moves,
            tables=(
                "members.Transfer",
                "members.MembershipChange",
                "members.ClaimOffer",
            ),
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
        transfers.TRANSFER,
        changes.CHANGE,
        claims.CLAIM,
        claims.FOUNDING_TASK,
    ),
    case_links={
        JOIN.code: CaseLink(member="members:case", console="members:review", menu="members:queue"),
        DISPUTE.code: CaseLink(console="members:dispute_review"),
        transfers.TRANSFER.code: CaseLink(
            member="members:my_transfer", console="members:transfer_review", menu="members:transfers"
        ),
        changes.CHANGE.code: CaseLink(
            member="members:my_change", console="members:change_review", menu="members:changes"
        ),
        claims.CLAIM.code: CaseLink(member="members:my_claim", console="members:claim", menu="members:claims"),
        claims.FOUNDING_TASK.code: CaseLink(console="members:founding", menu="members:uncovered"),
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
        ParameterSpec("transfer.review_wd", "转入审核时限，逾期转上级", 3, "wd", "会籍管理办法；平台默认", 1, 30),
        ParameterSpec("transfer.escalated_wd", "上级办理转会时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("transfer.objection_cd", "批量转接异议期", 7, "cd", "平台默认", 3, 60),
        ParameterSpec("change.review_wd", "会籍变更审核时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("change.cooling_cd", "退会冷静期", 7, "cd", "平台默认", 1, 60),
        ParameterSpec("change.appeal_cd", "开除会籍申诉期限", 30, "cd", "会籍管理办法；平台默认", 7, 180),
        ParameterSpec("change.appeal_decide_wd", "会籍申诉办理时限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec("claim.answer_cd", "认领邀请有效期", 15, "cd", "平台默认", 3, 90),
        ParameterSpec("claim.hint_members", "同一单位会员达到几人时提示", 5, "count", "平台默认", 2, 1000),
        ParameterSpec("claim.founding_members", "同一单位会员达到几人时建会", 25, "count", "工会法第十一条", 3, 1000),
        ParameterSpec("claim.founding_cd", "建会任务时限", 30, "cd", "平台默认", 5, 365),
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
            "members.transfer_asked", "转会申请已提交", "已请“{union}”审核您的转会申请，办结前会籍保留在原工会。"
        ),
        MessageTemplate(
            "members.transfer_done",
            "转会已完成",
            "您的会籍已转入“{union}”，会员卡继续使用，会费自 {month}起在新工会缴纳。",
            sms="【{site}】您的会籍已转入“{union}”，会员卡继续使用。",
        ),
        MessageTemplate("members.transfer_leaving", "有会员申请转出", "会员{name}申请转到“{union}”，由转入工会审核。"),
        MessageTemplate(
            "members.transfer_refused", "转会未通过", "“{union}”没有同意您的转会申请：{reason}。您的会籍仍在原工会。"
        ),
        MessageTemplate(
            "members.transfer_escalated",
            "转会申请已转上级工会",
            "“{union}”未按期审核，您的转会申请已转上级工会办理，请等待答复。",
        ),
        MessageTemplate(
            "members.transfer_noticed",
            "您的会籍将要转接",
            "因{reason}，您的会籍将从“{source}”转到“{union}”。如有异议，请最晚在 {until} 提出；没有异议的，期满转接。",
            sms="【{site}】您的会籍将从“{source}”转到“{union}”，如有异议请登录提出或拨打{hotline}。",
        ),
        MessageTemplate("members.change_asked", "{change}申请已提交", "已向“{union}”提交{change}：{note}。"),
        MessageTemplate(
            "members.change_done",
            "{change}已办理",
            "“{union}”已办理{change}。如有疑问，请联系工会或拨打服务热线。",
            sms="【{site}】“{union}”已为您办理{change}，如有疑问请拨打{hotline}。",
        ),
        MessageTemplate("members.change_refused", "{change}未同意", "“{union}”没有同意{change}：{note}"),
        MessageTemplate("members.change_appealed", "会籍申诉已有结果", "您对{change}的申诉已有结果：{note}"),
        MessageTemplate("members.change_readmitted", "可以重新申请入会", "县级工会同意您重新申请入会：{note}"),
        MessageTemplate(
            "members.claim_offered",
            "单位工会邀请您转入",
            "您所在单位的“{union}”邀请您把会籍从“{home}”转过去，请最晚在 {until} 确认；不确认则会籍不变。",
            sms="【{site}】您所在单位的“{union}”邀请您转入会籍，请登录确认。",
        ),
        MessageTemplate(
            "members.transfer_invited",
            "邀请您转会",
            "“{union}”在名册中登记了您，而您现在是其他工会的会员。"
            "如您已到新单位工作，请最晚在 {until} 打开这件转会，点一下“确认转会”；不确认的，会籍不变。",
            sms="【{site}】“{union}”邀请您转入，如已到新单位工作请登录确认，不确认的会籍不变。",
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
    file_uses=(
        FileUse(
            "members.evidence",
            "会籍变更证明",
            frozenset({"pdf", "jpeg", "png", "webp"}),
            most_bytes=10 * 1024 * 1024,
            keep_days=3650,
            may_read=may_read_evidence,
            at_work=True,
        ),
    ),
)
