from zhijia.foundation.casework import declaring
from zhijia.foundation.workflow.selectors import open_items
from zhijia.kernel.personal import PersonalData, Sweep
from zhijia.kernel.registry import (
    AuditEvent,
    MenuItem,
    MessageTemplate,
    ParameterSpec,
    PermissionSpec,
    Scenario,
)

from . import personal
from .cases import GRANTS, RESETS
from .permissions import Permission
from .rules import FACTOR_RESET, GRANT

SCENARIO = Scenario(
    code="access",
    name="权限",
    menu=(MenuItem("管理", "权限", "access:list", (Permission.VIEW,), 810, icon="key"),),
    permissions=(
        PermissionSpec(Permission.VIEW, "查看本级及以下的授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理"),
        PermissionSpec(Permission.ASK, "申请授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理"),
        PermissionSpec(Permission.CHECK, "复核授权", frozenset({"SECURITY_ADMIN"}), group="管理"),
        PermissionSpec(Permission.REVOKE, "收回授权", frozenset({"SECURITY_ADMIN", "ORG"}), group="管理"),
        PermissionSpec(
            Permission.RESET_ASK,
            "申请重置同事的登录方式",
            frozenset({"SECURITY_ADMIN", "ORG"}),
            group="管理",
        ),
        PermissionSpec(
            Permission.RESET_CHECK,
            "复核重置登录方式",
            frozenset({"SECURITY_ADMIN"}),
            group="管理",
        ),
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
        declaring.personal_data(RESETS),
    ),
    sweeps=(
        Sweep("access.grants", "早已结束的岗位授权", personal.DAYS, personal.forget_grants),
        declaring.sweep(RESETS),
    ),
    workflows=(GRANT, FACTOR_RESET),
    open_items=(open_items(GRANT),),
    case_links={
        **declaring.links(GRANTS, menu="access:list"),
        **declaring.links(RESETS, menu="access:list"),
    },
    parameters=(
        ParameterSpec("access.check_wd", "授权复核时限", 3, "wd", "平台默认", 1, 30),
        ParameterSpec("access.reset_wd", "重置登录方式复核时限", 1, "wd", "平台默认", 1, 10),
    ),
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
        MessageTemplate(
            "access.reset_asked",
            "有人申请重置您的登录方式",
            "“{union}”的管理员申请重置您进入工作台的密码和验证方式，复核后生效。如不是您提出的，请立即拨打{hotline}。",
            sms="【{site}】有管理员申请重置您进入工作台的登录方式，复核后生效。如不是您提出的，请立即拨打{hotline}。",
        ),
        MessageTemplate(
            "access.ways_in_changed",
            "工作台登录方式有变化",
            "您的工作台登录方式有变化：{what}。如不是您本人操作，请立即联系本级安全管理员或拨打{hotline}。",
            sms="【{site}】您的工作台登录方式有变化：{what}。如不是您本人操作，请立即联系安全管理员或拨打{hotline}。",
        ),
        MessageTemplate(
            "access.reset_done",
            "一位同事的登录方式已重置",
            "{name}进入工作台的登录方式已由两位管理员重置（{union}）。如有疑问，请查看该事项的经过。",
        ),
    ),
    audit_events=(
        AuditEvent("access.founded", "平台初始化", erases="none"),
        AuditEvent("access.first_admin", "设立首批管理员"),
        AuditEvent("access.ended", "角色随岗位结束", erases="none"),
        AuditEvent("access.looked_up", "授权时查找人员"),
    ),
)
