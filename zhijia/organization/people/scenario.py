from zhijia.foundation.casework import declaring
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    FileUse,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases.holds import HOLDS
from .cases.requests import REQUESTS
from .cases.texts import TEXTS
from .permissions import Permission
from .rules import CONSENT_TEXT
from .rules.rights import COPY_DAYS, HOLD, RIGHTS
from .selectors import personal
from .selectors.rights import may_read_paper
from .services import erasing, proofs
from .services.correcting import CORRECTIONS
from .services.rights import COPY_USE, PAPER_USE

SCENARIO = Scenario(
    code="people",
    name="人员",
    permissions=(
        PermissionSpec(Permission.CONSENT_EDIT, "起草同意书", frozenset({"OPERATOR", "PRIVACY"}), group="管理"),
        PermissionSpec(
            Permission.CONSENT_PUBLISH,
            "复核发布同意书",
            frozenset({"OPERATOR", "PRIVACY"}),
            group="管理",
        ),
        PermissionSpec(Permission.SEE_NUMBERS, "查看完整证件号码", frozenset({"ORG", "PRIVACY"}), group="会员"),
        PermissionSpec(Permission.RIGHTS_ANSWER, "答复个人信息请求", frozenset({"PRIVACY"}), group="管理"),
        PermissionSpec(Permission.HOLD, "保全个人信息", frozenset({"PRIVACY"}), group="管理"),
    ),
    menu=(
        MenuItem("管理", "个人信息请求", REQUESTS.page("list"), (Permission.RIGHTS_ANSWER,), 830, icon="file-text"),
        MenuItem("管理", "删除记录", "people:deletions", (Permission.RIGHTS_ANSWER,), 832, icon="history"),
        MenuItem("管理", "信息保全", HOLDS.page("list"), (Permission.HOLD,), 834, icon="lock"),
        MenuItem("管理", "同意书", "people:texts", (Permission.CONSENT_EDIT,), 840, icon="file-certificate"),
    ),
    settings_rows=(
        MenuItem("设置", "这不是我的账号", "people:not_me", order=30, icon="user-x"),
        MenuItem("设置", "我的同意", "people:consents", order=40, icon="shield-check"),
        MenuItem("设置", "我的数据", "people:rights", order=45, icon="file-text"),
    ),
    workflows=(CONSENT_TEXT, RIGHTS, HOLD),
    case_links={
        **declaring.links(TEXTS, menu="people:texts"),
        RIGHTS.code: CaseLink("people:rights_case", REQUESTS.page("review"), REQUESTS.page("list")),
        **declaring.links(HOLDS),
    },
    file_uses=(
        FileUse(COPY_USE, "个人信息副本", frozenset({"xlsx"}), 100 * 1024 * 1024, keep_days=COPY_DAYS),
        FileUse(
            PAPER_USE,
            "申请更正的材料",
            frozenset({"pdf", "jpeg", "png", "webp"}),
            10 * 1024 * 1024,
            keep_days=proofs.DAYS,
            may_read=may_read_paper,
        ),
    ),
    corrections=CORRECTIONS,
    personal_data=(
        PersonalData(
            "people.profile",
            "自愿填写的情况",
            "统计和提供有针对性的服务，不填不影响入会。",
            "到您要求删除为止",
            personal.export_profile,
            erase=erasing.erase_profile,
        ),
        PersonalData(
            "people.consents",
            "同意记录",
            "证明您同意过什么、什么时候撤回。",
            "同意生效期间，撤回后三年",
            personal.export_consents,
            personal.kept_consents,
            tables=("people.Consent",),
        ),
        PersonalData(
            "people.checks",
            "实名核验记录",
            "证明姓名和证件号码经过国家规定的机构核验。",
            "档案保存期间，不含姓名和号码",
            personal.export_checks,
            personal.kept_checks,
            tables=("people.RealNameCheck",),
        ),
        PersonalData(
            "people.requests",
            "个人信息请求",
            "按期办理您的请求，便于您核对和投诉。",
            "提出后三年",
            personal.export_requests,
            personal.kept_requests,
            tables=(
                "people.RightsRequest",
                "people.LegalHold",
            ),
        ),
        PersonalData(
            "people.identity",
            "身份信息",
            "确认是您本人，避免一人多份会籍；用手机号通知您办理结果。",
            "会籍档案保存期间；没有会籍和在办事项的，到您要求删除为止",
            personal.export_identity,
            erase=erasing.erase_identity,
            last=True,
            tables=("people.Person",),
        ),
    ),
    sweeps=(
        Sweep("people.consents", "早已撤回的同意", proofs.DAYS, proofs.forget_consents),
        Sweep("people.requests", "早已办结的个人信息请求", proofs.DAYS, proofs.forget_requests),
    ),
    parameters=(
        ParameterSpec("people.rights_wd", "个人信息请求答复时限", 15, "wd", "个人信息保护法第五十条；平台默认", 1, 30),
        ParameterSpec("people.rights_copy_h", "副本没有备好时转人工的小时数", 24, "h", "平台默认", 1, 240),
        ParameterSpec("people.hold_wd", "信息保全复核时限", 2, "wd", "平台默认", 1, 15),
        ParameterSpec("people.consent_check_wd", "同意书复核时限", 5, "wd", "平台默认", minimum=1, maximum=30),
        ParameterSpec(
            "people.real_name_failures", "每人每天实名核验失败次数上限", 5, "count", "平台默认", minimum=1, maximum=20
        ),
    ),
    messages=(
        MessageTemplate(
            "people.number_released",
            "您的手机号已换机主",
            "原来的手机号已由新机主使用，不再与您的账号关联。请用新手机号登录并核验身份，由县级工会核实后恢复。",
        ),
        MessageTemplate(
            "people.corrected",
            "您的信息已更正",
            "{name}，工会已更正您的{what}。如不属实，请联系工会或拨打服务热线。",
            sms="【{site}】{name}，工会已更正您的{what}。如不属实，请拨打{hotline}。",
        ),
        MessageTemplate(
            "people.copy_ready",
            "个人信息副本已备好",
            "您索取的个人信息副本已经备好，请在{days}天内下载，过后自动删除。",
        ),
        MessageTemplate(
            "people.rights_answered",
            "个人信息请求已答复",
            "您的请求“{title}”已有结果：{result}。请打开查看答复。",
            sms="【{site}】您的个人信息请求“{title}”已有结果：{result}。详情请登录查看，或拨打{hotline}。",
        ),
        MessageTemplate(
            "people.mobile_replaced",
            "手机号码已更换",
            "{name}，您在工会名册中的手机号码已由本人实名后更换。如不是您本人操作，请拨打服务热线。",
            sms="【{site}】{name}，您在工会名册中的手机号码已由本人实名后更换。如不是您本人操作，请拨打{hotline}。",
        ),
    ),
    audit_events=(
        AuditEvent("people.entered", "由工会登记姓名和证件"),
        AuditEvent("people.merged", "并入另一份档案"),
        AuditEvent("people.unmerged", "撤销合并"),
        AuditEvent("people.profile_changed", "本人更新自愿填写的情况"),
        AuditEvent("people.corrected", "更正姓名或号码"),
        AuditEvent("people.real_name", "实名核验"),
        AuditEvent("people.numbers_read", "查看完整号码"),
        AuditEvent("people.rebound", "改绑账号"),
        AuditEvent("people.consent", "给予同意"),
        AuditEvent("people.consent_withdrawn", "撤回同意"),
        AuditEvent("people.consent_text", "发布同意书", erases="none"),
        AuditEvent("people.copied", "生成个人信息副本"),
        AuditEvent("people.rights_answered", "答复个人信息请求"),
        AuditEvent("people.erased", "执行删除个人信息", erases="none"),
        AuditEvent("people.hold_asked", "申请信息保全"),
        AuditEvent("people.hold_begun", "开始信息保全"),
        AuditEvent("people.hold_lifted", "解除信息保全"),
        AuditEvent("people.swept", "删除到期的个人信息", erases="none"),
    ),
)
