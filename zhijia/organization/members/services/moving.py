"""From one union to another, and between active and retained: what every such change writes, in one place.

Who may, and why, is the calling service's matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import advisory_lock, change_rows, insert_rows
from zhijia.kernel.errors import Duplicate, WrongState
from zhijia.organization.access import services as access
from zhijia.organization.members import events
from zhijia.organization.members.models import EventKind, Membership, MembershipState
from zhijia.organization.unions.selectors import UnionFacts

from . import cards, memberships

_COPIED = (
    "person_id",
    "name_key",
    "initials",
    "state",
    "member_number",
    "joined_on",
    "work_form",
    "new_form_group",
    "is_migrant",
    "occupation",
    "employer_id",
    "employer_text",
    "sex",
    "birth_year",
    "real_name_level",
    "activated",
)


def take_turn(person_id: int) -> None:
    """Whatever changes this person's membership comes one after another until the transaction ends.

    Each such change also ends the others' cases: without a turn two of them wait for each other.
    """
    with advisory_lock(f"members.person:{person_id}"):
        pass


def shift(
    actor: Actor,
    stay: Membership,
    target: UnionFacts,
    *,
    now: datetime,
    reason: str,
    case_id: int | None,
    employer: tuple[int | None, str] | None = None,
    after: Mapping[str, Any] | None = None,
    kinds: tuple[str, str] = (EventKind.TRANSFERRED_OUT, EventKind.TRANSFERRED_IN),
) -> int:
    """Close the stay and open the next at `target`, as it stands: state, number, card and joining day stay his.

    `employer` (id, text) replaces the former one; `kinds` are the events out and in. Returns the new membership's id.
    Raises WrongState where the stay has changed or ended meanwhile.
    """
    today = timezone.localdate(now)
    _close(stay, kinds[0], today)
    memberships.record_event(
        actor,
        kinds[0],
        person_id=stay.person_id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        other_union_id=target.id,
        on=today,
        now=now,
        counts=memberships.stock_of(stay, sign=-1),
        case_id=case_id,
        reason=reason,
        before={"state": stay.state},
    )
    changed: dict[str, Any] = {}
    if employer is not None:
        changed = {"employer_id": employer[0], "employer_text": employer[1]}
    membership_id = _open_like(stay, target, today, changed)
    memberships.record_event(
        actor,
        kinds[1],
        person_id=stay.person_id,
        membership_id=membership_id,
        union_id=target.id,
        at_home=target.is_home,
        other_union_id=stay.union_id,
        on=today,
        now=now,
        counts=memberships.stock_of(stay, sign=1),
        case_id=case_id,
        reason=reason,
        after={"state": stay.state, **(after or {})},
    )
    access.end_person_grants(stay.person_id, union_id=stay.union_id, reason="会籍已转出", now=now)
    events.membership_handed_over.announce(events.MembershipHandedOver(stay.person_id, target.id, case_id, now))
    return membership_id


def close_for(
    actor: Actor, stay: Membership, *, kind: str, reason: str, note: str, now: datetime, case_id: int | None
) -> None:
    """End a stay that is no leaving: a duplicate's, or one that goes over as its union does. Counts as neither.

    `note` says why in the history of what ends with it. Raises WrongState where it has changed or ended meanwhile.
    """
    today = timezone.localdate(now)
    _close(stay, kind, today)
    memberships.record_event(
        actor,
        kind,
        person_id=stay.person_id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        on=today,
        now=now,
        counts=memberships.stock_of(stay, sign=-1),
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
        after={"until": today, "ended_by": str(kind)},
        detail={"kind": str(kind), "reason": reason},
    )
    events.membership_ended.announce(events.MembershipEnded(stay.person_id, case_id, note, now))


def _close(stay: Membership, kind: str, today: date) -> None:
    if not change_rows(
        Membership,
        {"id": stay.pk, "until": None, "version": stay.version},
        {"until": max(today, stay.since), "ended_by": str(kind), "version": stay.version + 1},
    ):
        raise WrongState


def _open_like(stay: Membership, union: UnionFacts, today: date, changed: Mapping[str, Any]) -> int:
    values: dict[str, Any] = {name: getattr(stay, name) for name in _COPIED}
    values |= {"union_id": union.id, "county_unit": union.county_id, "city_unit": union.city_id, **changed}
    values |= {"since": max(today, stay.until or today), "until": None}
    written = insert_rows(Membership, [values], ignore_conflicts=True)
    if not written:
        raise Duplicate("membership.already_member", "这位职工已经是会员，请刷新后查看。")
    return written[0]


def change_state(
    actor: Actor, stay: Membership, state: str, *, kind: str, reason: str, on: date, now: datetime, case_id: int | None
) -> None:
    """ACTIVE to RETAINED or back, as an event of the open row. Raises WrongState where it is so already."""
    if stay.state == state or not change_rows(
        Membership,
        {"id": stay.pk, "until": None, "version": stay.version},
        {"state": state, "version": stay.version + 1},
    ):
        raise WrongState
    before = stay.state
    counts = memberships.stock_of(stay, sign=-1)
    stay.state, stay.version = state, stay.version + 1
    for name, value in memberships.stock_of(stay, sign=1).items():
        counts[name] = counts.get(name, 0) + value
    memberships.record_event(
        actor,
        kind,
        person_id=stay.person_id,
        membership_id=stay.pk,
        union_id=stay.union_id,
        on=on,
        now=now,
        counts=counts,
        case_id=case_id,
        reason=reason,
        before={"state": before},
        after={"state": state},
    )


def reopen(
    actor: Actor,
    ended: Membership,
    union: UnionFacts,
    *,
    kind: str,
    reason: str,
    now: datetime,
    case_id: int | None,
    state: str = MembershipState.ACTIVE.value,
) -> int:
    """A stay that was ended wrongly goes on as a new one at `union`; his number and joining day come back.

    Raises Duplicate `membership.already_member` where he has become a member meanwhile.
    """
    today = timezone.localdate(now)
    ended.state = state
    membership_id = _open_like(ended, union, today, {})
    memberships.record_event(
        actor,
        kind,
        person_id=ended.person_id,
        membership_id=membership_id,
        union_id=union.id,
        on=today,
        now=now,
        counts=memberships.stock_of(ended, sign=1),
        case_id=case_id,
        reason=reason,
        after={"state": ended.state},
    )
    audit.record(
        actor,
        "members.membership_reopened",
        ("membership", ended.member_number),
        now=now,
        unit_id=union.id,
        concerns=ended.person_id,
        after={"since": today, "kind": str(kind)},
        detail={"reason": reason},
    )
    if ended.activated:
        cards.issue(ended.person_id, now=now)
    return membership_id
