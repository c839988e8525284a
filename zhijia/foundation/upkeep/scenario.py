from zhijia.kernel.registry import AuditEvent, MenuItem, PermissionSpec, Scenario

from .permissions import Permission

SCENARIO = Scenario(
    code="upkeep",
    name="运行维护",
    menu=(MenuItem("系统", "运行状况", "upkeep:health", (Permission.VIEW,), 905, icon="heartbeat"),),
    permissions=(PermissionSpec(Permission.VIEW, "查看平台运行状况", frozenset({"OPERATOR"}), group="系统"),),
    audit_events=(
        AuditEvent("upkeep.key_known", "登记密钥校验值", erases="none"),
        AuditEvent("upkeep.key_forgotten", "注销停用密钥的校验值", erases="none"),
    ),
)
