"""How the owner of a number sets up his way into the console: a one-time link, a password, an authenticator."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts import rules, selectors
from zhijia.foundation.accounts.models import Account, StaffInvitation
from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Expired, NotAllowed, RuleBroken
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.registry import registry

from . import devices, factors, stepping
from .codes import read_mobile

_A_DAY = 5


def invite_staff(
    actor: Actor,
    mobile: str,
    *,
    unit_id: int | None = None,
    now: datetime,
    randomness: Randomness = secrets.token_bytes,
) -> str:
    """Send the owner of a number the link that opens the console to him; returns the invitation's public id.

    The number need not have an account: it gets one by signing in. What he may do there is decided by his roles; the
    link gives none. Asked for by a cadre, the system, or the owner himself, and only while nothing is set up: it
    is no way round a password. Raises Invalid, NotAllowed, RuleBroken `invitation.set_up`, TooMany.
    Source: docs/rules/accounts.md#invitation
    """
    number = read_mobile(mobile)
    digest = selectors.number_digest(number)
    if not (actor.is_system or actor.staff or selectors.account_of(actor).number_digest == digest):
        raise NotAllowed
    account = selectors.find_by_number(number)
    if account is not None and selectors.factors_of(account).any:
        raise already_set_up()
    limits.hit(
        "accounts.invitation",
        digest,
        _A_DAY,
        timedelta(days=1),
        now=now,
        message="今天发给这个手机号的开通链接已达上限，请使用最近一条短信里的链接，或明天再试。",
    )
    return _make_and_send(actor, number, digest, unit_id=unit_id, now=now, randomness=randomness)


@transaction.atomic
def _make_and_send(
    actor: Actor, number: str, digest: str, *, unit_id: int | None, now: datetime, randomness: Randomness
) -> str:
    StaffInvitation.objects.filter(number_digest=digest, used_at__isnull=True, expires_at__gt=now).update(
        expires_at=now
    )
    token = base64.urlsafe_b64encode(randomness(24)).decode()
    public_id = new_public_id()
    insert_row(
        StaffInvitation,
        public_id=public_id,
        token_digest=selectors.token_digest(token),
        number_digest=digest,
        invited_by=actor.account_id,
        unit_id=unit_id,
        created_at=now,
        expires_at=now + rules.INVITATION_LIFE,
        password_set_at=None,
        used_at=None,
    )
    link = f"{settings.ZHIJIA_PUBLIC_URL}/console/invitation/{token}"
    registry.send_text("accounts.invitation", number, {"link": link}, now=now)
    audit.record(actor, "accounts.invited", ("invitation", public_id), now=now, unit_id=unit_id)
    return public_id


def over() -> Expired:
    return Expired("invitation.over", "这个开通链接已失效或已用过，请在登录后重新获取，或联系发出邀请的管理员。")


def already_set_up() -> RuleBroken:
    return RuleBroken(
        "invitation.set_up",
        "这个手机号已经开通工作台，不能再用链接设置。忘记密码的请用验证器或备用码重设，都不在身边的请联系安全管理员。",
    )


def open_invitation(token: str, *, now: datetime) -> str:
    """The public id of the invitation behind a link. Raises Expired for one that is over, used or never was."""
    invitation = selectors.find_invitation_by_token(token, now=now)
    if invitation is None:
        raise over()
    return invitation.public_id


def own_invitation(actor: Actor, public_id: str, *, now: datetime) -> StaffInvitation:
    """An invitation in its owner's hands: good for what is not set up yet, and for nothing else.

    Raises Expired; NotAllowed `invitation.other_number` where somebody else is signed in; RuleBroken
    `invitation.set_up` where the account has a way in that this invitation did not make.
    """
    invitation = selectors.find_invitation(public_id, now=now)
    if invitation is None:
        raise over()
    account = selectors.account_of(actor)
    if account.number_digest != invitation.number_digest:
        raise NotAllowed("invitation.other_number", "这个开通链接发给了另一个手机号，请退出后用收到短信的手机号登录。")
    has = selectors.factors_of(account)
    if has.strong or (has.password and invitation.password_set_at is None):
        raise already_set_up()
    return invitation


@transaction.atomic
def set_first_password(actor: Actor, public_id: str, password: str, *, keep_session: str, now: datetime) -> Account:
    """First half. Other sessions end. Raises as `own_invitation`, Invalid `accounts.password`."""
    invitation = own_invitation(actor, public_id, now=now)
    account = selectors.account_of(actor)
    first = {"id": invitation.pk, "password_set_at": None, "used_at": None}
    if not change_rows(StaffInvitation, first, {"password_set_at": now}):
        raise already_set_up()
    factors.set_password(actor, account, password, now=now)
    devices.end_sessions(actor, but=keep_session, now=now)
    return account


@transaction.atomic
def finish(actor: Actor, public_id: str, *, secret: str, code: str, now: datetime) -> list[str]:
    """Second half: the authenticator's first code. Returns recovery codes, to be shown once; the link is used up.

    Raises as `own_invitation`, Invalid `accounts.totp`.
    """
    invitation = own_invitation(actor, public_id, now=now)
    codes = factors.enrol_first_totp(actor, secret, code, now=now)
    _use_up(actor, invitation, now, "totp")
    return codes


@transaction.atomic
def finish_with_text(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Instead: password and text message, where the roles and the parameter allow it. Raises NotAllowed."""
    invitation = own_invitation(actor, public_id, now=now)
    standing = registry.standing(selectors.account_of(actor).pk, timezone.localdate(now))
    if invitation.password_set_at is None or not stepping.may_use_text(standing, now=now):
        raise NotAllowed("step_up.strong_needed", "您的岗位须用验证器 App 或通行密钥进入工作台，请先设置。")
    _use_up(actor, invitation, now, "sms")


def _use_up(actor: Actor, invitation: StaffInvitation, now: datetime, factor: str) -> None:
    if not change_rows(StaffInvitation, {"id": invitation.pk, "used_at": None}, {"used_at": now}):
        raise over()
    audit.record(
        actor,
        "accounts.invitation_used",
        ("invitation", invitation.public_id),
        now=now,
        unit_id=invitation.unit_id,
        detail={"factor": factor},
    )
