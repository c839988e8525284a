"""From SQLite to PostgreSQL, once an installation has outgrown one file. Source: docs/runbooks/postgresql.md

All rows go over in one transaction, table by table and in parts; before it ends every table is read again where it was
written, and counted and summed up on both sides. A copy that was cut off left empty tables: it is begun again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.errors import Invalid, WrongState

from . import selectors

SOURCE: Final = "copied_from"
PART: Final = 2_000
_BEGUN: Final = "zhijia_copy_begun"
"""A table of the target, from before `migrate` until all is there: what else lies there then may be thrown away."""
_SIGNS_OF_LIFE: Final = ("upkeep.keycheck", "audit.auditentry")
"""A platform that ever started over a database left a row in the first, one that wrote anything in the second."""
_NOT_COPIED: Final = frozenset({"django_migrations", "zhijia_cache"})


@dataclass(frozen=True, slots=True)
class Copied:
    """A table, how many rows it has on both sides, and the sum over them: 16 hexadecimal characters."""

    table: str
    rows: int
    checksum: str


def copy_database(path: Path, *, today: date, say: Callable[[str], None] = lambda _text: None) -> list[Copied]:
    """All rows of the SQLite file into the configured PostgreSQL database, which must be empty.

    Nobody writes to the file meanwhile. Raises Invalid `copy.no_source`, `copy.refused`, WrongState `copy.target`,
    `copy.not_empty`, `copy.migrations`, `copy.keys`, `copy.unknown_tables`, `copy.differs`; nothing is copied then.
    """
    if not path.is_file():
        raise Invalid("copy.no_source", f"没有这个 SQLite 数据库文件：{path}。")
    if connections[DEFAULT_DB_ALIAS].vendor != "postgresql":
        raise WrongState("copy.target", "DATABASE_URL 不是 PostgreSQL 数据库的地址。请先设好要复制到的数据库，再运行。")
    with _opened(path):
        _require_same_shape()
        _require_keys()
        _claim_empty_target()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        say("目标数据库的表已建好")
        with transaction.atomic(using=SOURCE), transaction.atomic():
            copied = _copy_all(today=today, say=say)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("ANALYZE")
    return copied


@contextmanager
def _opened(path: Path) -> Iterator[None]:
    entry = {
        **connections[DEFAULT_DB_ALIAS].settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5},
    }
    connections.databases[SOURCE] = entry
    try:
        yield
    finally:
        connections[SOURCE].close()
        del connections.databases[SOURCE]
        del connections[SOURCE]


def _copied_models() -> list[type[models.Model]]:
    known = apps.get_models(include_auto_created=True)
    return [model for model in known if model._meta.managed and not model._meta.proxy and not model._meta.swapped]


# --- What must be so before a row is written ------------------------------------------------------------------------
def _require_same_shape() -> None:
    source = connections[SOURCE]
    applied = set(MigrationRecorder(source).applied_migrations())
    differing = applied ^ set(MigrationLoader(None).disk_migrations or {})
    if differing:
        named = "、".join(sorted(f"{app}.{name}" for app, name in differing)[:5])
        raise WrongState(
            "copy.migrations",
            f"源数据库的结构与本版本不一致（{named}）。请先用同一版本对源数据库运行 zhijia migrate，再复制。",
        )
    ours = {model._meta.db_table for model in _copied_models()} | _NOT_COPIED
    unknown = sorted(set(source.introspection.table_names()) - ours)
    if unknown:
        raise WrongState("copy.unknown_tables", f"源数据库里有本平台不认识的表：{'、'.join(unknown)}。请先查明来历。")


def _require_keys() -> None:
    wrong = selectors.wrong_keys(using=SOURCE)
    if wrong:
        raise WrongState("copy.keys", selectors.said_of(wrong))


def _claim_empty_target() -> None:
    """Its own from now on. Where a copy was cut off, nothing but what `migrate` writes may have come since."""
    tables = connections[DEFAULT_DB_ALIAS].introspection.table_names()
    signs = [model for model in map(apps.get_model, _SIGNS_OF_LIFE) if model._meta.db_table in tables]
    if (tables and _BEGUN not in tables) or any(model._base_manager.exists() for model in signs):
        named = "、".join(sorted(tables)[:3])
        raise WrongState("copy.not_empty", f"目标数据库不是空的（{named}……）。复制只写入空库，请另建一个数据库。")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f'CREATE TABLE IF NOT EXISTS "{_BEGUN}" ()')


# --- The copy -------------------------------------------------------------------------------------------------------
def _copy_all(*, today: date, say: Callable[[str], None]) -> list[Copied]:
    tables = ", ".join(f'"{model._meta.db_table}"' for model in _copied_models())
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")  # what migrate put there; the source has its own
        cursor.execute(f'DROP TABLE "{_BEGUN}"')
    sums = {}
    for model in _copied_models():
        _make_room(model, today=today)
        sums[model] = _copy_table(model)
        if sums[model][0]:
            say(f"{model._meta.db_table}：{sums[model][0]:,} 行")
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what points nowhere is told now
    copied = []
    for model, (count, checksum) in sums.items():
        if _summed(_rows(model, DEFAULT_DB_ALIAS)) != (count, checksum):
            raise WrongState("copy.differs", f"{model._meta.db_table} 复制后与源数据不一致，已全部撤回。")
        if model._meta.auto_field is not None:
            db.set_last_key(model, db.last_key(model, using=SOURCE))
        copied.append(Copied(model._meta.db_table, count, f"{checksum:064x}"[:16]))
    return copied


def _make_room(model: type[models.Model], *, today: date) -> None:
    """Months for the rows that are older than the table here."""
    by = db.partitioned_by(model)
    if by is None:
        return
    oldest = model._base_manager.using(SOURCE).aggregate(first=models.Min(by))["first"]
    first = timezone.localdate(oldest) if oldest is not None else today
    ahead = (today.year - first.year) * 12 + today.month - first.month
    db.keep_partitions_ahead(model, today=min(first, today), months=max(ahead, 0) + 3)


def _copy_table(model: type[models.Model]) -> tuple[int, int]:
    """Returns how many rows there were, and their sum."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    texts = [isinstance(field, models.JSONField) for field in model._meta.local_concrete_fields]
    count = total = 0
    part: list[tuple[Any, ...]] = []
    try:
        for part in _rows(model, SOURCE):
            more, added = _summed([part])
            count, total = count + more, (total + added) % _MODULUS
            given = [
                [
                    json.dumps(value) if as_text and value is not None else value
                    for value, as_text in zip(row, texts, strict=True)
                ]
                for row in part
            ]
            db.copy_rows(model, names, given)
    except DatabaseError as error:
        cause = error.__cause__ or error
        raise Invalid(
            "copy.refused",
            f"{model._meta.db_table} 有一行 PostgreSQL 不接受（{type(cause).__name__}），已全部撤回。"
            f"它在主键排序的第 {count - len(part) + 1} 行到第 {count} 行之间，请先在源数据库里改正。",
        ) from None
    return count, total


def _rows(model: type[models.Model], using: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows in parts, in the order of their keys."""
    fields = model._meta.local_concrete_fields
    place = fields.index(model._meta.pk)
    asked = model._base_manager.using(using).order_by("pk").values_list(*(field.attname for field in fields))
    part = list(asked[:PART])
    while part:
        yield part
        part = list(asked.filter(pk__gt=part[-1][place])[:PART])


_MODULUS: Final = 2**256


def _summed(parts: Iterator[list[tuple[Any, ...]]] | Sequence[list[tuple[Any, ...]]]) -> tuple[int, int]:
    """How many rows, and the sum of their digests, whatever their order: vendors sort text in ways of their own."""
    count = total = 0
    for part in parts:
        for row in part:
            said = json.dumps(row, sort_keys=True, default=_said).encode()
            total += int.from_bytes(hashlib.sha256(said).digest())
        count += len(part)
    return count, total % _MODULUS


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"at {value.timestamp():.6f}" if value.tzinfo else f"naive {value.isoformat()}"
    if isinstance(value, bytes | memoryview):
        return f"bytes {bytes(value).hex()}"
    return f"{type(value).__name__} {value}"
