from zhijia.kernel.registry import AuditEvent, PersonalData, Scenario

from . import selectors

SCENARIO = Scenario(
    code="audit",
    name="审计",
    audit_events=(AuditEvent("audit.denied", "被拒绝的尝试", erases="none"),),
    personal_data=(
        PersonalData(
            "audit.looks",
            "查看记录",
            "记下谁在什么时候、因为什么看过您的完整信息，供您查询和监督。",
            "至少六个月，查看敏感信息的保存三年",
            selectors.export_looks,
            selectors.kept_looks,
            tables=("audit.AuditEntry",),
        ),
    ),
)
