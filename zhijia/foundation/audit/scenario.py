from zhijia.kernel.registry import AuditEvent, Scenario

SCENARIO = Scenario(
    code="audit",
    name="审计",
    audit_events=(AuditEvent("audit.denied", "被拒绝的尝试", erases="none"),),
)
