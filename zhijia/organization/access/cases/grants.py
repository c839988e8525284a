"""A role is asked for, checked by a second person, taken back. Source: docs/rules/access.md#granting"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.accounts.services import invite_staff
from zhijia.foundation.casework.fields import Choice, Day, Words
from zhijia.foundation.casework.kinds import Check, Goes, Step, Wordings, checked_kind
from zhijia.foundation.casework.services import act
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, TooMany, WrongState
from zhijia.organization.access import events, presenting, rules, selectors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.permissions import Permission
from zhijia.organization.access.roles import ROLES
from zhijia.organization.access.services import grants as services
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

PERSON = Words("person", "人员", "人员编号", most=16, kept=False, sample="0000000000000000")
UNION = Words("union", "工会", "工会的公开编号；角色包括其全部下级", most=16, kept=False, sample="0000000000000000")
ROLE = Choice("role", "角色", choices={code: spec.label for code, spec in ROLES.items()}, sample="GRASS_ADMIN")
SINCE = Day("since", "开始日期", "当日起生效", sample=date(2027, 1, 1))
UNTIL = Day("until", "失效日期", "从这一天零时起不再有效，最长 5 年", sample=date(2028, 1, 1))
REASON = Words("reason", "授权依据", "任职文件、会议纪要等，复核人会看到", least=4, sample="任职文件〔2026〕3 号")
WHY = Words("note", "收回原因", "本人会看到", least=4, sample="岗位调整")


def to_the_askers_unit(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """It stands at the asker's own union, so that a security admin no lower than he decides.

    Raises NotFound (union out of scope, or no such person), NotAllowed, RuleBroken `grant.above` for a union above the
    asker's, Invalid `grant.role`, `grant.period`, `grant.union`, and as `_check_person`.
    """
    union, person = unions.find_by_public_id(given["union"]), people.find_by_public_id(given["person"])
    if union is None:
        raise NotFound
    asking = _asking_unit(actor, union)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    today = timezone.localdate(now)
    if union.status in unions.CLOSED:
        text = "这个工会已经并入或撤销，不能再授权，请选择承接它的工会。"
        raise Invalid("grant.union", text, fields={"union": text})
    role = given["role"]
    rules.check_role(role, union.level)
    rules.check_period(given["since"], given["until"], today)
    _check_person(actor, person, role, union.id, today)
    return Goes(
        asking,
        other_unit_id=union.id,
        open_key=f"{person.id}:{role}:{union.id}"[:48],
        title=f"{person.masked_name} · {ROLES[role].label}",
        note=union.name,
        fills={
            "person_id": person.id,
            "union_id": union.id,
            "in_force": False,
            "asked_by": actor.person_id,
            "checked_by": None,
            "revoked_at": None,
            "revoke_reason": "",
            "created_at": now,
        },
    )


def _asking_unit(actor: Actor, union: unions.UnionFacts) -> int:
    """The union under which the actor asks. Raises NotFound, NotAllowed, RuleBroken `grant.above`."""
    own = [grant.path for grant in actor.living_grants if Permission.ASK in grant.permissions]
    if any(path != union.path and path.startswith(union.path) for path in own) and not actor.may(
        Permission.ASK, union.path
    ):
        levels = tuple(facts.level for facts in (unions.get_facts_by_path(path) for path in own))
        rules.check_level(granter_levels=levels, union_level=union.level)
    return selectors.acting_grant(actor, Permission.ASK, union.path).unit_id


def _check_person(actor: Actor, person: people.PersonFacts, role: str, union_id: int, today: date) -> None:
    """Raises RuleBroken `grant.self` `grant.real_name` `grant.unbound` `grant.conflict`, Duplicate `grant.exists`."""
    held = selectors.held_roles(person.id, today=today)
    rules.check_person(
        real_name_level=person.real_name_level,
        bound=person.account_id is not None,
        held=tuple(r for r, _ in held),
        asked=role,
        is_self=person.id == actor.person_id,
    )
    if (role, union_id) in held:
        raise _held_already()


def _held_already() -> Duplicate:
    return Duplicate("grant.exists", "这位同志在这个工会已有同样的角色，无需重复授权。")


def checks(case: Case, grant: RoleGrant, actor: Actor, now: datetime) -> list[Check]:
    """What the rules say of this person for this role today."""
    held = selectors.held_roles(grant.person_id, today=timezone.localdate(now))
    others = [pair for pair in held if pair != (grant.role, grant.union_id)]
    is_self = grant.person_id == actor.person_id
    lines = presenting.person_checks(people.get_facts(grant.person_id), others, grant.role, is_self=is_self)
    return [Check(line["text"], line["state"], line["value"], line["detail"]) for line in lines]


def shows_more(case: Case, grant: RoleGrant, actor: Actor, now: datetime) -> dict[str, Any]:
    """Who, where, and what the role opens, a line for each permission."""
    opens = [
        {"may": selectors.kind_of(spec.code), "label": spec.label}
        for spec in selectors.list_permissions()
        if grant.role in spec.roles
    ]
    row = selectors.row_of(grant)
    return {"facts": presenting.case_facts(row, linked=actor.may(Permission.VIEW, row.union.path)), "opens": opens}


GRANTS = checked_kind(
    "grants",
    rules.GRANT,
    RoleGrant,
    space="access:grants",
    opened_by=Permission.ASK,
    opened_on="access:ask",
    at_once=("agree", "refuse"),
    readers=(Permission.VIEW,),
    opens=(PERSON, UNION, ROLE, SINCE, UNTIL, REASON),
    goes=to_the_askers_unit,
    title="{role}",
    means="{row.since} 起生效，{row.last_day} 当日止",
    steps={
        "revoke": Step((WHY,), means="立即生效，本人的下一次操作就不再有这个角色"),
    },
    columns=(Column("授予的工会", "case.note", wraps=True),),
    words=Wordings(button="申请授权", empty=Empty("没有这样的授权", "申请授权后，由安全管理员复核。")),
    checks=checks,
    review="access/grant.html",
    shows_more=shows_more,
)


@GRANTS.on("agree")
def give(case: Case, grant: RoleGrant, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The role counts from its first day; who is new gets the link that opens the console.

    Raises as `_check_person`, Invalid `grant.period` where its last day has passed.
    """
    today = timezone.localdate(now)
    if grant.until <= today:
        raise Invalid("grant.period", "申请的授权期限已过，请退回后重新申请。")
    person = people.get_facts(grant.person_id)
    _check_person(actor, person, grant.role, grant.union_id, today)
    services.end_if_expired(grant, now=now)
    try:
        with transaction.atomic():
            changed = change_rows(
                RoleGrant, {"id": grant.pk, "in_force": False}, {"in_force": True, "checked_by": actor.person_id}
            )
    except IntegrityError as error:
        raise _held_already() from error
    if not changed:
        raise WrongState
    union = unions.get_facts(grant.union_id)
    notify.send(
        "access.granted_first" if _invite(actor, person, union.id, now=now) else "access.granted",
        person_id=person.id,
        context={"union": union.name, "role": ROLES[grant.role].label},
        now=now,
    )
    events.grants_changed.announce(events.GrantsChanged(grant.union_id, grant.role, now))


