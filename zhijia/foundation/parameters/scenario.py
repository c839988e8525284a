from zhijia.kernel.registry import AuditEvent, Scenario

SCENARIO = Scenario(
    code="parameters",
    name="参数",
    audit_events=(
        AuditEvent("parameters.value", "参数定值", erases="none"),
        AuditEvent("parameters.calendar", "载入节假日历", erases="none"),
    ),
)
