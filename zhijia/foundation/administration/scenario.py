from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import AuditEvent, MenuItem, ParameterSpec, PermissionSpec, Scenario

from .cases import CALENDARS, MESSAGES, PARAMETERS
from .permissions import Permission
from .rules import CALENDAR, MESSAGE, PARAMETER

_OPERATOR = frozenset({"OPERATOR"})
_READERS = frozenset({"OPERATOR", "ORG", "STATS"})

SCENARIO = Scenario(
    code="administration",
    name="平台管理",
    permissions=(
        PermissionSpec(Permission.PARAMETER_VIEW, "查看参数和日历", _READERS, group="平台"),
        PermissionSpec(Permission.PARAMETER_PROPOSE, "提出参数变更", _OPERATOR, group="平台"),
        PermissionSpec(Permission.PARAMETER_CHECK, "复核参数变更", _OPERATOR, group="平台"),
        PermissionSpec(Permission.CALENDAR_PROPOSE, "提出节假日历", _OPERATOR, group="平台"),
        PermissionSpec(Permission.CALENDAR_CHECK, "复核节假日历", _OPERATOR, group="平台"),
        PermissionSpec(Permission.MESSAGE_PROPOSE, "修改消息文案", _OPERATOR, group="平台"),
        PermissionSpec(Permission.MESSAGE_CHECK, "复核消息文案", _OPERATOR, group="平台"),
    ),
    menu=(
        MenuItem("管理", "参数", "administration:parameters", (Permission.PARAMETER_VIEW,), 820, icon="adjustments"),
        MenuItem("管理", "工作日历", "administration:calendar", (Permission.PARAMETER_VIEW,), 825, icon="calendar"),
        MenuItem("管理", "消息文案", "administration:messages", (Permission.MESSAGE_PROPOSE,), 830, icon="message"),
    ),
    workflows=(PARAMETER, CALENDAR, MESSAGE),
    case_links={
        **declaring.links(PARAMETERS, menu="administration:parameters"),
        **declaring.links(CALENDARS, menu="administration:calendar"),
        **declaring.links(MESSAGES, menu="administration:messages"),
    },
    parameters=(ParameterSpec("administration.check_wd", "参数、日历、文案复核时限", 3, "wd", "平台默认", 1, 30),),
    audit_events=(AuditEvent("administration.recomputed", "按新日历重算期限", erases="none"),),
)
