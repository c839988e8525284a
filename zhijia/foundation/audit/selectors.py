"""Reading the trail: for who answers for it, and what a person may know of who looked at his data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhijia.foundation.ledger import rules as ledger_rules, selectors as ledger, sources
from zhijia.kernel import merkle
from zhijia.kernel.crypto import sm3
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.registry import registry

from .models import AuditEntry, Outcome

REASON = "谁看过您的信息，按网络安全等级保护要求保存，供您和监督部门查询，到期前不能删除。"


SOURCE = "audit.entry"
"""What entries are called in the sealed log."""
Ids = Sequence[int] | QuerySet[Any, Any]
"""Row ids, or a question that gives them."""


# --- For who answers for the trail -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Part:
    """A part of the trail: entries of these units, and of these persons where an entry names no unit."""

    units: Ids
    persons: Ids


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: all that is given must hold.

    `since` included, `until` excluded. `did` are the persons who acted, `about` those whose data it was, an empty one
    nobody in particular. `subject` is (kind, public id). Each has an index beside the day; whoever gives neither
    person nor subject bounds the days, so that no question walks through years.
    """

    since: datetime | None = None
    until: datetime | None = None
    did: tuple[int, ...] = ()
    about: tuple[int, ...] = ()
    units: Ids | None = None
    event: str = ""
    outcome: str = ""
    address: str = ""
    subject: tuple[str, str] | None = None
    within: Part | None = None


def _wanted(wanted: Wanted) -> QuerySet[AuditEntry]:
    plain = {
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "person_id__in": wanted.did or None,
        "concerns_person_id__in": wanted.about or None,
        "unit_id__in": wanted.units,
        "event": wanted.event or None,
        "outcome": wanted.outcome or None,
        "address": wanted.address or None,
    }
    rows = AuditEntry.objects.filter(**{name: value for name, value in plain.items() if value is not None})
    if wanted.subject is not None:
        rows = rows.filter(subject_kind=wanted.subject[0], subject_id=wanted.subject[1])
    if wanted.within is not None:
        rows = rows.filter(_inside(wanted.within))
    return rows


def _inside(part: Part) -> Q:
    return Q(unit_id__in=part.units) | Q(unit_id__isnull=True, person_id__in=part.persons)


def list_entries(wanted: Wanted, *, after: str = "", limit: int = 50) -> Page[AuditEntry]:
    """Newest first. Raises Invalid `request.page`."""
    return page_of(_wanted(wanted), ("-at", "-id"), after=after, limit=limit)


def more_than(wanted: Wanted, most: int) -> bool:
    """Whether there are more than that; never counts further."""
    return _wanted(wanted).order_by("-at", "-id")[most : most + 1].exists()


def find_entry(day: date, key: int, *, within: Part | None) -> AuditEntry | None:
    """By its day, which leads to its month, and its id."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    rows = AuditEntry.objects.filter(at__gte=begin, at__lt=begin + timedelta(days=1), pk=key)
    return (rows.filter(_inside(within)) if within is not None else rows).first()


@dataclass(frozen=True, slots=True)
class Seal:
    """Where an entry lies in the sealed log of `size` rows, and whether it is still what was sealed."""

    index: int
    size: int
    intact: bool


def seal_of(entry: AuditEntry) -> Seal | None:
    """None where it is not sealed yet, as in its first minute."""
    try:
        proof = ledger.prove_row(SOURCE, entry.pk)
    except NotFound:
        return None
    leaf = ledger_rules.leaf_of(proof.salt, SOURCE, entry.pk, sources.content_digest(entry))
    same = leaf == proof.leaf and merkle.verify_inclusion(
        leaf, proof.index, size=proof.size, proof=proof.path, root=proof.root, hashed=sm3
    )
    return Seal(proof.index, proof.size, same)


# --- For whom it concerns --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw a person's full data: when, for which unit and in which role, what for; never who by name."""

    at: datetime
    what: str
    unit: str
    role: str
    reason: str


def _by_others(subject: DataSubject) -> QuerySet[AuditEntry]:
    own = Q(person_id__in=subject.persons)
    if subject.account_id is not None:
        own |= Q(account_id=subject.account_id)
    return AuditEntry.objects.filter(concerns_person_id__in=subject.persons, outcome=Outcome.READ).exclude(
        own & Q(person_id__isnull=False)
    )


def list_looks(subject: DataSubject, *, after: str = "", limit: int = 20) -> Page[Look]:
    """What others saw of him, newest first."""
    page = page_of(_by_others(subject), ("-at", "-id"), after=after, limit=limit)
    names = registry.units.names({row.unit_id for row in page.rows if row.unit_id})
    return page.of(
        Look(
            row.at,
            registry.audit_events[row.event].label if row.event in registry.audit_events else row.event,
            names.get(row.unit_id or 0, ""),
            registry.role_label(row.role) if row.role else "",
            str(row.detail.get("reason", "")),
        )
        for row in page.rows
    )


def export_looks(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """For his copy; the newest 5,000."""
    return [
        {"时间": look.at, "事项": look.what, "单位": look.unit, "岗位": look.role, "用途": look.reason}
        for look in list_looks(subject, limit=5_000).rows
    ]


def kept_looks(subject: DataSubject, now: datetime) -> list[Kept]:
    count = _by_others(subject).count()
    return [Kept(count, REASON, needs_him=False)] if count else []
