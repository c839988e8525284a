from zhijia.kernel.registry import AuditEvent, Scenario

SCENARIO = Scenario(
    code="jobs",
    name="后台任务",
    audit_events=(
        AuditEvent("jobs.started", "开始后台任务", erases="none"),
        AuditEvent("jobs.cancelled", "取消后台任务", erases="none"),
        AuditEvent("jobs.resumed", "继续后台任务", erases="none"),
    ),
)
