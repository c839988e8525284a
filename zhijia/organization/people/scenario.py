from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .permissions import Permission
from .rules import CONSENT_TEXT

SCENARIO = Scenario(
    code="people",
    name="人员",
    permissions=(
        PermissionSpec(
            Permission.CONSENT_EDIT, "起草同意书", frozenset({"OPERATOR", "PRIVACY"}), group="管理", short="拟同意书"
        ),
        PermissionSpec(
            Permission.CONSENT_PUBLISH,
            "复核发布同意书",
            frozenset({"OPERATOR", "PRIVACY"}),
            group="管理",
            short="发同意书",
        ),
        PermissionSpec(
            Permission.SEE_NUMBERS, "查看完整证件号码", frozenset({"ORG", "PRIVACY"}), group="会员", short="看号码"
        ),
    ),
    menu=(MenuItem("管理", "同意书", "people:texts", Permission.CONSENT_EDIT, 840),),
    settings_rows=(
        MenuItem("设置", "这不是我的账号", "people:not_me", order=30, icon="user-x"),
        MenuItem("设置", "我的同意", "people:consents", order=40, icon="shield-check"),
    ),
    workflows=(CONSENT_TEXT,),
    case_links={CONSENT_TEXT.code: CaseLink(console="people:text_case", menu="people:texts")},
    parameters=(
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
            sms="{name}，工会已更正您的{what}。如不属实，请拨打{hotline}。",
        ),
        MessageTemplate(
            "people.mobile_replaced",
            "手机号码已更换",
            "{name}，您在工会名册中的手机号码已由本人实名后更换。如不是您本人操作，请拨打服务热线。",
            sms="{name}，您在工会名册中的手机号码已由本人实名后更换。如不是您本人操作，请拨打{hotline}。",
        ),
    ),
    audit_events=(
        AuditEvent("people.merged", "并入另一份档案"),
        AuditEvent("people.unmerged", "撤销合并"),
        AuditEvent("people.corrected", "更正姓名或号码"),
        AuditEvent("people.real_name", "实名核验"),
        AuditEvent("people.numbers_read", "查看完整号码"),
        AuditEvent("people.rebound", "改绑账号"),
        AuditEvent("people.consent", "给予同意"),
        AuditEvent("people.consent_withdrawn", "撤回同意"),
        AuditEvent("people.consent_text", "发布同意书", erases="none"),
    ),
)
