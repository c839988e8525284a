from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.personal import PersonalData
from zhijia.kernel.registry import (
    AuditEvent,
    MenuItem,
    MessageTemplate,
    Panel,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from . import personal, presenting
from .cases import POST_CHANGES, TERMS
from .permissions import Permission
from .rules.terms import POST_CHANGE, TERM

_OWN = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})
_UPPER = frozenset({"TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="posts",
    name="换届和班子",
    menu=(
        MenuItem("组织", "任期和班子", "posts:unions", (Permission.VIEW,), 112, icon="users-group"),
        MenuItem(
            "组织",
            "换届",
            "posts:terms:list",
            (Permission.TERM_RUN, Permission.TERM_DECIDE),
            114,
            icon="calendar-event",
        ),
        MenuItem(
            "组织",
            "职务变动",
            "posts:changes:list",
            (Permission.POST_ASK, Permission.POST_DECIDE),
            116,
            icon="user-edit",
        ),
    ),
    permissions=(
        PermissionSpec(Permission.VIEW, "查看任期和班子", _OWN | {"STATS"}, group="组织"),
        PermissionSpec(Permission.TERM_RUN, "办理本工会换届", _OWN, group="组织"),
        PermissionSpec(Permission.TERM_DECIDE, "批复下级换届", _UPPER, group="组织"),
        PermissionSpec(Permission.POST_ASK, "提出职务变动", _OWN, group="组织"),
        PermissionSpec(Permission.POST_DECIDE, "复核下级职务变动", _UPPER, group="组织"),
    ),
    workflows=(TERM, POST_CHANGE),
    open_items=(open_items(TERM), open_items(POST_CHANGE)),
    case_links={**declaring.links(TERMS), **declaring.links(POST_CHANGES)},
    parameters=(
        ParameterSpec("term.permit_wd", "批复换届请示时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("term.elect_cd", "批复后完成选举时限", 90, "cd", "平台默认", 30, 365),
        ParameterSpec("term.approve_cd", "批复选举结果时限", 15, "cd", "工会基层组织选举工作条例", 1, 60),
        ParameterSpec("posts.change_wd", "复核职务变动时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("posts.township_workers", "乡镇（街道）社会化工会工作者", 1, "count", "平台默认", 0, 50),
    ),
    messages=(
        MessageTemplate(
            "posts.term_ends",
            "任期即将届满",
            "“{union}”本届任期到 {day} 届满，还有 {left} 天，请列入换届计划，并向上级工会请示。",
        ),
    ),
    audit_events=(
        AuditEvent("posts.elected", "登记选举结果", erases="none"),
        AuditEvent("posts.taken", "任职"),
        AuditEvent("posts.ended", "离任"),
        AuditEvent("posts.certificate", "打印任职证明"),
    ),
    panels=(Panel("union", "班子", "posts/_panel.html", presenting.panel, 30, Permission.VIEW),),
    personal_data=(
        PersonalData(
            "posts.posts",
            "工会职务",
            "记录谁担任过工会职务、怎样产生。",
            "永久（工会档案）",
            personal.export_posts,
            personal.kept_posts,
            tables=("posts.Post", "posts.Candidate", "posts.PostChange", "posts.TermChange"),
        ),
    ),
)
