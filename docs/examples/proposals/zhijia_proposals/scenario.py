from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import MemberEntry, MenuItem, MessageTemplate, ParameterSpec, PermissionSpec, Scenario

from .cases import PROPOSALS
from .permissions import Permission
from .rules import PROPOSAL

_UNION = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER"})
_ABOVE = frozenset({"GRASS_CHAIR", "TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="proposals",
    name="合理化建议",
    permissions=(
        PermissionSpec(Permission.DECIDE, "答复合理化建议", _UNION, group="服务"),
        PermissionSpec(Permission.VERIFY, "核定建议的效益", _ABOVE, group="服务"),
    ),
    menu=(MenuItem("服务", "合理化建议", "proposals:list", (Permission.DECIDE, Permission.VERIFY), 510, icon="bulb"),),
    member_entries=(MemberEntry("合理化建议", "bulb", "proposals:mine", "amber", 60),),
    workflows=(PROPOSAL,),
    case_links=declaring.links(PROPOSALS),
    parameters=(
        ParameterSpec("proposals.answer_wd", "合理化建议答复时限", 15, "wd", "平台默认", 1, 60),
        ParameterSpec("proposals.benefit_cd", "采纳后上报效益时限", 90, "cd", "平台默认", 1, 730),
        ParameterSpec("proposals.verify_wd", "效益核定时限", 10, "wd", "平台默认", 1, 60),
    ),
    messages=(
        MessageTemplate(
            "proposals.answered", "合理化建议已有答复", "“{union}”对您的建议已有答复（{result}）：{answer}"
        ),
        MessageTemplate("proposals.verified", "建议的效益已核定", "您的建议“{title}”的效益已由“{union}”核定，谢谢您。"),
    ),
    personal_data=(declaring.personal_data(PROPOSALS),),
    sweeps=(declaring.sweep(PROPOSALS),),
)
