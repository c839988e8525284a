from zhijia.kernel.registry import AuditEvent, Scenario

SCENARIO = Scenario(
    code="files",
    name="文件",
    audit_events=(
        AuditEvent("files.kept", "保存文件", erases="none"),
        AuditEvent("files.read", "查看文件", erases="none"),
        AuditEvent("files.dropped", "删除文件", erases="none"),
    ),
)
