from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import MenuItem, Panel, ParameterSpec, PermissionSpec, Scenario

from . import personal, presenting
from .cases import PAPERS, REGISTRATIONS
from .permissions import Permission
from .rules import REGISTRATION

SCENARIO = Scenario(
    code="legal",
    name="法人和六有",
    menu=(
        MenuItem("组织", "法人和六有", "legal:list", (Permission.VIEW,), 118, icon="heartbeat"),
        MenuItem(
            "组织", "法人登记", "legal:registrations:list", (Permission.ASK, Permission.DECIDE), 119, icon="license"
        ),
    ),
    permissions=(
        PermissionSpec(
            Permission.VIEW,
            "查看法人和六有",
            frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG", "STATS"}),
            group="组织",
        ),
        PermissionSpec(
            Permission.ASK, "申请法人登记", frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER"}), group="组织"
        ),
        PermissionSpec(Permission.DECIDE, "办理法人登记", frozenset({"ORG"}), group="组织"),
    ),
    workflows=(REGISTRATION,),
    open_items=(open_items(REGISTRATION),),
    case_links=declaring.links(REGISTRATIONS),
    parameters=(ParameterSpec("legal.decide_wd", "法人登记办理时限", 15, "wd", "基层工会法人登记管理办法", 1, 30),),
    panels=(Panel("union", "法人和六有", "legal/_panel.html", presenting.panel, 35, Permission.VIEW),),
    personal_data=(
        PersonalData(
            "legal.persons",
            "工会法人登记",
            "记录工会的法定代表人。",
            "永久（工会档案）",
            personal.export_legal,
            personal.kept_legal,
            tables=("legal.LegalPerson", "legal.Registration"),
        ),
    ),
    file_uses=(declaring.file_use(REGISTRATIONS, PAPERS, keep_days=3650),),
)
