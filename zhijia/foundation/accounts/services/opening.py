"""An account for somebody who has not signed in yet: the first administrators of a new platform, and nobody else."""

from __future__ import annotations

from datetime import datetime

from zhijia.foundation.accounts import selectors
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import insert_row
from zhijia.kernel.errors import Duplicate, NotAllowed
from zhijia.kernel.ids import new_public_id

from .codes import read_mobile


def open_account(actor: Actor, mobile: str, *, now: datetime) -> Account:
    """Without password or factor: its owner signs in by a code to this very number. The system alone may.

    Raises NotAllowed, Invalid, Duplicate `accounts.number_taken`.
    """
    if not actor.is_system:
        raise NotAllowed
    number = read_mobile(mobile)
    if selectors.find_by_number(number) is not None:
        raise Duplicate("accounts.number_taken", "这个手机号已经有账号，请换一个手机号。")
    public_id = new_public_id()
    insert_row(
        Account,
        public_id=public_id,
        number_digest=selectors.number_digest(number),
        password="",
        created_at=now,
        last_login=None,
    )
    audit.record(actor, "accounts.opened", ("account", public_id), now=now)
    return Account.objects.get(public_id=public_id)
