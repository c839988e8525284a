from zhijia.kernel.registry import Indicator, MenuItem, Panel, PermissionSpec, Scenario

from .panels import union_figures
from .permissions import Permission

_READERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG", "STATS"})

SCENARIO = Scenario(
    code="statistics",
    name="统计",
    menu=(MenuItem("治理", "统计", "statistics:drill", (Permission.VIEW,), 500, icon="chart-bar"),),
    permissions=(PermissionSpec(Permission.VIEW, "查看本级及以下的数字", _READERS, group="治理", machine=True),),
    panels=(Panel("union", "数字", "statistics/_union_panel.html", union_figures, 20, Permission.VIEW),),
    indicators=(
        Indicator("members", "会员数", "在会会员，保留会籍的另计", 10),
        Indicator("unions", "基层工会", "正常状态的基层工会和联合基层工会", 20),
        Indicator("joined", "本月入会", "本月新入会的人次；名册里登记的老会员不算在内", 30),
        Indicator("entered", "本月名册登记", "本月由名册登记的老会员人次，他们入会更早，不算本月入会", 35),
        Indicator("left", "本月退出", "本月退会、除名、去世的人次", 40),
        Indicator("real_name", "实名率", "实名等级达到 3 级的会员 ÷ 会员数", 50),
        Indicator("activated", "激活率", "已绑定账号的会员 ÷ 会员数", 60),
    ),
)
