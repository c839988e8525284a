"""A colleague's lost ways into the console are cleared by two persons. Source: docs/rules/access.md#lost-ways-in"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.casework.fields import Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, TooMany
from zhijia.kernel.registry import registry
from zhijia.organization.access import rules, selectors
from zhijia.organization.access.models import FactorReset
from zhijia.organization.access.permissions import Permission
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

PERSON = Words("person", "人员", "人员编号", most=16, kept=False, sample="0000000000000000")
REASON = Words(
    "reason",
    "原因和核实方式",
    "如：手机丢失，已当面核对证件。复核人会看到，本人会收到短信",
    least=5,
    sample="手机丢失，已当面核对证件",
)


def to_the_askers_unit(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """As a grant, it stands at the asker's own union; its owner, whose ways in are cleared, may not decide it.

    Raises NotFound for who holds no role in scope, NotAllowed, RuleBroken `reset.above` where one of his roles lies
    outside it, `reset.self`, `reset.nothing`.
    """
    person, union_ids = _reach(actor, people.find_by_public_id(given["person"]), Permission.RESET_ASK, now)
    if person.id == actor.person_id:
        raise RuleBroken("reset.self", "自己的登录方式请在“登录安全”里修改，不能为自己申请重置。")
    if person.account_id is None or not selectors.is_set_up(person.account_id):
        raise RuleBroken("reset.nothing", "这位同志还没有设置过密码和验证方式，登录后可以直接获取开通链接，不用重置。")
    lowest = max((unions.get_facts(key) for key in union_ids), key=lambda union: len(union.path))
    asking = selectors.acting_grant(actor, Permission.RESET_ASK, lowest.path).unit_id
    return Goes(
        asking,
        person_id=person.id,
        open_key=f"person:{person.id}",
        title=person.masked_name,
        note=given["reason"],
    )


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


def shows_more(case: Case, reset: FactorReset, actor: Actor, now: datetime) -> dict[str, Any]:
    """Of him no more than who he is and which number the link goes to: administrators see nothing personal."""
    person = people.get_facts(case.owner_person_id or 0)
    return {
        "person": [
            {"label": "姓名", "value": person.masked_name},
            {"label": "手机", "value": person.mobile_masked, "code": True},
        ]
    }


RESETS = checked_kind(
    "resets",
    rules.FACTOR_RESET,
    FactorReset,
    space="access:resets",
    opened_by=Permission.RESET_ASK,
    opened_on="access:list",
    opens=(PERSON, REASON),
    goes=to_the_askers_unit,
    title="{person}",
    about_person=True,
    means="立即清除密码、验证器、备用码和通行密钥，所有设备退出登录；本人收到短信和开通链接",
    columns=(Column("原因和核实方式", "row.reason", wraps=True),),
    words=Wordings(empty=Empty("没有这样的申请", "在本人的授权页申请重置登录方式后，会出现在这里。")),
    shows_more=shows_more,
    purpose="有人替您申请重置工作台的登录方式时，留下是谁、为什么，供复核和监督。",
)


@RESETS.on("open")
def tell_owner(case: Case, reset: FactorReset, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """He hears of it at once, so that he can object."""
    if case.owner_person_id is not None:
        context = {"union": unions.get_facts(case.unit_id).name}
        notify.send("access.reset_asked", person_id=case.owner_person_id, context=context, now=now)


@RESETS.on("agree")
def clear(case: Case, reset: FactorReset, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Everything set up goes, all sessions end, and the link is sent to his number.

    He and the security administrators of the unions he works for are told. Raises as `_reach`.
    """
    person, union_ids = _reach(actor, people.get_facts(case.owner_person_id or 0), Permission.RESET_CHECK, now)
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
