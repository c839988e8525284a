"""One page for new and known numbers: the account is made when the code is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from zhijia.foundation.accounts import events, selectors
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.db import insert_rows, retrying
from zhijia.kernel.errors import RuleBroken
from zhijia.kernel.ids import new_public_id

from .codes import read_mobile, spend_code, try_code


@dataclass(frozen=True, slots=True)
class SignedIn:
    account: Account
    is_new: bool


def sign_in(actor: Actor, mobile: str, code: str, *, agreed: Iterable[str], now: datetime) -> SignedIn:
    """Prove a number and get its account, made now if it had none. `agreed` names the consents ticked.

    Raises as `codes.try_code`; RuleBroken `accounts.frozen`. Nothing said before the code is right depends on whether
    the number is known.
    Source: docs/rules/accounts.md#sign-in
    """
    number = read_mobile(mobile)
    code_id = try_code(actor, number, code, purpose=Purpose.SIGN_IN, now=now)
    return _finish(actor, number, code_id, tuple(agreed), now)


def sign_out(actor: Actor, *, now: datetime) -> None:
    """Leaving on this device is recorded; the browser's session is ended by `entering.end`."""
    audit.record(actor, "accounts.signed_out", now=now)


@retrying()
@transaction.atomic
def _finish(actor: Actor, number: str, code_id: int, agreed: tuple[str, ...], now: datetime) -> SignedIn:
    spend_code(code_id, now=now)
    digest = selectors.number_digest(number)
    fresh = {
        "public_id": new_public_id(),
        "number_digest": digest,
        "password": "",
        "created_at": now,
        "last_login": None,
    }
    is_new = bool(insert_rows(Account, [fresh], ignore_conflicts=True))
    account = Account.objects.get(number_digest=digest)
    if not account.is_active:
        raise RuleBroken("accounts.frozen", "这个账号已被冻结，请拨打服务热线或到工会核实后恢复。")
    himself = dataclasses.replace(actor, kind=Kind.PERSON, account_id=account.pk)
    audit.record(himself, "accounts.signed_in", ("account", account.public_id), now=now, detail={"new": is_new})
    events.signed_in.announce(events.AccountSignedIn(account.pk, agreed, is_new, now))
    return SignedIn(account, is_new)
