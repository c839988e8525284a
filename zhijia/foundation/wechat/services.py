"""Letting in, binding after a proved number, letting go; and the signature of a scanning page."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import Duplicate, NotSignedIn, RuleBroken
from zhijia.kernel.ids import Randomness

from . import selectors
from .models import WeChatIdentity
from .ports import WeChatPort, WeChatUser, current_port


def who(code: str, *, port: WeChatPort | None = None) -> WeChatUser:
    """The WeChat user behind a one-time code. Raises RuleBroken `wechat.refused`, `wechat.unreachable`."""
    return (port or current_port()).exchange(code)


@retrying()
@transaction.atomic
def enter(actor: Actor, user: WeChatUser, *, now: datetime) -> int | None:
    """The account that this WeChat user may enter; None where no account is bound to him yet.

    Raises RuleBroken `accounts.frozen`. A union id that was not known at the binding is added. Source:
    docs/rules/wechat.md
    """
    found = selectors.find_identity(user)
    if found is None:
        return None
    account = accounts.get_account(found.account_id)
    if not account.is_active:
        raise RuleBroken("accounts.frozen", "这个账号已被冻结，请拨打服务热线或到工会核实后恢复。")
    union = selectors.digest("unionid", user.unionid)
    more = {"union_digest": union} if union and not found.union_digest else {}
    change_rows(WeChatIdentity, {"id": found.pk}, {"used_at": now, **more})
    himself = dataclasses.replace(actor, kind=Kind.PERSON, account_id=account.pk)
    audit.record(himself, "wechat.signed_in", ("account", account.public_id), now=now)
    return int(account.pk)


@retrying()
@transaction.atomic
def bind(actor: Actor, user: WeChatUser, *, now: datetime) -> None:
    """From now on this WeChat user enters this account. The caller has proved the account's number in this session.

    Raises NotSignedIn, Duplicate `wechat.taken` (the WeChat user enters another account), `wechat.has_one`.
    """
    if actor.account_id is None:
        raise NotSignedIn
    account = accounts.get_account(actor.account_id)
    known = selectors.find_identity(user)
    if known is not None and known.account_id == account.pk:
        return
    if known is not None:
        raise _taken()
    if selectors.bound_at(actor) is not None:
        raise Duplicate("wechat.has_one", "您的账号已绑定另一个微信，请先解除绑定，再绑定这一个。")
    try:
        with transaction.atomic():
            insert_row(
                WeChatIdentity,
                account_id=account.pk,
                openid_digest=selectors.digest("openid", user.openid),
                union_digest=selectors.digest("unionid", user.unionid),
                bound_at=now,
                used_at=None,
            )
    except IntegrityError as error:
        raise _taken() from error
    audit.record(actor, "wechat.bound", ("account", account.public_id), now=now, concerns=actor.person_id)


def _taken() -> Duplicate:
    return Duplicate("wechat.taken", "这个微信已绑定另一个账号，请用那个账号登录后解除绑定，或拨打服务热线。")


@transaction.atomic
def unbind(actor: Actor, *, now: datetime) -> bool:
    """The account forgets its WeChat user; the mobile number stays the way in. Returns whether there was one."""
    account = accounts.account_of(actor)
    gone, _ = WeChatIdentity.objects.filter(account_id=account.pk).delete()
    if gone:
        audit.record(actor, "wechat.unbound", ("account", account.public_id), now=now, concerns=actor.person_id)
    return bool(gone)


def sdk_configuration(
    address: str,
    *,
    now: datetime,
    port: WeChatPort | None = None,
    randomness: Randomness = secrets.token_bytes,
) -> dict[str, str | int]:
    """What `wx.config` takes on the page at `address` (whole, without `#`): `{"app_id", "timestamp", "nonce",
    "signature"}`.

    SHA-1 is WeChat's choice. Raises RuleBroken `wechat.unreachable`.
    """
    nonce, at = randomness(8).hex(), int(now.timestamp())
    ticket = (port or current_port()).ticket()
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={at}&url={address}"
    signature = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return {"app_id": settings.ZHIJIA_WECHAT_APP_ID, "timestamp": at, "nonce": nonce, "signature": signature}
