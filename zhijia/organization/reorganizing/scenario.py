from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import MenuItem, MessageTemplate, Panel, ParameterSpec, PermissionSpec, Scenario
from zhijia.organization.unions.permissions import Permission as UnionPermission

from . import presenting, selectors
from .cases import ORG_CHANGES
from .permissions import Permission
from .rules import ORG_CHANGE

SCENARIO = Scenario(
    code="reorganizing",
    name="组织变更",
    menu=(
        MenuItem(
            "组织", "组织变更", "reorganizing:list", (Permission.RUN, Permission.DECIDE), 117, icon="arrows-exchange"
        ),
    ),
    permissions=(
        PermissionSpec(
            Permission.RUN, "提出组织变更、登记表决", frozenset({"GRASS_CHAIR", "TOWN_WORKER", "ORG"}), group="组织"
        ),
        PermissionSpec(Permission.DECIDE, "批准下级组织变更", frozenset({"ORG"}), group="组织"),
    ),
    workflows=(ORG_CHANGE,),
    case_links=declaring.links(ORG_CHANGES),
    open_items=(selectors.open_items,),
    parameters=(ParameterSpec("reorganizing.approve_wd", "批准组织变更时限", 15, "wd", "平台默认", 1, 60),),
    messages=(
        MessageTemplate(
            "reorganizing.moved",
            "您的工会有变更",
            "“{union}”已办理{sort}，您的会籍随之转入“{target}”，会员卡和卡号不变，不需要您办理。如有疑问请拨打{hotline}。",
        ),
        MessageTemplate(
            "reorganizing.assets",
            "请办理资产和经费交接",
            "“{union}”已批准{sort}，资产清单 {count} 项，合计 {yuan} 元，请按清单办理交接。",
        ),
    ),
    panels=(Panel("union", "沿革", "reorganizing/_panel.html", presenting.panel, 60, UnionPermission.VIEW),),
    personal_data=(declaring.personal_data(ORG_CHANGES),),
    sweeps=(declaring.sweep(ORG_CHANGES),),
)
