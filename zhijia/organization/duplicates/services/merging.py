"""Merging two files of one human being, and undoing it. Source: docs/rules/duplicates.md"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row, insert_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState
from zhijia.organization.access import selectors as access
from zhijia.organization.duplicates import rules, selectors as reads
from zhijia.organization.duplicates.models import DuplicateHint, DuplicateScan, PersonMerge
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.members import selectors
from zhijia.organization.members.selectors import EventKind, Membership
from zhijia.organization.members.selectors.stays import get_stay, stays_of
from zhijia.organization.members.services import cards, memberships, moving
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.unions import selectors as unions

CHUNK = 1_000
COUNTY_LEVEL = 4
MERGED_NOTE = "档案已合并，请在保留的档案里查看。"


@retrying()
@transaction.atomic
def ask_merge(actor: Actor, survivor_public_id: str, duplicate_public_id: str, *, reason: str, now: datetime) -> Case:
    """Say that two members are one human being; another person of the county decides.

    The case stands at the nearest union above both, a county's at the lowest. Raises NotFound, NotAllowed, Invalid
    `merge.reason`, RuleBroken `merge.same_person` `merge.survivor` `merge.merged` `merge.holds_post`, Duplicate
    `members.merge.already_open`.
    """
    survivor, duplicate = _member(survivor_public_id), _member(duplicate_public_id)
    words = reason.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明判断依据，5 到 200 个字。"
        raise Invalid("merge.reason", text, fields={"reason": text})
    if survivor.person.id == duplicate.person.id:
        raise RuleBroken("merge.same_person", "这是同一份档案，不需要合并。")
    _check(survivor, duplicate, now=now)
    unit = _common_unit(survivor, duplicate)
    actor.require(Permission.MERGE_ASK, unit.path)
    try:
        case = workflow.open_case(
            rules.MERGE,
            actor,
            title=f"{duplicate.person.masked_name} → {survivor.person.masked_name}",
            unit_id=unit.id,
            owner_person_id=None,
            now=now,
            open_key=f"person:{duplicate.person.id}",
            note=words,
        )
    except Duplicate:
        raise Duplicate("members.merge.already_open", "这份档案已有一件合并在办理，请先查看进度。") from None
    insert_row(
        PersonMerge,
        case_id=case.pk,
        survivor_id=survivor.person.id,
        duplicate_id=duplicate.person.id,
        reason=words,
        closed_membership_id=None,
        closed_state="",
        joined_before=None,
        joined_after=None,
        moved_account_id=None,
        asked_at=now,
    )
    return case


def _member(public_id: str) -> reads.Side:
    person = people.find_by_public_id(public_id)
    if person is None:
        raise NotFound
    return reads.side_of(person.id)


def _check(survivor: reads.Side, duplicate: reads.Side, *, now: datetime) -> None:
    if survivor.person.merged_into_id is not None or duplicate.person.merged_into_id is not None:
        raise RuleBroken("merge.merged", "其中一份档案已经合并过，请刷新后重新核对。")
    if survivor.union is None:
        raise RuleBroken("merge.survivor", "请保留现在有会籍的那份档案。")
    if access.held_roles(duplicate.person.id, today=timezone.localdate(now)):
        raise RuleBroken("merge.holds_post", "要并入的档案还持有岗位授权，请先收回，或改为保留这份档案。")


def _common_unit(survivor: reads.Side, duplicate: reads.Side) -> unions.UnionFacts:
    """The nearest union above both, not below a county."""
    assert survivor.union is not None  # noqa: S101  checked before
    if duplicate.union is None:
        chain = unions.breadcrumb(survivor.union.path)
    else:
        other = duplicate.union.path
        chain = [unit for unit in unions.breadcrumb(survivor.union.path) if other.startswith(unit.path)]
    return max((unit for unit in chain if unit.level <= COUNTY_LEVEL), key=lambda unit: unit.level)


@retrying()
@transaction.atomic
def decide_merge(
    actor: Actor, public_id: str, *, agree: bool, note: str = "", now: datetime, version: int | None = None
) -> None:
    """The second person merges, or says no. Nothing is re-pointed: the duplicate's row names its survivor.

    His membership is closed (`merged`), his card void, what he had open lapses; the survivor keeps the earlier joining
    day, and the account where he had none. Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person` and
    as `ask_merge`, Invalid `case.missing`.
    """
    case, merge = _find(public_id)
    words = note.strip()[:200]
    if not agree:
        workflow.move(case, "refuse", actor=actor, now=now, given={"note": words}, note=words, version=version)
        return
    for person_id in sorted((merge.survivor_id, merge.duplicate_id)):
        moving.take_turn(person_id)
    workflow.move(case, "merge", actor=actor, now=now, note=words, version=version)
    survivor, duplicate = reads.side_of(merge.survivor_id), reads.side_of(merge.duplicate_id)
    _check(survivor, duplicate, now=now)
    moved = people_services.merge_person(actor, duplicate.person.id, into=survivor.person.id, now=now)
    done: dict[str, object] = {"moved_account_id": moved}
    stay, kept = selectors.open_stay(duplicate.person.id), selectors.open_stay(survivor.person.id)
    if kept is None:
        raise WrongState
    if stay is not None:
        done |= {"closed_membership_id": stay.pk, "closed_state": stay.state}
        moving.close_for(
            actor, stay, kind=EventKind.MERGED, reason="duplicate", note=MERGED_NOTE, now=now, case_id=case.pk
        )
        if stay.joined_on < kept.joined_on:
            done |= {"joined_before": kept.joined_on, "joined_after": stay.joined_on}
            _set_joined(actor, kept, stay, now=now, case_id=case.pk)
    cards.void(duplicate.person.id, reason="merged", now=now)
    change_rows(PersonMerge, {"id": merge.pk}, done)
    first, second = sorted((merge.survivor_id, merge.duplicate_id))
    change_rows(DuplicateHint, {"first_id": first, "second_id": second}, {"merged_at": now})
    notify.send("duplicates.merged", person_id=merge.survivor_id, context={}, now=now)


def _set_joined(actor: Actor, kept: Membership, other: Membership, *, now: datetime, case_id: int) -> None:
    memberships.correct(actor, kept, {"joined_on": other.joined_on}, now=now, case_id=case_id)


def _find(public_id: str) -> tuple[Case, PersonMerge]:
    found = reads.find_merge(public_id)
    if found is None:
        raise NotFound
    return found


@retrying()
@transaction.atomic
def take_back_merge(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Raises NotFound for anybody but who asked, WrongState."""
    workflow.move(_find(public_id)[0], "take_back", actor=actor, now=now)


@retrying()
@transaction.atomic
def ask_undo(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Within 30 days. Raises NotFound, NotAllowed, WrongState, Expired `case.too_late`, Invalid `case.missing`."""
    words = note.strip()[:200]
    workflow.move(_find(public_id)[0], "ask_undo", actor=actor, now=now, given={"note": words}, note=words)


@retrying()
@transaction.atomic
def decide_undo(actor: Actor, public_id: str, *, agree: bool, note: str = "", now: datetime) -> None:
    """The two are two again: the duplicate's file stands alone, and his membership goes on where it was.

    Wherever the survivor is by now stays as it is. Where the duplicate's union is closed, his membership goes on in the
    online home of its township. Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person`, Invalid
    `case.missing`, Expired `union.closed`.
    """
    case, merge = _find(public_id)
    words = note.strip()[:200]
    if not agree:
        workflow.move(case, "keep", actor=actor, now=now, given={"note": words}, note=words)
        return
    for person_id in sorted((merge.survivor_id, merge.duplicate_id)):
        moving.take_turn(person_id)
    workflow.move(case, "undo", actor=actor, now=now, note=words)
    people_services.unmerge_person(
        actor, merge.duplicate_id, survivor_id=merge.survivor_id, account_id=merge.moved_account_id, now=now
    )
    if merge.joined_before is not None:
        kept = selectors.open_stay(merge.survivor_id)
        if kept is not None and kept.joined_on == merge.joined_after:
            memberships.correct(actor, kept, {"joined_on": merge.joined_before}, now=now, case_id=case.pk)
    if merge.closed_membership_id is not None:
        ended = get_stay(merge.closed_membership_id)
        union = unions.get_facts(ended.union_id)
        if not union.is_open:
            union = unions.home_of_region(union.region[:9] + "000") or union
            unions.require_open(union)
        moving.reopen(
            actor,
            ended,
            union,
            kind=EventKind.UNMERGED,
            reason="undo",
            now=now,
            case_id=case.pk,
            state=merge.closed_state,
        )
    first, second = sorted((merge.survivor_id, merge.duplicate_id))
    change_rows(
        DuplicateHint,
        {"first_id": first, "second_id": second},
        {"merged_at": None, "dismissed_at": now, "dismissed_by": actor.person_id},
    )


@retrying()
@transaction.atomic
def dismiss_hint(actor: Actor, hint_id: int, *, now: datetime) -> None:
    """They are two different people; the hint does not come back. Raises NotFound, NotAllowed, WrongState."""
    hint = reads.get_hint(actor, hint_id)
    open_hint = {"id": hint.pk, "dismissed_at": None, "merged_at": None}
    if not change_rows(DuplicateHint, open_hint, {"dismissed_at": now, "dismissed_by": actor.person_id}):
        raise WrongState
    audit.record(
        actor, "duplicates.dismissed", ("hint", hint.pk), now=now, unit_id=hint.union_id, concerns=hint.second_id
    )


def look_further(*, now: datetime, size: int = CHUNK) -> tuple[int, int]:
    """Compare the next persons with everybody; returns `(persons looked at, hints found)`. For the nightly job."""
    scan, _ = DuplicateScan.objects.get_or_create(pk=1, defaults={"at": now})
    ids = people.ids_after(scan.last_id, limit=size)
    if not ids:
        return 0, 0
    pairs = reads.alike(ids)
    union_of = {key: stay.union_id for key, stay in stays_of({key for pair in pairs for key in pair[:2]}).items()}
    rows = [
        {
            "first_id": first,
            "second_id": second,
            "kind": kind,
            "union_id": union_of.get(second) or union_of[first],
            "found_at": now,
            "dismissed_at": None,
            "dismissed_by": None,
            "merged_at": None,
        }
        for first, second, kind in pairs
        if first in union_of or second in union_of
    ]
    found = insert_rows(DuplicateHint, rows, ignore_conflicts=True)
    DuplicateScan.objects.filter(pk=scan.pk).update(last_id=ids[-1], at=now)
    return len(ids), len(found)
