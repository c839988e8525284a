"""Who may do what: grants within a scope, a person's grants, what waits for a second person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhijia.foundation.accounts import selectors as accounts
from zhijia.foundation.regions import naming
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel import db, identifiers
from zhijia.kernel.actor import Actor, Grant, Scope
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound
from zhijia.kernel.masks import STAR, shown_as
from zhijia.kernel.names import name_prefixes
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.pinyin import pinyin_starts
from zhijia.kernel.registry import PermissionSpec, registry
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

from . import rules
from .models import RoleGrant
from .permissions import Permission
from .roles import ROLES, conflict

PAGE = 40


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as the console shows it; the name is masked. `state` is a key of the workflow's labels."""

    id: int
    person: people.PersonFacts
    union: unions.UnionFacts
    role: str
    since: date
    until: date
    reason: str
    in_force: bool
    state: str
    case_public_id: str

    @property
    def role_label(self) -> str:
        return ROLES[self.role].label

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as people are told it."""
        return self.until - timedelta(days=1)


def _living(today: date) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(in_force=True, until__gt=today)


def _rows(grants: Iterable[RoleGrant]) -> list[GrantRow]:
    found = list(grants)
    persons = people.facts_of(grant.person_id for grant in found)
    facts = unions.facts_of(grant.union_id for grant in found)
    rows = []
    for grant in found:
        state = grant.case.state if grant.case else (TwoPersons.IN_FORCE if grant.in_force else rules.ENDED)
        rows.append(
            GrantRow(
                grant.pk,
                persons[grant.person_id],
                facts[grant.union_id],
                grant.role,
                grant.since,
                grant.until,
                grant.reason,
                grant.in_force,
                str(state),
                grant.case.public_id if grant.case else "",
            )
        )
    return rows


def row_of(grant: RoleGrant) -> GrantRow:
    return _rows([grant])[0]


def list_grants(actor: Actor, query: Query, *, today: date) -> Page[GrantRow]:
    """Living grants where the actor may see them, by union and name. Words: a name, initials, or part of a union's;
    filters `role` and `may`, a permission.

    Raises NotAllowed, Invalid `request.page`.
    """
    actor.require_anywhere(Permission.VIEW)
    grants = _living(today).filter(db.in_scope("union__path", actor.scope_for(Permission.VIEW)))
    if role := query.filters.get("role"):
        grants = grants.filter(role=role)
    if permission := query.filters.get("may"):
        spec = registry.permissions.get(permission)
        grants = grants.filter(role__in=spec.roles if spec else ())
    if words := identifiers.search_words(query.search)[:40]:
        grants = grants.filter(_matching(words))
    order = ("union__path", "person__name_key", "person_id", "id")
    page = page_of(grants.select_related("case", "union", "person"), order, after=query.after, limit=query.limit)
    return page.of(_rows(page.rows))


def _matching(text: str) -> Q:
    if text.isascii():
        low = text.lower()
        code = "".join(text.split())
        return _of_person(text) | Q(union__initials__gte=low, union__initials__lt=low + "~") | Q(union__code=code)
    return _of_person(text) | naming.names("union__name", "".join(text.split()))


def _of_person(text: str) -> Q:
    """By initials or typed pinyin; by a part of the name; by a masked name as lists show it, `孙*梅`."""
    if text.isascii():
        low = text.lower()
        found = Q(person__initials__gte=low, person__initials__lt=low + "~")
        for prefix in {*name_prefixes(low), *pinyin_starts(low)}:
            found |= Q(person__name_key__gte=prefix, person__name_key__lt=prefix + "~")
        return found
    name = "".join(text.split())
    if pattern := shown_as(name):
        return Q(person__name__startswith=name.partition(STAR)[0], person__name__regex=pattern)
    return Q(person__name__contains=name)


LEADING_GROUPS = ("会员", "组织", "服务", "权益", "治理")
"""What cadres do every day stands first; administration follows."""


def list_permissions() -> list[PermissionSpec]:
    """Those of one group beside each other."""
    groups: dict[str, list[PermissionSpec]] = {group: [] for group in LEADING_GROUPS}
    for spec in registry.permissions.values():
        groups.setdefault(spec.group or "其他", []).append(spec)
    return [spec for group in groups.values() for spec in group]


def kind_of(permission: str) -> str:
    """How a permission is exercised: `see` reading only, `mc` with a second person, `do` alone."""
    if permission.endswith((":view", ":see", ":read")):
        return "see"
    checked: set[str] = set()
    alone: set[str] = set()
    for workflow in registry.workflows.values():
        for move in workflow.moves:
            (checked if move.checker else alone).add(move.by)
    if permission in checked:
        return "mc"
    matter = permission.rpartition(":")[0]
    proposes = any(code.rpartition(":")[0] == matter for code in checked)
    return "mc" if proposes and permission not in alone else "do"


def list_waiting(actor: Actor, *, limit: int = 8) -> list[GrantRow]:
    """Grants asked for that this actor may check, soonest due first; not what he asked for, nor his own."""
    scope = actor.scope_for(Permission.CHECK)
    if not scope.paths and not scope.everything:
        return []
    grants = RoleGrant.objects.select_related("case").filter(
        db.in_scope("union__path", scope), case__state=TwoPersons.PROPOSED, case__workflow=rules.GRANT.code
    )
    grants = grants.exclude(asked_by=actor.person_id).exclude(person_id=actor.person_id or 0)
    return _rows(grants.order_by("case__due_at", "id")[:limit])


def list_asked(actor: Actor, *, limit: int = 8) -> list[GrantRow]:
    """What this person asked for and others still check."""
    if actor.person_id is None:
        return []
    grants = RoleGrant.objects.select_related("case").filter(asked_by=actor.person_id, case__state=TwoPersons.PROPOSED)
    return _rows(grants.order_by("-id")[:limit])


def list_ending(actor: Actor, *, today: date, days: int = 30, limit: int = 8) -> list[GrantRow]:
    """Living grants of the scope whose last day is near."""
    grants = _living(today).filter(
        db.in_scope("union__path", actor.scope_for(Permission.VIEW)), until__lte=today + timedelta(days=days)
    )
    return _rows(grants.select_related("case").order_by("until", "id")[:limit])


@dataclass(frozen=True, slots=True)
class Check:
    """A line about the state of rights: `state` ok, warn or bad."""

    state: str
    text: str
    value: str
    detail: str


ADMINS = ("OPERATOR", "SECURITY_ADMIN", "AUDIT_ADMIN")


def checks(actor: Actor, *, today: date) -> list[Check]:
    """Conflicts among living grants, and whether the three administrators are three persons."""
    living = _living(today).filter(db.in_scope("union__path", actor.scope_for(Permission.VIEW)))
    several = (
        living.values("person_id").annotate(n=Count("id")).filter(n__gt=1).values_list("person_id", flat=True)[:500]
    )
    held: dict[int, list[tuple[str, int]]] = {}
    for person, role, union in living.filter(person_id__in=list(several)).values_list("person_id", "role", "union_id"):
        held.setdefault(person, []).append((role, union))
    clashing = {
        person: said
        for person, roles in held.items()
        if (said := next((s for a, _ in roles for b, _ in roles if (s := conflict(a, b))), None))
    }
    names = people.facts_of(list(clashing)[:3])
    detail = "；".join(f"{names[person].masked_name}：{clashing[person]}" for person in list(clashing)[:3])
    found = [
        Check("bad", "角色冲突", f"{len(clashing)} 人", detail) if clashing else Check("ok", "没有角色冲突", "符合", "")
    ]
    if any(grant.role in ADMINS or len(grant.path) <= 8 for grant in actor.living_grants):
        counts = dict.fromkeys(ADMINS, 0)
        for role in living.filter(role__in=ADMINS).values_list("role", flat=True)[:1000]:
            counts[role] += 1
        words = "，".join(f"{ROLES[role].label} {n} 人" for role, n in counts.items())
        missing = [role for role, n in counts.items() if not n]
        found.append(
            Check(
                "warn" if missing else "ok", "三员分立", "缺岗" if missing else "符合", f"{words}；三者须由不同的人担任"
            )
        )
    return found


def list_grants_of(actor: Actor, person_public_id: str, *, today: date) -> tuple[people.PersonFacts, list[GrantRow]]:
    """A person's grants of all times within the actor's scope, living first. Raises NotFound where none is.

    A person without any grant there is found by nobody: the answer must not tell whether he exists.
    """
    person = people.find_by_public_id(person_public_id)
    if person is None or not actor.holds(Permission.VIEW):
        raise NotFound
    grants = (
        RoleGrant.objects.select_related("case")
        .filter(db.in_scope("union__path", actor.scope_for(Permission.VIEW)), person_id=person.id)
        .order_by("-in_force", "-since", "-id")[:200]
    )
    rows = _rows(grants)
    if not rows:
        raise NotFound
    return person, rows


def is_set_up(account_id: int) -> bool:
    """Whether the account has a password or another way into the console."""
    return accounts.factors_of(accounts.get_account(account_id)).any


def held_roles(person_id: int, *, today: date) -> list[tuple[str, int]]:
    """`[("ORG", union id), ...]` of living grants, those that begin later among them."""
    return list(_living(today).filter(person_id=person_id).values_list("role", "union_id"))


def holds_role(person_id: int, today: date) -> bool:
    """Whether he holds a role, begins one later, or one is asked for him: then a document alone proves nothing."""
    counts = Q(in_force=True, until__gt=today) | Q(case__state=TwoPersons.PROPOSED)
    return RoleGrant.objects.filter(counts, person_id=person_id).exists()


def acting_grant(actor: Actor, permission: str, path: str) -> Grant:
    """The nearest own grant that carries `permission` over `path`. Raises NotFound, NotAllowed as `Actor.require`."""
    actor.require(permission, path)
    found = [grant for grant in actor.living_grants if permission in grant.permissions and grant.covers(path)]
    if not found:
        raise NotAllowed
    return max(found, key=lambda grant: len(grant.path))


def find_people(actor: Actor, text: str, *, limit: int = 10) -> list[people.PersonFacts]:
    """Persons who may be given a role: by exact mobile or ID number; by name or member number within the own rosters;
    by part of the name among those who hold roles in scope; by the whole name among the members in scope. Masked.
    """
    actor.require_anywhere(Permission.ASK)
    text = identifiers.search_words(text)[:40]
    if not text.isascii():
        text = "".join(text.split())
    if not text:
        return []
    exact = by_number(text)
    if exact:
        return exact[:limit]
    ids = list(registry.find_people(actor, text, limit=limit, by=Permission.ASK))
    if not text.isascii() or not text.isdigit():
        grants = RoleGrant.objects.filter(db.in_scope("union__path", actor.scope_for(Permission.VIEW)), in_force=True)
        ids += (
            grants.filter(_of_person(text)).order_by("person_id").values_list("person_id", flat=True).distinct()[:limit]
        )
    found = people.facts_of(ids)
    return [found[key] for key in dict.fromkeys(ids) if key in found and found[key].merged_into_id is None][:limit]


def by_number(text: str) -> list[people.PersonFacts]:
    """Whose mobile or ID number exactly this is; nobody for anything else."""
    compact = "".join(text.split())
    try:
        return [
            found
            for found in people.find_by_mobile(identifiers.normalize_mobile(compact))
            if found.merged_into_id is None
        ]
    except Invalid:
        pass
    try:
        person = people.find_by_id_number("RESIDENT_ID", identifiers.normalize_resident_id(compact))
    except Invalid:
        return []
    return [person] if person else []


def ids_of_holders(scope: Scope) -> QuerySet[RoleGrant, Any]:
    """A question for the ids of all who hold or held a role within a scope, to stand inside another question."""
    return RoleGrant.objects.filter(db.in_scope("union__path", scope)).values("person_id")


def find_holders(scope: Scope, text: str, *, limit: int = 10) -> list[people.PersonFacts]:
    """Persons who hold or held a role within a scope, by a part of the name, initials or pinyin."""
    grants = RoleGrant.objects.filter(db.in_scope("union__path", scope)).filter(_of_person(text))
    ids = list(grants.order_by("person_id").values_list("person_id", flat=True).distinct()[:limit])
    found = people.facts_of(ids)
    return [found[key] for key in ids if key in found]


def roles_for(level: int) -> Sequence[tuple[str, str]]:
    """`[("ORG", "组织岗"), ...]` that fit a union of this level."""
    return [(role, spec.label) for role, spec in ROLES.items() if level in spec.levels]


def count_holders(roles: Iterable[str], *, today: date) -> dict[str, int]:
    """How many persons hold each of the roles today, on any union."""
    counted = dict.fromkeys(roles, 0)
    living = RoleGrant.objects.filter(in_force=True, role__in=counted, since__lte=today, until__gt=today)
    for role, persons in living.values_list("role").annotate(persons=Count("person", distinct=True)).order_by():
        counted[role] = persons
    return counted
