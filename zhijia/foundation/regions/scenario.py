from zhijia.kernel.registry import AuditEvent, MenuItem, PermissionSpec, Scenario

from .permissions import Permission

SCENARIO = Scenario(
    code="regions",
    name="区划",
    permissions=(PermissionSpec(Permission.LOAD, "导入区划和区划变更", frozenset({"OPERATOR"}), group="平台"),),
    menu=(MenuItem("管理", "区划", "regions:index", (Permission.LOAD,), 950, icon="map-2"),),
    audit_events=(
        AuditEvent("regions.load", "导入区划", erases="none"),
        AuditEvent("regions.change", "办理区划变更", erases="none"),
    ),
)
