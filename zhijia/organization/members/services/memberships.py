"""One row per stay: opening it, and the event, count and card that belong to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.ledger.sources import RowDigest
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.crypto import keyed_digest
from zhijia.kernel.db import change_rows, insert_rows, select_rows
from zhijia.kernel.errors import Duplicate, WrongState
from zhijia.organization.access import services as access
from zhijia.organization.members import events, rules
from zhijia.organization.members.models import EventKind, Membership, MembershipEvent, MembershipState
from zhijia.organization.people import selectors as people
from zhijia.organization.people.events import PersonBound, PersonCorrected, PersonVerified
from zhijia.organization.people.selectors import PersonFacts
from zhijia.organization.unions import serials
from zhijia.organization.unions.selectors import UnionFacts

from . import cards

NUMBER_BLOCK = 1000


def open_membership(
    actor: Actor,
    person: PersonFacts,
    union: UnionFacts,
    *,
    now: datetime,
    work_form: str,
    new_form_group: str,
    occupation: str,
    is_migrant: bool,
    employer_id: int | None,
    employer_text: str,
    case_id: int | None,
) -> int:
    """A person becomes a member of a union today: row, event, count, card. Returns the membership's id.

    The member number is the one he had before, or a new one. Raises Duplicate `membership.already_member`; the
    database's partial unique index is what decides between two at once.
    """
    today = timezone.localdate(now)
    past = select_rows(
        Membership, ["member_number", "joined_on"], {"person_id": person.id}, order=["-since", "-id"], limit=1
    )
    earlier = past[0] if past else None  # the latest: a number or day put right stands there
    number = earlier[0] if earlier else new_member_number(today)
    values: dict[str, Any] = {
        "person_id": person.id,
        "union_id": union.id,
        "county_unit": union.county_id,
        "city_unit": union.city_id,
        "name_key": person.name_key,
        "initials": person.initials,
        "state": MembershipState.ACTIVE.value,
        "since": today,
        "until": None,
        "member_number": number,
        "joined_on": earlier[1] if earlier else today,
        "work_form": work_form,
        "new_form_group": new_form_group,
        "is_migrant": is_migrant,
        "occupation": occupation,
        "employer_id": employer_id,
        "employer_text": employer_text,
        "sex": person.sex,
        "birth_year": person.birth_year,
        "real_name_level": person.real_name_level,
        "activated": person.account_id is not None,
    }
    written = insert_rows(Membership, [values], ignore_conflicts=True)
    if not written:
        raise Duplicate("membership.already_member", "这位职工已经是会员，请刷新后查看；如需换工会请办理转会。")
    membership_id = written[0]
    counts = stock(values, sign=1)
    record_event(
        actor,
        EventKind.JOINED,
        person_id=person.id,
        membership_id=membership_id,
        union_id=union.id,
        union_path=union.path,
        at_home=union.is_home,
        on=today,
        now=now,
        case_id=case_id,
        after={"state": MembershipState.ACTIVE.value},
        counts={**counts, "joined": 1},
    )
    cards.issue(person.id, now=now)
    return membership_id


ENDING = frozenset({EventKind.WITHDRAWN, EventKind.EXPELLED, EventKind.DECEASED})
"""Events after which somebody is no member any more, counted as `left`."""


@transaction.atomic
def close_membership(
    actor: Actor, membership_id: int, *, kind: str, reason: str, on: date, now: datetime, case_id: int | None = None
) -> None:
    """A stay ends for good: row, event and count; the card stops counting and roles on the union end at once.

    Who may, and the evidence, are the calling service's matter. Raises WrongState where the stay has ended already.
    """
    stay = Membership.objects.filter(pk=membership_id).first()
    if stay is None or kind not in ENDING:
        raise WrongState
    if not change_rows(
        Membership,
        {"id": stay.pk, "until": None, "version": stay.version},
        {"until": on, "ended_by": kind, "version": stay.version + 1},
    ):
        raise WrongState
    record_event(
        actor,
        kind,
        person_id=stay.person_id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        on=on,
        now=now,
        counts={**stock_of(stay, sign=-1), "left": 1},
        case_id=case_id,
        reason=reason,
        before={"state": stay.state},
    )
    audit.record(
        actor,
        "members.membership_ended",
        ("membership", stay.member_number),
        now=now,
        unit_id=stay.union_id,
        concerns=stay.person_id,
        before={"state": stay.state, "until": None},
        after={"until": on, "ended_by": kind},
        detail={"kind": kind, "reason": reason},
    )
    cards.void(stay.person_id, reason=kind, now=now)
    access.end_person_grants(stay.person_id, union_id=stay.union_id, reason="会籍已结束", now=now)
    events.membership_ended.announce(events.MembershipEnded(stay.person_id, case_id, "会籍已结束。", now))


COUNTED = ("state", "sex", "is_migrant", "new_form_group", "work_form", "real_name_level", "activated")


def stock_of(stay: Membership, *, sign: int) -> dict[str, int]:
    """`stock` of a row that is there."""
    return stock({name: getattr(stay, name) for name in COUNTED}, sign=sign)


def new_member_number(today: date) -> str:
    year = today.year
    return rules.member_number(settings.ZHIJIA_PROVINCE, year, serials.take(f"member:{year}", block=NUMBER_BLOCK))


def stock(values: Mapping[str, Any], *, sign: int) -> dict[str, int]:
    """The measures a membership row adds to its union (`sign` 1) or takes away (-1); a retained one counts apart."""
    if values["state"] != MembershipState.ACTIVE:
        return {"retained": sign}
    return rules.counts_of(
        sign=sign,
        female=values["sex"] == "2",
        migrant=bool(values["is_migrant"]),
        new_form_group=values["new_form_group"],
        dispatched=values["work_form"] == "dispatched",
        real_name=values["real_name_level"] >= 3,
        activated=bool(values["activated"]),
    )


def record_event(
    actor: Actor,
    kind: str,
    *,
    person_id: int,
    membership_id: int,
    union_id: int,
    on: date,
    now: datetime,
    counts: Mapping[str, int],
    case_id: int | None = None,
    other_union_id: int | None = None,
    union_path: str = "",
    at_home: bool = False,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append the event with its own digest, and announce the change of counts. `union_path` spares whoever counts the
    question where the union stands.
    """
    row: dict[str, Any] = {
        "person_id": person_id,
        "membership_id": membership_id,
        "union_id": union_id,
        "other_union_id": other_union_id,
        "kind": str(kind),
        "on": on,
        "at": now,
        "case_id": case_id,
        "person_by": actor.person_id,
        "reason": reason,
        "before": dict(before or {}),
        "after": dict(after or {}),
    }
    insert_rows(MembershipEvent, [{**row, "digest": event_digest(row)}])
    events.membership_changed.announce(
        events.MembershipChanged(person_id, union_id, str(kind), on, now, dict(counts), union_path, at_home)
    )


