from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    CaseLink,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from . import personal
from .permissions import Permission
from .rules import GRANT

SCENARIO = Scenario(
    code="access",
    name="权限",
    icon="lock-access",
    menu=(MenuItem("管理", "权限", "access:list", Permission.VIEW, 810),),
    permissions=(
        PermissionSpec(
            Permission.VIEW, "查看本级及以下的授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理", short="看授权"
        ),
        PermissionSpec(Permission.ASK, "申请授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理", short="申请"),
        PermissionSpec(Permission.CHECK, "复核授权", frozenset({"SECURITY_ADMIN"}), group="管理", short="复核"),
        PermissionSpec(Permission.REVOKE, "收回授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理", short="收回"),
    ),
    personal_data=(
        PersonalData(
            "access.grants",
            "岗位授权",
            "记下您在工会担任什么角色、能办什么，供复核和监督。",
            "结束后三年",
            personal.export_grants,
            personal.kept_grants,
            personal.erase_grants,
            tables=("access.RoleGrant",),
        ),
    ),
    sweeps=(Sweep("access.grants", "早已结束的岗位授权", personal.DAYS, personal.forget_grants),),
    workflows=(GRANT,),
    case_links={GRANT.code: CaseLink(console="access:case", menu="access:list")},
    parameters=(ParameterSpec("access.check_wd", "授权复核时限", 3, "wd", "平台默认", 1, 30),),
    messages=(
        MessageTemplate(
            "access.granted",
            "您有了新的工作角色",
            "您已被授予“{union}”的{role}角色，可以从“我的”进入工作台。",
            sms="【{site}】您已被授予“{union}”的{role}角色，请登录后从“我的”进入工作台。",
        ),
        MessageTemplate(
            "access.granted_first",
            "您有了新的工作角色",
            "您已被授予“{union}”的{role}角色。首次进入工作台，请先打开另一条短信里的开通链接办理。",
            sms="【{site}】您已被授予“{union}”的{role}角色。首次进入工作台，请打开另一条短信里的链接开通。",
        ),
        MessageTemplate(
            "access.revoked", "工作角色已收回", "您在“{union}”的{role}角色已收回：{note}。如有疑问请联系本级管理员。"
        ),
    ),
    audit_events=(
        AuditEvent("access.founded", "平台初始化", erases="none"),
        AuditEvent("access.first_admin", "设立首批管理员"),
        AuditEvent("access.ended", "角色随岗位结束", erases="none"),
        AuditEvent("access.looked_up", "授权时查找人员"),
    ),
)
