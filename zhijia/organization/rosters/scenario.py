from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    FileUse,
    MenuItem,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)
from zhijia.organization.members.permissions import Permission as MembersPermission

from .cases.conflicts import CONFLICTS
from .cases.exports import EXPORTS
from .permissions import Permission
from .rules.conflicts import MEMBER_EXPORT, ROSTER_CONFLICT
from .selectors import ROW_DAYS, kept_rows, may_read_export, may_read_roster, open_loads
from .services import conflicts

_LOADERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})
_SHEETS = frozenset({"xlsx", "csv"})

SCENARIO = Scenario(
    code="rosters",
    name="会员名册",
    permissions=(
        PermissionSpec(Permission.LOAD, "导入会员名册", _LOADERS, group="会员"),
        PermissionSpec(
            Permission.EXPORT_DECIDE,
            "复核完整名册导出",
            frozenset({"GRASS_CHAIR", "ORG"}),
            group="会员",
        ),
    ),
    menu=(MenuItem("组织", "导入会员名册", "rosters:loads", (Permission.LOAD,), 122, icon="file-import"),),
    beside_members=(
        MenuItem("会员名册", "导入", "rosters:loads", (Permission.LOAD,), 10),
        MenuItem("会员名册", "导出整册", "rosters:export", (MembersPermission.EXPORT,), 20),
    ),
    workflows=(ROSTER_CONFLICT, MEMBER_EXPORT),
    open_items=(open_loads, open_items(ROSTER_CONFLICT)),
    case_links={
        **declaring.links(CONFLICTS, menu="rosters:loads"),
        **declaring.links(EXPORTS, menu="members:roster"),
    },
    personal_data=(
        PersonalData(
            "rosters.rows",
            "名册中待核对的一行",
            "工会名册里的一行没有写入，由工会更正或邀请您转会。",
            "办结后一年，原文办结时即删除",
            conflicts.export_rows,
            kept_rows,
            conflicts.erase_rows,
            tables=("rosters.RosterConflict",),
        ),
    ),
    sweeps=(Sweep("rosters.rows", "办结的名册待处理", ROW_DAYS, conflicts.forget_rows),),
    parameters=(
        ParameterSpec(
            "members.roster_conflicts", "一份名册最多转成待处理事项的行数", 200, "count", "平台默认", 0, 2000
        ),
        ParameterSpec("members.roster_conflict_wd", "名册待处理事项时限", 10, "wd", "平台默认", 1, 60),
        ParameterSpec(
            "members.export_most",
            "一份完整名册最多的人数",
            200_000,
            "count",
            "个人信息保护法第六条；平台默认",
            1_000,
            2_000_000,
        ),
        ParameterSpec("members.export_wd", "完整名册导出复核时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("members.roster_real_name", "名册导入后向实名源核验", False, "flag", "平台默认"),
    ),
    audit_events=(
        AuditEvent("rosters.file", "导入会员名册", erases="none"),
        AuditEvent("rosters.row", "查看名册中的一行"),
        AuditEvent("rosters.row_changed", "更正名册中的一行"),
        AuditEvent("rosters.rows", "下载名册中有错的行", erases="none"),
        AuditEvent("rosters.exported", "导出会员名册", erases="none"),
    ),
    file_uses=(
        FileUse(
            "rosters.file", "会员名册", _SHEETS, 300 * 1024**2, keep_days=30, may_read=may_read_roster, at_work=True
        ),
        FileUse("rosters.export_part", "完整名册的一部分", frozenset({"csv"}), 1024**3, keep_days=1, at_work=True),
        FileUse(
            "rosters.export", "导出的完整名册", _SHEETS, 1024**3, keep_days=1, may_read=may_read_export, at_work=True
        ),
    ),
)