def event_digest(row: Mapping[str, Any]) -> str:
    """Keyed digest over the row's own content; the ledger seals these in batches."""
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, event_text(row))


def event_text(row: Mapping[str, Any]) -> str:
    """What the digest is taken of: every column but the key and the digest, by name."""
    content = {key: value for key, value in row.items() if key != "digest"}
    return json.dumps(content, sort_keys=True, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


_SEALED = tuple(f.attname for f in MembershipEvent._meta.concrete_fields if f.attname not in ("id", "digest"))


def digests_of_events(rows: Sequence[MembershipEvent]) -> list[RowDigest]:
    """For the ledger: the digest each event carries, and the one of its columns as they stand."""
    return [RowDigest(row.digest, event_digest({name: getattr(row, name) for name in _SEALED})) for row in rows]


def follow_verified(event: PersonVerified) -> None:
    """A member's real-name level rose: his row and his union's count follow."""
    _raise(event.person_id, "real_name_level", 3, at=event.at)


def follow_corrected(event: PersonCorrected) -> None:
    """What his membership holds of him follows a mended name or document."""
    stay = Membership.objects.filter(person_id=event.person_id, until__isnull=True).first()
    if stay is None:
        return
    person = people.get_facts(event.person_id)
    wanted = {
        "name_key": person.name_key,
        "initials": person.initials,
        "sex": person.sex,
        "birth_year": person.birth_year,
        "real_name_level": person.real_name_level,
    }
    changed = {name: value for name, value in wanted.items() if getattr(stay, name) != value}
    if changed:
        correct(event.by, stay, changed, now=event.at)


def follow_bound(event: PersonBound) -> None:
    """A roster member has his account: he counts as activated, and has his card at once."""
    if _raise(event.person_id, "activated", True, at=event.at):
        cards.issue(event.person_id, now=event.at)


def _raise(person_id: int, column: str, value: Any, *, at: datetime) -> bool:
    membership = Membership.objects.filter(person_id=person_id, until__isnull=True).first()
    if membership is None or getattr(membership, column) == value:
        return membership is not None
    try:
        correct(SYSTEM, membership, {column: value}, now=at)
    except WrongState:
        return False
    return True


_UNTOLD = frozenset({"name_key", "initials", "member_number", "occupation", "employer_text"})
"""Columns whose values say who somebody is, or are his own words: an event names that they changed and no more."""


def correct(
    actor: Actor, stay: Membership, changes: Mapping[str, Any], *, now: datetime, case_id: int | None = None
) -> None:
    """Change columns of an open row that are no change of state, as an event of balance 0; counts follow.

    Raises WrongState where the row has changed or ended meanwhile.
    """
    before = {name: getattr(stay, name) for name in changes}
    where = {"id": stay.pk, "until": None, "version": stay.version}
    counts = stock_of(stay, sign=-1)
    if not change_rows(Membership, where, {**changes, "version": stay.version + 1}):
        raise WrongState
    for name, value in {**changes, "version": stay.version + 1}.items():
        setattr(stay, name, value)
    for name, value in stock_of(stay, sign=1).items():
        counts[name] = counts.get(name, 0) + value
    record_event(
        actor,
        EventKind.CORRECTED,
        person_id=stay.person_id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        on=timezone.localdate(now),
        now=now,
        counts=counts,
        case_id=case_id,
        before={name: _told(name, value) for name, value in before.items()},
        after={name: _told(name, value) for name, value in changes.items()},
    )


def _told(name: str, value: Any) -> Any:
    if name in _UNTOLD:
        return "*"
    return value.isoformat() if isinstance(value, date) else value
