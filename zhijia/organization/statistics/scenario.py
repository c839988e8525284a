from zhijia.kernel.registry import MenuItem, Panel, PermissionSpec, Scenario

from .panels import union_figures
from .permissions import Permission

_READERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG", "STATS"})

SCENARIO = Scenario(
    code="statistics",
    name="统计",
    menu=(MenuItem("治理", "统计", "statistics:drill", (Permission.VIEW,), 500, icon="chart-bar"),),
    permissions=(PermissionSpec(Permission.VIEW, "查看本级及以下的数字", _READERS, group="治理", machine=True),),
    panels=(Panel("union", "数字", "statistics/_union_panel.html", union_figures, 20, Permission.VIEW),),
)