def _invite(actor: Actor, person: people.PersonFacts, union_id: int, *, now: datetime) -> bool:
    """Who has no way into the console yet gets the link that opens it by text. Returns whether it was sent.

    Not without a number of his own, nor where the number has had its links of the day: he may ask for one himself.
    """
    number = people.mobile_for_message(person.id)
    if not number or person.account_id is None:
        return False
    account = accounts.get_account(person.account_id)
    if accounts.factors_of(account).any or account.number_digest != accounts.number_digest(number):
        return False
    try:
        invite_staff(actor, number, unit_id=union_id, now=now)
    except (Invalid, RuleBroken, TooMany):
        return False
    return True


@GRANTS.on("revoke")
def take_away(case: Case, grant: RoleGrant, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """At once; the person's very next request has it no more. Raises RuleBroken `grant.self`, WrongState."""
    if grant.person_id == actor.person_id:
        raise RuleBroken("grant.self", "不能收回自己的授权，请由其他管理员办理。")
    if not grant.in_force:
        raise WrongState
    services.stop(grant, now=now, reason=given["note"])
    notify.send(
        "access.revoked",
        person_id=grant.person_id,
        context={"union": case.note, "role": ROLES[grant.role].label, "note": given["note"]},
        now=now,
    )


@retrying()
@transaction.atomic
def revoke_grant(actor: Actor, grant_id: int, *, note: str, now: datetime) -> None:
    """The same for a grant that may have no case yet, as those of the first administrators.

    Raises NotFound, NotAllowed, Invalid without a reason, and as `take_away`.
    """
    grant = RoleGrant.objects.select_related("case", "union").filter(pk=grant_id).first()
    if grant is None:
        raise NotFound
    actor.require(Permission.REVOKE, grant.union.path)
    if not grant.in_force:
        raise WrongState
    act(GRANTS, actor, services.case_of(grant, now=now).public_id, "revoke", {"note": note}, now=now)
