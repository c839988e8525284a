from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import AuditEvent, MenuItem, ParameterSpec, PermissionSpec, Scenario

from .permissions import Permission
from .selectors.histories import open_items

_READERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG", "STATS", "PRIVACY", "SECURITY_ADMIN"})
_KEEPERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="unions",
    name="工会组织",
    menu=(MenuItem("组织", "工会组织", "unions:tree", (Permission.VIEW,), 110, icon="sitemap"),),
    permissions=(
        PermissionSpec(Permission.VIEW, "查看工会组织", _READERS, group="组织", machine=True),
        PermissionSpec(Permission.EDIT, "修改工会资料和涵盖单位", _KEEPERS, group="组织"),
        PermissionSpec(Permission.CREATE, "新建下级工会", frozenset({"TOWN_WORKER", "ORG"}), group="组织"),
        PermissionSpec(Permission.RELATE, "修改工会的指导和经费关系", frozenset({"ORG"}), group="组织"),
        PermissionSpec(Permission.SUSPEND, "暂停和恢复工会", frozenset({"ORG"}), group="组织"),
        PermissionSpec(Permission.LOAD, "批量导入工会", frozenset({"ORG"}), group="组织"),
        PermissionSpec(Permission.EXPORT, "导出工会名册", frozenset({"ORG", "STATS"}), group="组织"),
        PermissionSpec(Permission.PRINT, "打印入会二维码", _KEEPERS, group="组织"),
    ),
    open_items=(open_items,),
    parameters=(ParameterSpec("unions.count_federation", "基层工会数包括工会联合会", False, "flag", "平台默认"),),
    indicators=(
        Indicator(
            "unions",
            "基层工会",
            "正常状态的基层工会和联合基层工会；网上会员之家不计，工会联合会按参数决定是否计入",
            20,
            counts=("unions", "federations"),
            asks={"federations": "unions.count_federation"},
            unit="家",
            on_desk=True,
        ),
        Indicator(
            "employers", "涵盖单位", "工会涵盖的用人单位，一个单位只计一次", 22, counts=("employers",), unit="家"
        ),
        Indicator("workers", "职工数", "涵盖单位最近一次申报的职工人数", 24, counts=("workers",)),
    ),
    audit_events=(
        AuditEvent("unions.open", "新建工会", erases="none"),
        AuditEvent("unions.edit", "修改工会资料", erases="none"),
        AuditEvent("unions.status", "暂停或恢复工会", erases="none"),
        AuditEvent("unions.employer", "登记用人单位", erases="none"),
        AuditEvent("unions.cover", "增加涵盖单位", erases="none"),
        AuditEvent("unions.uncover", "移出涵盖单位", erases="none"),
        AuditEvent("unions.relate", "修改工会关系", erases="none"),
        AuditEvent("unions.move", "工会改隶", erases="none"),
        AuditEvent("unions.rename", "工会更名", erases="none"),
        AuditEvent("unions.close", "工会并入或撤销", erases="none"),
        AuditEvent("unions.list", "登记成员工会", erases="none"),
        AuditEvent("unions.unlist", "移出成员工会", erases="none"),
        AuditEvent("unions.load", "批量导入工会", erases="none"),
        AuditEvent("unions.export", "导出工会名册", erases="none"),
        AuditEvent("unions.print", "打印入会二维码", erases="none"),
    ),
)
