from zhijia.kernel.registry import AuditEvent, MenuItem, PermissionSpec, Scenario

from .permissions import VIEW

SCENARIO = Scenario(
    code="jobs",
    name="后台任务",
    permissions=(PermissionSpec(VIEW, "查看本单位及下级的后台任务", frozenset({"ORG", "OPERATOR"}), group="系统"),),
    menu=(MenuItem("系统", "任务", "jobs:list", order=900, icon="progress"),),
    audit_events=(
        AuditEvent("jobs.started", "开始后台任务", erases="none"),
        AuditEvent("jobs.cancelled", "取消后台任务", erases="none"),
        AuditEvent("jobs.resumed", "继续后台任务", erases="none"),
    ),
)
