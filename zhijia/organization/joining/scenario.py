from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases import DISPUTES
from .permissions import Permission
from .rules import DISPUTE, JOIN
from .selectors import personal
from .services import forgetting

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="joining",
    name="入会",
    permissions=(
        PermissionSpec(Permission.DECIDE, "审批入会申请", _DECIDERS, group="会员", machine=True),
        PermissionSpec(Permission.DISPUTE_DECIDE, "核实账号绑定", frozenset({"ORG"}), group="会员"),
    ),
    menu=(
        MenuItem("组织", "入会审批", "joining:queue", (Permission.DECIDE,), 130, icon="user-check"),
        MenuItem("组织", "账号核实", "joining:disputes:list", (Permission.DISPUTE_DECIDE,), 135, icon="user-question"),
    ),
    personal_data=(
        PersonalData(
            "joining.applications",
            "入会申请",
            "由工会审核您是否可以入会。",
            "通过的永久；未通过和撤回的一年",
            personal.export_applications,
            personal.kept_applications,
            forgetting.erase_applications,
            tables=("joining.JoinApplication",),
        ),
        PersonalData(
            "joining.disputes",
            "账号绑定核实",
            "查明证件号码应由哪个账号使用，防止他人冒用。",
            "办结后三年",
            personal.export_disputes,
            personal.kept_disputes,
            forgetting.erase_disputes,
            tables=("joining.BindingDispute",),
        ),
    ),
    sweeps=(
        Sweep("joining.applications", "未通过和撤回的入会申请", personal.REFUSED_DAYS, forgetting.forget_refused),
        Sweep("joining.disputes", "办结的账号绑定核实", personal.DISPUTE_DAYS, forgetting.forget_disputes),
    ),
    workflows=(
        JOIN,
        DISPUTE,
    ),
    open_items=(open_items(JOIN),),
    case_links={
        JOIN.code: CaseLink(member="joining:case", console="joining:review", menu="joining:queue"),
        **declaring.links(DISPUTES),
    },
    parameters=(
        ParameterSpec("join.review_wd", "入会审核时限", 3, "wd", "会籍管理办法；平台默认", 1, 30),
        ParameterSpec("join.escalate_wd", "入会逾期转上级", 5, "wd", "平台默认", 1, 60),
        ParameterSpec("join.escalated_wd", "上级办理入会时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("join.need_info_wd", "补充信息时限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec("join.appeal_wd", "入会申诉期限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec("join.auto_approve_cd", "入会自动通过（0 为不自动）", 0, "cd", "平台默认", 0, 60),
        ParameterSpec("members.dispute_wd", "账号绑定核实时限", 5, "wd", "平台默认", 1, 30),
    ),
    messages=(
        MessageTemplate(
            "joining.approved",
            "您已成为工会会员",
            "“{union}”已通过您的入会申请，电子会员卡已经可以使用。",
            sms="【{site}】“{union}”已通过您的入会申请，电子会员卡已经可以使用。",
        ),
        MessageTemplate(
            "joining.rejected",
            "入会申请未通过",
            "“{union}”没有通过您的入会申请：{reason}。您可以在期限内向上级工会申诉，或修改后重新申请。",
            sms="【{site}】“{union}”没有通过您的入会申请，请登录查看原因。",
        ),
        MessageTemplate(
            "joining.asked",
            "入会申请需要补充",
            "“{union}”审核您的入会申请时需要补充信息，留言：{note}",
            sms="【{site}】“{union}”请您补充入会信息，逾期视为撤回，请登录查看。",
        ),
        MessageTemplate(
            "joining.escalated",
            "入会申请已转上级工会",
            "“{union}”未按期审核，您的申请已转上级工会办理，请等待答复。",
        ),
        MessageTemplate(
            "joining.dispute_upheld",
            "账号核实属实",
            "县级工会已核实，您的会员档案现在由您的这个账号使用。",
            sms="【{site}】县级工会已核实，您的会员档案现在由您的这个账号使用，请登录查看。",
        ),
        MessageTemplate(
            "joining.dispute_dismissed",
            "账号核实没有通过",
            "县级工会核实后，没有同意把档案改由您的账号使用，原来的绑定不变。"
            "如有疑问，请带证件到工会办理，或拨打 {hotline}。",
            sms="【{site}】县级工会核实后，没有同意把档案改由您的账号使用，原来的绑定不变。"
            "如有疑问，请带证件到工会办理，或拨打{hotline}。",
        ),
        MessageTemplate(
            "joining.dispute_kept",
            "账号绑定没有变化",
            "有人用另一个账号申请使用您的档案，县级工会核实后没有同意，您的账号不变，不需要办理。"
            "如有疑问请拨打 {hotline}。",
            sms="【{site}】有人申请使用您的会员档案，县级工会核实后没有同意，您的账号不变，不需要办理。",
        ),
    ),
    audit_events=(
        AuditEvent("joining.employer_matched", "对应用人单位"),
        AuditEvent("joining.dispute_mobiles", "查看核实账号用的手机号"),
    ),
)
