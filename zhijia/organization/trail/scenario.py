from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import (
    AuditEvent,
    FileUse,
    MenuItem,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases import EXPORTS
from .permissions import Permission
from .rules import TRAIL_EXPORT
from .selectors import may_read_export

_AUDIT = frozenset({"AUDIT_ADMIN"})
_TABLES = frozenset({"xlsx", "csv"})

SCENARIO = Scenario(
    code="trail",
    name="审计查阅",
    menu=(
        MenuItem("管理", "审计记录", "trail:entries", (Permission.VIEW,), 850, icon="history"),
        MenuItem("管理", "谁看过完整信息", "trail:looks", (Permission.VIEW,), 851, icon="eye"),
        MenuItem("管理", "存证核对", "trail:ledger", (Permission.VERIFY,), 852, icon="shield-check"),
        MenuItem("管理", "审计导出", EXPORTS.page("list"), (Permission.EXPORT,), 853, icon="file-export"),
        MenuItem("管理", "被拒绝的尝试", "trail:denied", (Permission.DENIED,), 854, icon="ban"),
    ),
    permissions=(
        PermissionSpec(Permission.VIEW, "查阅审计记录", _AUDIT, group="管理"),
        PermissionSpec(Permission.EXPORT, "申请导出审计记录", _AUDIT, group="管理"),
        PermissionSpec(Permission.EXPORT_DECIDE, "复核导出审计记录", _AUDIT, group="管理"),
        PermissionSpec(Permission.VERIFY, "核对存证", _AUDIT, group="管理"),
        PermissionSpec(Permission.DENIED, "查看被拒绝的尝试", frozenset({"SECURITY_ADMIN"}), group="管理"),
    ),
    workflows=(TRAIL_EXPORT,),
    case_links=declaring.links(EXPORTS),
    parameters=(
        ParameterSpec("trail.export_wd", "审计记录导出复核时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("trail.export_most", "审计记录一次最多导出条数", 20_000, "count", "平台默认", 100, 50_000),
    ),
    audit_events=(
        AuditEvent("trail.read", "查阅审计记录"),
        AuditEvent("trail.looks_read", "查阅谁看过完整信息"),
        AuditEvent("trail.denied_read", "查阅被拒绝的尝试"),
        AuditEvent("trail.opened", "打开一条审计记录"),
        AuditEvent("trail.found", "查审计时查找人员"),
        AuditEvent("trail.exported", "导出审计记录"),
        AuditEvent("trail.compared", "比对纸面树根", erases="none"),
    ),
    file_uses=(
        FileUse("trail.export_part", "审计记录的一部分", _TABLES, 1024**3, keep_days=3, at_work=True),
        FileUse(
            "trail.export",
            "导出的审计记录",
            _TABLES,
            1024**3,
            keep_days=3,
            may_read=may_read_export,
            at_work=True,
        ),
    ),
)
