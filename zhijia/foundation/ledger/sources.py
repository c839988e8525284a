"""Which append-only tables are sealed, and what of their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models

from zhijia.kernel.crypto import keyed_digest


class RowDigest(NamedTuple):
    """`stated` is what was sealed or is about to be: the digest the row carries, or its content's where it carries
    none. `actual` is computed anew from every column. They differ where somebody changed the row.
    """

    stated: str
    actual: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table by the name that stands in every entry for ever: `members.event`.

    `may_be_gone_before(now)` tells which rows may have come to their end: those sealed before that instant. Without it
    every sealed row must stand for ever.
    """

    name: str
    model: type[models.Model]
    digests_of: Callable[[Sequence[Any]], Sequence[RowDigest]]
    may_be_gone_before: Callable[[datetime], datetime] | None = None


def content_digest(row: models.Model, *, besides: frozenset[str] = frozenset()) -> str:
    """Keyed digest over every column but the key and `besides`: the same on both databases and in every time zone."""
    values = {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.attname not in besides
    }
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=_plain)
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, text)


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def digests_of_content(rows: Sequence[models.Model]) -> list[RowDigest]:
    """For tables whose rows carry no digest of their own."""
    return [RowDigest(digest, digest) for digest in map(content_digest, rows)]


_sources: dict[str, Source] = {}


def register(
    name: str,
    model: type[models.Model],
    digests_of: Callable[[Sequence[Any]], Sequence[RowDigest]],
    *,
    may_be_gone_before: Callable[[datetime], datetime] | None = None,
) -> None:
    """`digests_of` gets instances and answers in their order, by keyed digests: without the key they tell nothing.

    Raises ValueError where the name stands for another table already.
    """
    known = _sources.get(name)
    if known is not None and known.model is not model:
        raise ValueError(f"{name} is registered twice")
    _sources[name] = Source(name, model, digests_of, may_be_gone_before)


def registered() -> tuple[Source, ...]:
    return tuple(_sources[name] for name in sorted(_sources))


def find(name: str) -> Source | None:
    return _sources.get(name)
