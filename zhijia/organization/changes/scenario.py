from zhijia.foundation.casework import declaring
from zhijia.kernel.registry import (
    MenuItem,
    MessageTemplate,
    Panel,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from .cases import CHANGES, PAPERS
from .panels import changes_of_member
from .permissions import Permission
from .rules import CHANGE

_DECIDERS = frozenset({"GRASS_CHAIR", "GRASS_ADMIN", "TOWN_WORKER", "ORG"})

SCENARIO = Scenario(
    code="changes",
    name="会籍变更",
    permissions=(
        PermissionSpec(Permission.ASK, "提出会籍变更", _DECIDERS, group="会员"),
        PermissionSpec(Permission.DECIDE, "审核会籍变更", _DECIDERS, group="会员"),
        PermissionSpec(Permission.READMIT, "同意被开除人员重新入会", frozenset({"ORG"}), group="会员"),
    ),
    menu=(MenuItem("组织", "会籍变更", "changes:list", (Permission.DECIDE,), 150, icon="edit"),),
    panels=(Panel("member", "办理会籍变更", "changes/_member_panel.html", changes_of_member, 10, Permission.ASK),),
    personal_data=(declaring.personal_data(CHANGES),),
    workflows=(CHANGE,),
    case_links=declaring.links(CHANGES),
    parameters=(
        ParameterSpec("change.review_wd", "会籍变更审核时限", 5, "wd", "平台默认", 1, 30),
        ParameterSpec("change.cooling_cd", "退会冷静期", 7, "cd", "平台默认", 1, 60),
        ParameterSpec("change.appeal_cd", "开除会籍申诉期限", 30, "cd", "会籍管理办法；平台默认", 7, 180),
        ParameterSpec("change.appeal_decide_wd", "会籍申诉办理时限", 10, "wd", "平台默认", 1, 60),
    ),
    messages=(
        MessageTemplate("changes.change_asked", "{change}申请已提交", "已向“{union}”提交{change}：{note}。"),
        MessageTemplate(
            "changes.change_done",
            "{change}已办理",
            "“{union}”已办理{change}。如有疑问，请联系工会或拨打服务热线。",
            sms="【{site}】“{union}”已为您办理{change}，如有疑问请拨打{hotline}。",
        ),
        MessageTemplate("changes.change_refused", "{change}未同意", "“{union}”没有同意{change}：{note}"),
        MessageTemplate("changes.change_appealed", "会籍申诉已有结果", "您对{change}的申诉已有结果：{note}"),
        MessageTemplate("changes.change_readmitted", "可以重新申请入会", "县级工会同意您重新申请入会：{note}"),
    ),
    file_uses=(declaring.file_use(CHANGES, PAPERS, keep_days=3650),),
)
