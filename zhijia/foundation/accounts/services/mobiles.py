"""Changing the number an account is reached by."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.accounts import events, selectors
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.audit import services as audit
from zhijia.kernel import masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, WrongState
from zhijia.kernel.registry import registry

from .codes import read_mobile, spend_code, try_code
from .devices import end_sessions


def _taken() -> Duplicate:
    text = "这个手机号已用于另一个账号。请换一个号码，或用它登录那个账号。"
    return Duplicate("accounts.number_taken", text, fields={"mobile": text})


def change_mobile(
    actor: Actor, *, old_mobile: str, old_code: str, mobile: str, code: str, keep_session: str, now: datetime
) -> Account:
    """With the old number in hand: a right code on both numbers. The old number is told, other sessions end.

    Raises as `codes.try_code` (for the old number's code with the field `old_code`), Invalid `accounts.same_number`,
    Duplicate `accounts.number_taken`, WrongState.
    Source: docs/rules/accounts.md#changing-the-number
    """
    account = selectors.account_of(actor)
    old, new = read_mobile(old_mobile), read_mobile(mobile)
    if account.number_digest != selectors.number_digest(old):
        raise WrongState("accounts.number_moved", "您的手机号已在别处更换，请退出后用新手机号登录。")
    _require_other(old, new)
    try:
        old_id = try_code(actor, old, old_code, purpose=Purpose.OLD_NUMBER, now=now)
    except (Invalid, Duplicate) as error:
        error.fields = {"old_code": error.message}
        raise
    new_id = try_code(actor, new, code, purpose=Purpose.NEW_NUMBER, now=now)
    return _move(actor, account, old, new, code_ids=[old_id, new_id], keep_session=keep_session, now=now)


def change_mobile_without_old(actor: Actor, *, mobile: str, code: str, keep_session: str, now: datetime) -> Account:
    """Without it: the caller has just identified the person anew, to level 3; a code proves the new number.

    The room of persons calls this after name and ID matched. Raises as `change_mobile`, RuleBroken
    `accounts.old_number_needed` for who has a password, a second factor or a role: a document takes no console.
    """
    account = selectors.account_of(actor)
    if _is_more_than_a_member(actor, account, now=now):
        raise RuleBroken(
            "accounts.old_number_needed",
            "您的账号用于工会工作，更换手机号须用原手机号收验证码。原号码已停用的，请到运营商补办，或联系安全管理员。",
        )
    new = read_mobile(mobile)
    if account.number_digest == selectors.number_digest(new):
        _require_other(new, new)
    new_id = try_code(actor, new, code, purpose=Purpose.NEW_NUMBER, now=now)
    return _move(actor, account, "", new, code_ids=[new_id], keep_session=keep_session, now=now)


def _is_more_than_a_member(actor: Actor, account: Account, *, now: datetime) -> bool:
    """Whether the account opens a console, or may soon."""
    if selectors.factors_of(account).any:
        return True
    return actor.person_id is not None and registry.holds_role(actor.person_id, timezone.localdate(now))


def _require_other(old: str, new: str) -> None:
    if old == new:
        text = "新手机号和原来的一样，请填写另一个号码。"
        raise Invalid("accounts.same_number", text, fields={"mobile": text})


@retrying()
@transaction.atomic
def _move(
    actor: Actor, account: Account, old: str, new: str, *, code_ids: list[int], keep_session: str, now: datetime
) -> Account:
    for code_id in code_ids:
        spend_code(code_id, now=now)
    before, after = account.number_digest, selectors.number_digest(new)
    try:
        with transaction.atomic():
            moved = change_rows(Account, {"id": account.pk, "number_digest": before}, {"number_digest": after})
    except IntegrityError as error:
        raise _taken() from error
    if not moved:
        raise WrongState
    if old:
        registry.send_text("accounts.number_left", old, {"masked": masks.mask_mobile(new)}, now=now)
    audit.record(
        actor,
        "accounts.mobile_changed",
        ("account", account.public_id),
        now=now,
        concerns=actor.person_id,
        before={"number": before},
        after={"number": after},
        detail={"with_old": bool(old)},
    )
    end_sessions(actor, but=keep_session, now=now)
    events.mobile_changed.announce(events.MobileChanged(account.pk, new, bool(old), now))
    return selectors.get_account(account.pk)


@retrying()
@transaction.atomic
def release_number(actor: Actor, *, now: datetime) -> None:
    """The number was given to somebody new, who finds another person's account behind it: the two are parted at once.

    The account loses its number and all its sessions; whoever holds the number now signs in anew and gets an account of
    his own. Raises RuleBroken `accounts.staff_number` for an account with a password, a factor or a role, WrongState.
    Source: docs/rules/accounts.md#recycled-numbers
    """
    account = selectors.account_of(actor)
    if _is_more_than_a_member(actor, account, now=now):
        raise RuleBroken("accounts.staff_number", "这是工会工作人员的账号，请拨打服务热线，由工会核对后办理。")
    before = account.number_digest
    if before is None or not change_rows(Account, {"id": account.pk, "number_digest": before}, {"number_digest": None}):
        raise WrongState
    audit.record(
        actor,
        "accounts.number_released",
        ("account", account.public_id),
        now=now,
        concerns=actor.person_id,
        before={"number": before},
        after={"number": None},
    )
    end_sessions(actor, now=now)
    events.number_released.announce(events.NumberReleased(account.pk, now))
