from zhijia.kernel.registry import AuditEvent, Scenario

SCENARIO = Scenario(
    code="notify", name="消息", audit_events=(AuditEvent("notify.template", "修改消息文案", erases="none"),)
)
