from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.registry import (
    AuditEvent,
    MemberEntry,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases import FOUNDINGS
from .permissions import Permission
from .rules import FOUNDING

SCENARIO = Scenario(
    code="founding",
    name="建会",
    menu=(
        MenuItem(
            "组织", "建会", "founding:cases:list", (Permission.RUN, Permission.DECIDE), 111, icon="building-community"
        ),
    ),
    member_entries=(MemberEntry("建会申请", "building-community", "founding:cases:mine", "red", 60),),
    messages=(MessageTemplate("founding.answered", "建会申请有了答复", "您申请的“{title}”：{result}。{answer}"),),
    permissions=(
        PermissionSpec(Permission.RUN, "申请建会、登记选举", frozenset({"TOWN_WORKER", "ORG"}), group="组织"),
        PermissionSpec(Permission.DECIDE, "批复下级建会", frozenset({"ORG"}), group="组织"),
    ),
    workflows=(FOUNDING,),
    open_items=(open_items(FOUNDING),),
    case_links=declaring.links(FOUNDINGS),
    parameters=(
        ParameterSpec("founding.permit_wd", "批复筹建时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("founding.elect_cd", "同意筹建后完成选举时限", 92, "cd", "平台默认", 30, 365),
        ParameterSpec("founding.approve_cd", "批复选举结果时限", 15, "cd", "工会基层组织选举工作条例", 1, 60),
    ),
    audit_events=(AuditEvent("founding.mobile", "查看筹备组组长手机", erases="none"),),
    personal_data=(declaring.personal_data(FOUNDINGS),),
    sweeps=(declaring.sweep(FOUNDINGS),),
)
