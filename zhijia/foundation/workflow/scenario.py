from zhijia.kernel.registry import AuditEvent, MessageTemplate, Scenario

SCENARIO = Scenario(
    code="workflow",
    name="流程",
    audit_events=(
        AuditEvent("workflow.move", "办理一步"),
        AuditEvent("workflow.extend", "延长期限", erases="none"),
        AuditEvent("workflow.pause", "暂停计时", erases="none"),
        AuditEvent("workflow.resume", "恢复计时", erases="none"),
    ),
    messages=(
        MessageTemplate(
            "workflow.due",
            "有事项到期未办",
            "“{title}”（{name}）已到办理期限，请尽快办理；继续不办将按规定上报上级工会。",
        ),
    ),
)
