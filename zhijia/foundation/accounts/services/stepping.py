"""From member to cadre: password and second factor, counted, locked, recorded."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts import rules, selectors
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.rules import Factor, Purpose
from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Expired, Invalid, NotAllowed, RuleBroken, TooMany
from zhijia.kernel.registry import StaffStanding, registry

from . import codes, factors

LIMIT = "accounts.step_up"
ADDRESS_LIMIT = "accounts.step_up_address"


def standing_of(actor: Actor, *, now: datetime) -> StaffStanding:
    """Raises NotSignedIn, NotAllowed `step_up.no_role` for who works in no union."""
    account = selectors.account_of(actor)
    standing = registry.standing(account.pk, timezone.localdate(now))
    if not standing.is_staff:
        raise NotAllowed(
            "step_up.no_role",
            "您还没有工会工作角色，不能进入工作台。刚完成授权的，请先用本人手机号登录并完成实名认证。",
        )
    return standing


def may_use_text(standing: StaffStanding, *, now: datetime) -> bool:
    allowed = bool(registry.parameter("accounts.sms_step_up", on=timezone.localdate(now)))
    return rules.may_use_text(strong=standing.strong, by_parameter=allowed)


# --- Counting -------------------------------------------------------------------------------------------------------
def _parameter(code: str, now: datetime) -> int:
    return int(registry.parameter(code, on=timezone.localdate(now)))


def _locked(error: TooMany, now: datetime) -> TooMany:
    at = error.facts.get("retry_at")
    wait = limits.wait_text(at - now) if isinstance(at, datetime) else "稍"
    text = f"连续验证失败次数过多，工作台已锁定，请{wait}后再试。会员服务不受影响；不是您本人操作的，请拨打服务热线。"
    return TooMany("step_up.locked", text, facts=error.facts)


def _begin_try(actor: Actor, account: Account, *, now: datetime) -> int:
    """Count this try before looking at it, so that parallel guesses count too. Returns how many are left.

    Raises TooMany `step_up.locked`.
    """
    span = timedelta(minutes=_parameter("accounts.lockout_min", now))
    try:
        if actor.address:
            most = _parameter("accounts.lockout_address_failures", now)
            limits.require_free_network(ADDRESS_LIMIT, actor.address, most, now=now)
        return limits.hit(LIMIT, f"account:{account.pk}", _parameter("accounts.lockout_failures", now), span, now=now)
    except TooMany as error:
        audit.record_refused(
            actor, "accounts.step_up_failed", ("account", account.public_id), now=now, detail={"code": "step_up.locked"}
        )
        raise _locked(error, now) from None


def _failed(actor: Actor, account: Account, factor: str, *, now: datetime) -> None:
    if actor.address:
        span = timedelta(minutes=_parameter("accounts.lockout_min", now))
        with contextlib.suppress(TooMany):
            limits.hit_network(
                ADDRESS_LIMIT,
                actor.address,
                _parameter("accounts.lockout_address_failures", now),
                span,
                now=now,
            )
    audit.record_refused(
        actor, "accounts.step_up_failed", ("account", account.public_id), now=now, detail={"factor": factor}
    )


def _said(words: str, left: int, *, now: datetime) -> str:
    minutes = _parameter("accounts.lockout_min", now)
    if left > 1:
        return f"{words}还可试 {left} 次。"
    if left == 1:
        return f"{words}再错一次，工作台将锁定 {minutes} 分钟。"
    return f"{words}连续验证失败次数过多，工作台已锁定 {minutes} 分钟。"


# --- Steps ----------------------------------------------------------------------------------------------------------
def check_password(actor: Actor, password: str, *, now: datetime) -> None:
    """The first half. Raises NotAllowed, RuleBroken `step_up.not_set_up`, Invalid `step_up.password`, TooMany.

    Source: docs/rules/accounts.md#step-up
    """
    standing_of(actor, now=now)
    account = selectors.account_of(actor)
    if not selectors.factors_of(account).password:
        raise RuleBroken("step_up.not_set_up", "您还没有开通工作台，请先获取开通链接。")
    left = _begin_try(actor, account, now=now)
    if not account.check_password(password):
        _failed(actor, account, "password", now=now)
        text = _said("密码不对。", left, now=now)
        raise Invalid("step_up.password", text, fields={"password": text})
    limits.take_back(LIMIT, f"account:{account.pk}")


def send_text_code(actor: Actor, mobile: str, *, now: datetime) -> int:
    """A code for the second half, to the number of this session. Raises as `codes.send_code`."""
    return codes.send_code(actor, mobile, purpose=Purpose.STEP_UP, now=now)


def check_second(actor: Actor, factor: Factor, code: str, *, mobile: str = "", now: datetime) -> None:
    """The second half, after a right password. `mobile` is the session's number, for a code by text.

    Raises Invalid `step_up.second`, TooMany, as `codes.try_code` for a text, NotAllowed `step_up.strong_needed` for
    a text where something stronger is set up.
    """
    account = selectors.account_of(actor)
    if factor is Factor.SMS and selectors.factors_of(account).strong:
        raise NotAllowed("step_up.strong_needed", factors.STRONG_IS_SET_UP)
    left = _begin_try(actor, account, now=now)
    if factor is Factor.SMS:
        try:
            codes.spend_code(codes.try_code(actor, mobile, code, purpose=Purpose.STEP_UP, now=now), now=now)
        except (Invalid, Expired, TooMany):
            _failed(actor, account, factor, now=now)
            raise
        right = True
    elif factor is Factor.TOTP:
        right = factors.use_totp(account, code, now=now)
    else:
        right = factors.use_recovery_code(account, code)
    if not right:
        _failed(actor, account, factor, now=now)
        words = "动态码不对、已过期或已用过，请等下一组再输。" if factor is Factor.TOTP else "备用码不对或已用过。"
        text = _said(words, left, now=now)
        raise Invalid("step_up.second", text, fields={"code": text})


def check_passkey(actor: Actor, *, host: str, state: factors.State | None, credential: str, now: datetime) -> None:
    """Both halves at once: the thing and its owner's finger, face or PIN. Raises NotAllowed, Invalid, TooMany."""
    standing_of(actor, now=now)
    account = selectors.account_of(actor)
    _begin_try(actor, account, now=now)
    if not factors.use_passkey(account, host=host, state=state, credential=credential, now=now):
        _failed(actor, account, Factor.PASSKEY, now=now)
        raise Invalid("step_up.passkey", "通行密钥没有通过验证，请重新操作，或改用密码。")


@transaction.atomic
def finish(actor: Actor, factor: Factor, *, now: datetime) -> None:
    """Both halves are right: the failures before are forgiven, the entry is recorded.

    Raises NotAllowed where the roles ask for more than a text message.
    """
    standing = standing_of(actor, now=now)
    account = selectors.account_of(actor)
    if factor is Factor.SMS and not may_use_text(standing, now=now):
        raise NotAllowed("step_up.strong_needed", "您的岗位须用验证器 App 或通行密钥进入工作台，请先设置。")
    limits.forgive(LIMIT, f"account:{account.pk}")
    audit.record(actor, "accounts.stepped_up", ("account", account.public_id), now=now, detail={"factor": factor.value})


def leave(actor: Actor, *, now: datetime) -> None:
    audit.record(actor, "accounts.stepped_down", now=now)
