"""A colleague's lost ways into the console are cleared by two administrators: one asks, another agrees."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.events import FactorsChanged
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, TooMany
from zhijia.kernel.registry import registry
from zhijia.organization.access import rules, selectors
from zhijia.organization.access.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions


@retrying()
@transaction.atomic
def ask_reset(actor: Actor, person_public_id: str, *, reason: str, now: datetime) -> str:
    """Ask that a colleague's password and second factors be cleared, so that he may set them up anew.

    He is told at once. `reason` also says how he was recognized. Returns the case's public id. Raises NotFound for
    who holds no role in scope, NotAllowed where one of his roles lies outside it, RuleBroken `reset.self`,
    `reset.nothing`, Invalid `reset.reason`, Duplicate `access.factor_reset.already_open`.
    Source: docs/rules/access.md#lost-ways-in
    """
    person, union_ids = _reach(actor, people.find_by_public_id(person_public_id), Permission.RESET_ASK, now)
    if person.id == actor.person_id:
        raise RuleBroken("reset.self", "自己的登录方式请在“登录安全”里修改，不能为自己申请重置。")
    words = reason.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明原因和怎样核实的，5 到 200 个字。"
        raise Invalid("reset.reason", text, fields={"reason": text})
    if person.account_id is None or not selectors.is_set_up(person.account_id):
        raise RuleBroken("reset.nothing", "这位同志还没有设置过密码和验证方式，登录后可以直接获取开通链接，不用重置。")
    lowest = max((unions.get_facts(key) for key in union_ids), key=lambda union: len(union.path))
    asking = selectors.acting_grant(actor, Permission.RESET_ASK, lowest.path).unit_id
    case = workflow.open_case(
        rules.FACTOR_RESET,
        actor,
        title=person.masked_name,
        unit_id=asking,
        owner_person_id=person.id,
        now=now,
        open_key=f"person:{person.id}",
        note=words,
    )
    context = {"union": unions.get_facts(asking).name}
    notify.send("access.reset_asked", person_id=person.id, context=context, now=now)
    return str(case.public_id)


def _reach(
    actor: Actor, person: people.PersonFacts | None, permission: Permission, now: datetime
) -> tuple[people.PersonFacts, Sequence[int]]:
    """The person and the unions of his living roles, where the actor reaches every one of them.

    Otherwise a county could clear the ways in of somebody who also works for the province. Raises NotFound, NotAllowed.
    """
    held = selectors.held_roles(person.id, today=timezone.localdate(now)) if person is not None else []
    if person is None or not held:
        raise NotFound
    union_ids = sorted({union_id for _, union_id in held})
    paths = [facts.path for facts in unions.facts_of(union_ids).values()]
    if not any(actor.may(permission, path) for path in paths):
        actor.require(permission, paths[0])
    for path in paths:
        if not actor.may(permission, path):
            raise RuleBroken("reset.above", "这位同志还在您管理范围以外任职，请由上级安全管理员办理。")
    return person, union_ids


def _find(public_id: str) -> Case:
    case = cases.find_case(rules.FACTOR_RESET.code, public_id)
    if case is None or case.owner_person_id is None:
        raise NotFound
    return case


@retrying()
@transaction.atomic
def approve_reset(actor: Actor, public_id: str, *, now: datetime, note: str = "", version: int | None = None) -> None:
    """The second administrator agrees: everything set up goes, all sessions end, and the link is sent to his number.

    He and the security administrators of the unions he works for are told. Raises as `workflow.move`, RuleBroken
    `reset.above`, `case.own`, `case.same_person`.
    """
    case = _find(public_id)
    person = people.get_facts(case.owner_person_id or 0)
    workflow.move(case, "approve", actor=actor, now=now, note=note.strip()[:500], version=version)
    _, union_ids = _reach(actor, person, Permission.RESET_CHECK, now)
    if person.account_id is None:
        raise NotFound
    accounts.clear_factors(actor, person.account_id, unit_id=case.unit_id, now=now)
    _tell_administrators(person, union_ids, besides={actor.person_id, case.maker_person_id}, now=now)
    number = people.mobile_for_message(person.id)
    if number:
        with contextlib.suppress(Invalid, TooMany):  # he asks for the link himself at the door
            accounts.invite_staff(actor, number, unit_id=case.unit_id, now=now)


def _tell_administrators(
    person: people.PersonFacts, union_ids: Sequence[int], *, besides: set[int | None], now: datetime
) -> None:
    """The security administrators nearest to each union he works for, whoever decided."""
    told: dict[int, int] = {}
    for union_id in union_ids:
        for _, holders in registry.units.holders(union_id, Permission.RESET_CHECK, timezone.localdate(now))[:1]:
            told |= dict.fromkeys(holders - {person.id}, union_id)
    for person_id in sorted(set(told) - besides):
        context = {"name": person.masked_name, "union": unions.get_facts(told[person_id]).name}
        notify.send("access.reset_done", person_id=person_id, context=context, now=now)


@retrying()
@transaction.atomic
def refuse_reset(actor: Actor, public_id: str, *, note: str, now: datetime, version: int | None = None) -> None:
    """Sent back with a reason. Raises as `workflow.move`."""
    note = note.strip()[:500]
    workflow.move(_find(public_id), "refuse", actor=actor, now=now, given={"note": note}, note=note, version=version)


@retrying()
@transaction.atomic
def withdraw_reset(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Who asked takes it back before it is decided. Raises NotFound for anybody else, WrongState."""
    workflow.move(_find(public_id), "withdraw", actor=actor, now=now)


def tell_owner(event: FactorsChanged) -> None:
    """Every change to somebody's ways in reaches him as a message and a text, whoever made it."""
    person_id = people.person_id_of_account(event.account_id)
    if person_id is not None:
        notify.send("access.ways_in_changed", person_id=person_id, context={"what": event.what}, now=event.at)
