from zhijia.foundation.casework import declaring
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    FileUse,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from . import personal, rules
from .cases import BATCHES, CHECKS
from .permissions import Permission
from .selectors import may_read_paper

SCENARIO = Scenario(
    code="documents",
    name="虚假证件",
    permissions=(PermissionSpec(Permission.DECIDE, "列入和解除虚假证件", frozenset({"ORG"}), group="会员"),),
    menu=(
        MenuItem("组织", "虚假证件", "documents:list", (Permission.DECIDE,), 167, icon="id-off"),
        MenuItem("组织", "证件核对", "documents:checks:list", (Permission.DECIDE,), 168, icon="id-badge-2"),
    ),
    personal_data=(
        declaring.personal_data(CHECKS),
        PersonalData(
            "documents.listed",
            "须到工会核对的证件",
            "防止有人编造或冒用身份入会。",
            "到工会核对解除为止",
            personal.export_listed,
            personal.kept_listed,
            tables=("documents.ListedNumber",),
        ),
    ),
    sweeps=(
        declaring.sweep(CHECKS),
        Sweep("documents.numbers", "已失效的虚假证件号码", rules.ENDED_DAYS, personal.forget_numbers),
    ),
    workflows=(rules.FAKE_BATCH, rules.DOCUMENT_CHECK),
    case_links=declaring.links(BATCHES) | declaring.links(CHECKS),
    parameters=(
        ParameterSpec("members.blacklist_wd", "虚假证件名单复核时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("members.document_check_wd", "证件核对时限", 5, "wd", "平台默认", 1, 30),
    ),
    messages=(
        MessageTemplate(
            "documents.check",
            "请到工会核对证件",
            "您的申请还需要核对证件，请携带证件到{union}，也可以先电话咨询（{phone}）。核对之前申请保留，不需要重新提交。",
            sms="【{site}】您的入会申请还需要核对证件，请携带证件到{union}，咨询电话 {phone}。",
        ),
        MessageTemplate(
            "documents.cleared",
            "证件已核对",
            "您的证件已由{union}核对，可以继续在线办理。",
            sms="【{site}】您的证件已由{union}核对，可以继续在线办理。",
        ),
        MessageTemplate(
            "documents.kept",
            "证件核对结果",
            "经{union}核对，您的证件信息暂时还不能在线办理。如有疑问，请携带证件到该工会，或致电 {phone}。",
            sms="【{site}】经{union}核对，您的证件信息暂时还不能在线办理，咨询电话 {phone}。",
        ),
    ),
    audit_events=(
        AuditEvent("documents.proposed", "提出列入虚假证件", erases="none"),
        AuditEvent("documents.listed", "列入虚假证件", erases="none"),
        AuditEvent("documents.lifted", "解除虚假证件"),
        AuditEvent("documents.mobile", "查看申请核对人的手机号"),
    ),
    file_uses=(
        FileUse(
            "documents.paper",
            "虚假证件证明材料",
            frozenset({"pdf", "jpeg", "png", "webp"}),
            most_bytes=10 * 1024 * 1024,
            keep_days=3650,
            may_read=may_read_paper,
            at_work=True,
        ),
    ),
)
