"""What is known of the installation's state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS

from zhijia.kernel import health
from zhijia.kernel.actor import Actor
from zhijia.kernel.health import Finding, Grade

from .models import KeyCheck
from .permissions import Permission

KEPT = timedelta(minutes=2)
_CACHED = "upkeep.health"


# --- Keys -----------------------------------------------------------------------------------------------------------
def stored_values(*, using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    return dict(KeyCheck.objects.using(using).values_list("name", "value"))


def wrong_keys(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of keys that this database was written with and that are not the ones given now."""
    given = settings.ZHIJIA_KEYS.check_values
    return sorted(name for name, value in stored_values(using=using).items() if given.get(name) != value)


def said_of(wrong: Sequence[str]) -> str:
    return (
        f"密钥与数据库不符：{'、'.join(wrong)}。用错的密钥会让已有信息打不开、新信息各用各的。"
        "请核对环境文件和数据库是不是同一套；按 docs/runbooks/keys.md 停用的密钥用 zhijia forget-key 注销。"
    )


# --- Backups --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Backup:
    at: datetime
    folder: str
    total_bytes: int


def backup_note() -> Path:
    return Path(settings.VAR_DIR) / "last-backup.json"


def last_backup() -> Backup | None:
    """What `zhijia backup` noted when it was done; None where there was none."""
    path = backup_note()
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    return Backup(datetime.fromisoformat(said["at"]), said["folder"], int(said["bytes"]))


# --- Health ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Summary:
    """What was found at `at`, worst first."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def grade(self) -> Grade:
        return health.worst(self.findings)

    @property
    def to_mend(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.grade is not Grade.GOOD)


_ORDER = {Grade.BAD: 0, Grade.WARN: 1, Grade.GOOD: 2}


def examine(*, now: datetime) -> Summary:
    found = health.examine(now=now)
    return Summary(now, tuple(sorted(found, key=lambda each: (_ORDER[each.grade], each.code))))


def summary(actor: Actor, *, now: datetime) -> Summary:
    """At most two minutes old, so that opening the desk looks at everything once at most. Raises NotAllowed."""
    actor.require_anywhere(Permission.VIEW)
    kept = cache.get(_CACHED)
    if isinstance(kept, Summary) and timedelta(0) <= now - kept.at < KEPT:
        return kept
    found = examine(now=now)
    cache.set(_CACHED, found, KEPT.total_seconds())
    return found
