"""Pure rules of granting. Source: docs/rules/access.md"""

from __future__ import annotations

from datetime import date, timedelta

from zhijia.foundation.workflow.rules import CLOCK, OTHER, Hue, Move, TwoPersons, two_persons
from zhijia.kernel.errors import Invalid, RuleBroken

from .permissions import Permission
from .roles import ROLES, conflict

REVOKED, ENDED = "REVOKED", "ENDED"
# A case stands at the asker's own union, so that whoever checks it stands no lower; `other` is the union of the grant.
GRANT = two_persons(
    "access.grant",
    "角色授权",
    check=Permission.CHECK,
    due="access.check_wd",
    maker="申请人",
    agreed="生效中",
    agree="复核同意，授权生效",
    more=(
        Move("revoke", {TwoPersons.IN_FORCE}, REVOKED, by=Permission.REVOKE, unit=OTHER, needs=("note",),
             title="收回授权", button="收回"),
        Move("end", {TwoPersons.IN_FORCE}, ENDED, by=CLOCK, title="授权到期"),
    ),
    labels={REVOKED: "已收回", ENDED: "已到期"},
    hues={REVOKED: Hue.STILL, ENDED: Hue.STILL},
)  # fmt: skip
FACTOR_RESET = two_persons(
    "access.factor_reset",
    "重置登录方式",
    check=Permission.RESET_CHECK,
    due="access.reset_wd",
    maker="申请人",
    agreed="已重置",
    agree="复核同意，已重置登录方式",
    button="同意重置",
)

LONGEST = timedelta(days=5 * 366)
"""A grant never outlives a term of five years."""


def check_period(since: date, until: date, today: date) -> None:
    """Raises Invalid `grant.period`."""
    wrong = {}
    if since < today:
        wrong["since"] = "开始日期不能早于今天。"
    if until <= since:
        wrong["until"] = "结束日期不能早于开始日期。"
    elif until - since > LONGEST:
        wrong["until"] = "授权最长不超过一届任期（5 年）。"
    if wrong:
        raise Invalid("grant.period", "请核对起止日期。", fields=wrong)


def check_role(role: str, union_level: int) -> None:
    """Raises Invalid `grant.role` for an unknown role or one that does not fit the union's level."""
    spec = ROLES.get(role)
    if spec is None or union_level not in spec.levels:
        text = "这个角色不能授在这一级工会，请重新选择。"
        raise Invalid("grant.role", text, fields={"role": text})


def check_person(*, real_name_level: int, bound: bool, held: tuple[str, ...], asked: str, is_self: bool) -> None:
    """Raises RuleBroken `grant.self`, `grant.real_name`, `grant.unbound`, `grant.conflict`.

    Only who has signed in and said who he is holds a role: a role that waits for somebody to come is there to be taken.
    """
    if is_self:
        raise RuleBroken("grant.self", "不能给自己授权，请由其他管理员办理。")
    if real_name_level < 3:
        raise RuleBroken("grant.real_name", "这位同志还没有完成实名认证，请本人先登录完成实名后再授权。")
    if not bound:
        raise RuleBroken(
            "grant.unbound", "这位同志还没有登录绑定本人账号，请本人先用手机号登录并完成实名，再申请授权。"
        )
    for role in held:
        said = conflict(role, asked)
        if said:
            raise RuleBroken("grant.conflict", f"角色冲突：{said}")


def check_level(*, granter_levels: tuple[int, ...], union_level: int) -> None:
    """The granter's own union is at the same level or higher. Raises RuleBroken `grant.above`."""
    if not granter_levels or min(granter_levels) > union_level:
        raise RuleBroken("grant.above", "不能授予高于您所在层级的权限。")
