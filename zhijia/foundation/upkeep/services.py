"""Keys that fit the database, told before anything is sealed with wrong ones."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import NotFound, WrongState

from . import selectors
from .models import KeyCheck

log = logging.getLogger("zhijia.upkeep")


def require_known_keys(*, now: datetime) -> None:
    """Compare the keys given with those that this database was written with; one it does not know yet is noted.

    Raises ImproperlyConfigured, naming the keys that differ or are missing. Where the database is away or not migrated
    nothing is said: the clock asks again, and pages answer that the database is away.
    Source: docs/runbooks/keys.md#wrong-keys
    """
    try:
        wrong = selectors.wrong_keys()
        if not wrong:
            _note_new(now=now)
    except DatabaseError as error:
        log.warning("keys could not be compared with the database", extra={"error": type(error).__name__})
        return
    if wrong:
        raise ImproperlyConfigured(selectors.said_of(wrong))


@transaction.atomic
def _note_new(*, now: datetime) -> None:
    known = selectors.stored_values()
    fresh = [
        {"name": name, "value": value, "known_at": now}
        for name, value in settings.ZHIJIA_KEYS.check_values.items()
        if name not in known
    ]
    if not fresh:
        return
    db.insert_rows(KeyCheck, fresh, ignore_conflicts=True)
    for row in fresh:
        audit.record(SYSTEM, "upkeep.key_known", ("key", row["name"]), now=now)


@transaction.atomic
def forget_key(name: str, *, now: datetime) -> None:
    """A retired key is expected no more.

    Raises NotFound `upkeep.key` for one that was never known, WrongState `upkeep.key_in_use` for one still in the
    settings.
    """
    if name in settings.ZHIJIA_KEYS.check_values:
        raise WrongState("upkeep.key_in_use", f"密钥 {name} 还在使用。请先从环境文件中去掉，再注销。")
    if not KeyCheck.objects.filter(name=name).delete()[0]:
        raise NotFound("upkeep.key", f"数据库里没有登记过密钥 {name}。")
    audit.record(SYSTEM, "upkeep.key_forgotten", ("key", name), now=now)
