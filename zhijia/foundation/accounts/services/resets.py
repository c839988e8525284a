"""Ways in that were lost: the owner's own factor opens the way to another password, two administrators clear them all.

A text message alone does neither: whoever holds the number for a while must not become its cadre.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from zhijia.foundation.accounts import events, selectors
from zhijia.foundation.accounts.models import Account, StaffInvitation
from zhijia.foundation.accounts.rules import Factor
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotAllowed, RuleBroken

from . import devices, factors, stepping

_NOTHING = ""


def reset_password(
    actor: Actor, factor: Factor, code: str, password: str, *, keep_session: str, now: datetime
) -> Account:
    """Another password, for who has forgotten his and holds the authenticator or a recovery code. Other sessions end.

    Wrong codes count as at the door. Raises Invalid `accounts.password` before the code is used, NotAllowed
    `reset.factor` for a text message, RuleBroken `reset.nothing_strong`; as `stepping.check_second`.
    Source: docs/rules/accounts.md#lost-ways-in
    """
    account = selectors.account_of(actor)
    if factor not in (Factor.TOTP, Factor.RECOVERY):
        raise NotAllowed("reset.factor", "重设密码须用验证器动态码或备用码。")
    if not selectors.factors_of(account).strong:
        raise RuleBroken("reset.nothing_strong", "您没有绑定验证器，不能自己重设密码，请联系安全管理员重置登录方式。")
    factors.check_password_is_good(account, password)
    stepping.check_second(actor, factor, code, now=now)
    with transaction.atomic():
        factors.set_password(actor, account, password, now=now)
        devices.end_sessions(actor, but=keep_session, now=now)
    return account


@transaction.atomic
def clear_factors(actor: Actor, account_id: int, *, unit_id: int | None, now: datetime) -> Account:
    """Password, authenticator, recovery codes and passkeys go, open links and all sessions end.

    Who may decide this is the caller's to see to: two administrators, in the room of roles. Raises NotFound.
    """
    account = selectors.get_account(account_id)
    Authenticator.objects.filter(user_id=account.pk).delete()
    Account.objects.filter(pk=account.pk).update(password=_NOTHING)
    if account.number_digest:
        StaffInvitation.objects.filter(
            number_digest=account.number_digest, used_at__isnull=True, expires_at__gt=now
        ).update(expires_at=now)
    devices.end_all(account.pk)
    audit.record(actor, "accounts.factors_cleared", ("account", account.public_id), now=now, unit_id=unit_id)
    events.factors_changed.announce(events.FactorsChanged(account.pk, "登录方式已由管理员重置", now))
    return selectors.get_account(account.pk)
