"""The trail's own end: whole months, once they are behind, and a row that says what went.

Source: docs/rules/rights.md#the-trail
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.crypto import keyed_digest

from .models import AuditEntry, SweptMonth

log = logging.getLogger(__name__)

KEEP_MONTHS: Final = 36
"""So many whole months are kept behind the present one: at least three years of every row."""
WALKED: Final = 10_000
"""Rows of a partition that are hashed at once: nothing of them is written."""


def first_kept(today: date) -> date:
    """The first day whose rows stay: on 15 September 2026 it is 1 September 2023."""
    months = today.year * 12 + today.month - 1 - KEEP_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def last_gone(today: date) -> date:
    """The last day whose rows go: on 15 September 2026 it is 31 August 2023."""
    return date.fromordinal(first_kept(today).toordinal() - 1)


def gone_before(now: datetime) -> datetime:
    """Rows sealed before this instant may have gone with their month; all others must stand."""
    return _midnight(first_kept(timezone.localdate(now)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _about(held: frozenset[int]) -> Q:
    return Q(concerns_person_id__in=held) | Q(person_id__in=held)


def _rows(month: date, held: frozenset[int], *, after: int = 0) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(at__gte=_midnight(month), at__lt=_midnight(_next(month)), id__gt=after)
    return (rows.exclude(_about(held)) if held else rows).order_by("id")


def chain(digest: str, rows: Iterable[AuditEntry]) -> str:
    """The keyed digest of all rows so far, one after another in the order of their keys, 32 hex characters.

    Whoever has the rows in a backup, and the key, can show that they are those that went.
    """
    for row in rows:
        values = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
        text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=_plain)
        digest = keyed_digest(settings.ZHIJIA_DIGEST_KEY, f"{digest}\n{text}")
    return digest


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def sweep_some(now: datetime, limit: int, held: frozenset[int]) -> int:
    """The next rows of the oldest month that is behind; rows about persons in `held` stay. How many were done.

    Where months lie in partitions, one is walked through and then dropped whole; elsewhere rows go as they are walked.
    Where somebody reads the trail for too long it waits for another night.
    """
    try:
        with transaction.atomic():
            done = 0
            while done < limit and (more := _step(now, limit - done, held)):
                done += more
            return done
    except OperationalError:
        log.warning("the trail is in use and was not swept", exc_info=True)
        return 0


def _step(now: datetime, limit: int, held: frozenset[int]) -> int:
    before = first_kept(timezone.localdate(now))
    month = db.oldest_month(AuditEntry, before=before)
    while month is not None:
        walked = _walk(month, held, now=now)
        if walked:
            return walked
        month = db.oldest_month(AuditEntry, before=before)
    return _delete(before, limit, held, now=now)


def _record(month: date, now: datetime) -> SweptMonth:
    """The record of a month that is not finished, or a new one."""
    found = SweptMonth.objects.filter(month=month, finished_at__isnull=True).first()
    return found or SweptMonth.objects.create(month=month, count=0, last_id=0, digest="", began_at=now)


def _walk(month: date, held: frozenset[int], *, now: datetime) -> int:
    """Hash the next rows of a partition; behind the last one, drop it. Rows about held persons are put back."""
    record = _record(month, now)
    rows = list(_rows(month, held, after=record.last_id)[:WALKED])
    record.digest = chain(record.digest, rows)
    record.count += len(rows)
    record.last_id = rows[-1].pk if rows else record.last_id
    if len(rows) == WALKED:
        record.save()
        return len(rows)
    try:
        with transaction.atomic():
            _drop(record, held)
    except _ChangedMeanwhile:
        record.count, record.last_id, record.digest = 0, 0, ""
        record.save()
        return WALKED
    _finish(record, now=now)
    return len(rows)


class _ChangedMeanwhile(Exception):
    """Rows came, or a hold began, since the walk: it starts again."""


def _drop(record: SweptMonth, held: frozenset[int]) -> None:
    month = record.month
    kept = list(AuditEntry.objects.filter(_about(held), at__gte=_midnight(month), at__lt=_midnight(_next(month))))
    total = db.drop_month(AuditEntry, month)
    if total - len(kept) != record.count:
        raise _ChangedMeanwhile
    AuditEntry.objects.bulk_create(kept)


def _delete(before: date, limit: int, held: frozenset[int], *, now: datetime) -> int:
    """Rows in no partition, from the oldest key, as long as they are of one month that is behind."""
    oldest = AuditEntry.objects.exclude(_about(held)) if held else AuditEntry.objects.all()
    rows = list(oldest.order_by("id")[:limit])
    over = bool(rows) and rows[0].at < _midnight(before)
    month = timezone.localdate(rows[0].at).replace(day=1) if over else None
    for record in SweptMonth.objects.filter(finished_at__isnull=True):
        if record.month != month:
            _finish(record, now=now)
    if month is None:
        return 0
    until = _midnight(_next(month))
    mine = [row for row in rows if _midnight(month) <= row.at < until]
    record = _record(month, now)
    record.digest = chain(record.digest, mine)
    record.count += len(mine)
    record.last_id = mine[-1].pk
    with db.unguarded(AuditEntry):
        AuditEntry.objects.filter(pk__in=[row.pk for row in mine]).delete()
    if len(mine) == len(rows) == limit:
        record.save()
    else:
        _finish(record, now=now)
    return len(mine)


def _finish(record: SweptMonth, *, now: datetime) -> None:
    """A month with nothing in it leaves no record."""
    if record.count:
        record.finished_at = now
        record.save()
    else:
        record.delete()
