from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import AuditEvent, MenuItem, ParameterSpec, PermissionSpec, Scenario

from .cases import CLIENTS
from .permissions import Permission
from .rules import REGISTRATION

_OPERATOR = frozenset({"OPERATOR"})
_SECURITY = frozenset({"SECURITY_ADMIN"})

SCENARIO = Scenario(
    code="clients",
    name="系统对接",
    permissions=(
        PermissionSpec(Permission.VIEW, "查看对接的系统", _OPERATOR | _SECURITY, group="平台"),
        PermissionSpec(Permission.REGISTER, "登记对接的系统、领取密钥", _OPERATOR, group="平台"),
        PermissionSpec(Permission.CHECK, "复核对接的系统", _SECURITY, group="平台"),
        PermissionSpec(Permission.SUSPEND, "停用对接的系统", _OPERATOR | _SECURITY, group="平台"),
    ),
    menu=(MenuItem("管理", "系统对接", "clients:list", (Permission.VIEW,), 850, icon="plug-connected"),),
    workflows=(REGISTRATION,),
    case_links=declaring.links(CLIENTS),
    parameters=(
        ParameterSpec("clients.check_wd", "系统对接复核时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec(
            "clients.refused_per_address_min", "每个网络地址每分钟签名不通过次数", 30, "count", "平台默认", 1, 1_000
        ),
    ),
    audit_events=(
        AuditEvent("clients.called", "系统调用接口", erases="none"),
        AuditEvent("clients.refused", "系统调用被拒绝", erases="none"),
        AuditEvent("clients.secret_issued", "领取系统密钥", erases="none"),
    ),
)
