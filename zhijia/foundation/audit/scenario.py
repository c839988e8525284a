from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import AuditEvent, Scenario

from . import retention, selectors

SCENARIO = Scenario(
    code="audit",
    name="审计",
    audit_events=(
        AuditEvent("audit.denied", "被拒绝的尝试", erases="none"),
        AuditEvent("audit.list_exported", "导出列表", erases="none"),
    ),
    sweeps=(Sweep("audit.entries", "到期的审计记录", 0, retention.sweep_some, last_day=retention.last_gone),),
    personal_data=(
        PersonalData(
            "audit.looks",
            "查看记录",
            "记下谁在什么时候、因为什么看过您的完整信息，供您查询和监督。",
            "保存 36 个月，到期删除",
            selectors.export_looks,
            selectors.kept_looks,
            tables=("audit.AuditEntry",),
        ),
    ),
)
