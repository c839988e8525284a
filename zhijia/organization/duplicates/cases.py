"""Merging two files of one human being, and parting them again, by two persons. Source: docs/rules/duplicates.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import NotFound, RuleBroken, WrongState
from zhijia.organization.access import selectors as access
from zhijia.organization.members import selectors as members
from zhijia.organization.members.selectors import EventKind
from zhijia.organization.members.selectors.stays import get_stay
from zhijia.organization.members.services import cards, memberships, moving
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.unions import selectors as unions

from . import presenting, rules, selectors
from .models import DuplicateHint, PersonMerge
from .permissions import Permission
from .selectors import Side

COUNTY_LEVEL = 4
SURVIVOR = Words("survivor", "保留的档案", "会员编号", most=16, kept=False, sample="7h2k9v0c4m1xq8tz")
DUPLICATE = Words("duplicate", "并入的档案", "会员编号", most=16, kept=False, sample="7h2k9v0c4m1xq8ty")
REASON = Words("reason", "判断依据", "怎样核实是同一人", least=5, rows=3, sample="电话核实，两次登记的是同一人。")


def to_who_stands_above_both(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The nearest union above both, a county's at the lowest.

    Raises NotFound, RuleBroken `merge.same_person` `merge.survivor` `merge.merged` `merge.holds_post`.
    """
    survivor, duplicate = _side(given["survivor"]), _side(given["duplicate"])
    if survivor.person.id == duplicate.person.id:
        raise RuleBroken("merge.same_person", "这是同一份档案，不需要合并。")
    _check(survivor, duplicate, now=now)
    return Goes(
        _common_unit(survivor, duplicate).id,
        open_key=f"person:{duplicate.person.id}",
        title=f"{duplicate.person.masked_name} → {survivor.person.masked_name}",
        note=given["reason"],
        fills={"survivor_id": survivor.person.id, "duplicate_id": duplicate.person.id},
    )


def _side(public_id: str) -> Side:
    person = people.find_by_public_id(public_id)
    if person is None:
        raise NotFound
    return selectors.side_of(person.id)


def _check(survivor: Side, duplicate: Side, *, now: datetime) -> None:
    if survivor.person.merged_into_id is not None or duplicate.person.merged_into_id is not None:
        raise RuleBroken("merge.merged", "其中一份档案已经合并过，请刷新后重新核对。")
    if survivor.union is None:
        raise RuleBroken("merge.survivor", "请保留现在有会籍的那份档案。")
    if access.held_roles(duplicate.person.id, today=timezone.localdate(now)):
        raise RuleBroken("merge.holds_post", "要并入的档案还持有岗位授权，请先收回，或改为保留这份档案。")


def _common_unit(survivor: Side, duplicate: Side) -> unions.UnionFacts:
    assert survivor.union is not None  # noqa: S101  checked before
    other = (duplicate.union or survivor.union).path
    chain = [unit for unit in unions.breadcrumb(survivor.union.path) if other.startswith(unit.path)]
    return max((unit for unit in chain if unit.level <= COUNTY_LEVEL), key=lambda unit: unit.level)


def shows_more(case: Case, merge: PersonMerge, actor: Actor, now: datetime) -> dict[str, Any]:
    sides = [selectors.side_of(key) for key in (merge.survivor_id, merge.duplicate_id)]
    return {"sides": presenting.beside(sides), "heads": ("保留的档案", "并入的档案")}


MERGES = checked_kind(
    "merges",
    rules.MERGE,
    PersonMerge,
    space="duplicates:merges",
    opened_by=Permission.MERGE_ASK,
    opened_on="duplicates:list",
    opens=(SURVIVOR, DUPLICATE, REASON),
    goes=to_who_stands_above_both,
    title="{duplicate}",
    means="并入的档案停用，会籍、账号归到保留的档案；30 天内可以撤销",
    undoes="两份档案重新分开，各自的会籍恢复",
    columns=(Column("判断依据", "row.reason", wraps=True),),
    words=Wordings(button="核对线索", empty=Empty("没有这样的合并", "在重复档案的线索里核对两份档案后提出。")),
    review="duplicates/merge.html",
    shows_more=shows_more,
)


@MERGES.on("agree")
def merge(case: Case, row: PersonMerge, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Nothing is re-pointed: the duplicate's row names its survivor.

    His membership is closed (`merged`), his card void, what he had open lapses; the survivor keeps the earlier joining
    day, and the account where he had none. Raises WrongState, RuleBroken as at the proposal.
    """
    _take_turns(row)
    survivor, duplicate = selectors.side_of(row.survivor_id), selectors.side_of(row.duplicate_id)
    _check(survivor, duplicate, now=now)
    moved = people_services.merge_person(actor, duplicate.person.id, into=survivor.person.id, now=now)
    done: dict[str, object] = {"moved_account_id": moved}
    stay, kept = members.open_stay(duplicate.person.id), members.open_stay(survivor.person.id)
    if kept is None:
        raise WrongState
    if stay is not None:
        done |= {"closed_membership_id": stay.pk, "closed_state": stay.state}
        note = "档案已合并，请在保留的档案里查看。"
        moving.close_for(actor, stay, kind=EventKind.MERGED, reason="duplicate", note=note, now=now, case_id=case.pk)
        if stay.joined_on < kept.joined_on:
            done |= {"joined_before": kept.joined_on, "joined_after": stay.joined_on}
            memberships.correct(actor, kept, {"joined_on": stay.joined_on}, now=now, case_id=case.pk)
    cards.void(duplicate.person.id, reason="merged", now=now)
    change_rows(PersonMerge, {"id": row.pk}, done)
    _settle_hint(row, {"merged_at": now})
    notify.send("duplicates.merged", person_id=row.survivor_id, context={}, now=now)


@MERGES.on("undo")
def part(case: Case, row: PersonMerge, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The two are two again: the duplicate's file stands alone, and his membership goes on where it was.

    Wherever the survivor is by now stays as it is. Where the duplicate's union is closed, his membership goes on in the
    online home of its township. Raises Expired `union.closed`.
    """
    _take_turns(row)
    people_services.unmerge_person(
        actor, row.duplicate_id, survivor_id=row.survivor_id, account_id=row.moved_account_id, now=now
    )
    if row.joined_before is not None:
        kept = members.open_stay(row.survivor_id)
        if kept is not None and kept.joined_on == row.joined_after:
            memberships.correct(actor, kept, {"joined_on": row.joined_before}, now=now, case_id=case.pk)
    if row.closed_membership_id is not None:
        ended = get_stay(row.closed_membership_id)
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
            state=row.closed_state,
        )
    _settle_hint(row, {"merged_at": None, "dismissed_at": now, "dismissed_by": actor.person_id})


def _take_turns(row: PersonMerge) -> None:
    for person_id in sorted((row.survivor_id, row.duplicate_id)):
        moving.take_turn(person_id)


def _settle_hint(row: PersonMerge, values: dict[str, object]) -> None:
    first, second = sorted((row.survivor_id, row.duplicate_id))
    change_rows(DuplicateHint, {"first_id": first, "second_id": second}, values)
