"""Reading rosters' loads, refused rows, conflicts and exports, within the scope of who may load or export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q
from django.urls import reverse

from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.jobs import selectors as jobs
from zhijia.foundation.workflow.keeping import A_YEAR, kept_cases
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.ports import OpenItem
from zhijia.organization.members.permissions import Permission as MembersPermission
from zhijia.organization.members.selectors import rosters as members
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters.models import LoadState, RosterConflict, RosterFault, RosterLoad
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .permissions import Permission


def get_load(actor: Actor, public_id: str) -> RosterLoad:
    """Raises NotFound out of scope, NotAllowed without the right to load."""
    load = RosterLoad.objects.select_related("unit").filter(public_id=public_id).first()
    if load is None:
        raise NotFound
    actor.require(Permission.LOAD, load.unit.path)
    return load


def get_load_of_job(actor: Actor, public_id: str) -> RosterLoad:
    """The file that a job checked or wrote; its own row names only the latest. Raises NotFound, NotAllowed."""
    job = jobs.get_job(actor, public_id)
    if job.kind not in ("rosters.check", "rosters.write"):
        raise NotFound
    known = RosterLoad.objects.filter(pk=job.payload["load"]).values_list("public_id", flat=True).first()
    return get_load(actor, known or "")


def list_loads(actor: Actor, *, after: str = "", limit: int = 10) -> Page[RosterLoad]:
    """The loads of the actor's scope, newest first."""
    rows = RosterLoad.objects.filter(db.in_scope("unit__path", actor.scope_for(Permission.LOAD)))
    return page_of(rows.select_related("unit"), ("-id",), after=after, limit=limit)


def list_refused(load: RosterLoad, *, kind: str = "", after: str = "", limit: int = 50) -> Page[RosterFault]:
    """Refused rows in the order of the file."""
    rows = RosterFault.objects.filter(load=load, kind=kind) if kind else RosterFault.objects.filter(load=load)
    return page_of(rows, ("number",), after=after, limit=limit)


def iterate_refused(load: RosterLoad, *, size: int = 2_000) -> Iterator[RosterFault]:
    after = 0
    while rows := list(RosterFault.objects.filter(load=load, number__gt=after).order_by("number")[:size]):
        yield from rows
        after = rows[-1].number


@dataclass(frozen=True, slots=True)
class Crowd:
    """A union that a checked file would give far more members than its employers have workers."""

    union: str
    workers: int
    members: int


def crowded(load: RosterLoad) -> list[Crowd]:
    """Such unions, by name; empty where the file is for more unions than are looked at one by one."""
    into = {int(key): count for key, count in (load.into or {}).items()}
    if not into:
        return []
    workers = places.headcounts(into)
    present = members.count_of(into)
    named = unions.facts_of(into)
    crowds = [
        Crowd(named[key].name, workers.get(key, 0), present.get(key, 0) + count)
        for key, count in into.items()
        if rules.is_crowded(workers.get(key, 0), present.get(key, 0) + count, count)
    ]
    return sorted(crowds, key=lambda crowd: crowd.union)


_UNDER_WAY = (LoadState.MAPPING, LoadState.CHECKING, LoadState.CHECKED, LoadState.WRITING)


def open_loads(union_id: int) -> OpenItem:
    """Files for a union that are not written or given up yet."""
    loads = RosterLoad.objects.filter(unit_id=union_id, state__in=_UNDER_WAY).count()
    return OpenItem("会员名册导入", loads, reverse("rosters:loads"))


def count_conflicts(load: RosterLoad) -> int:
    """Cases that this file opened; at most as many as the parameter allows."""
    return RosterConflict.objects.filter(load=load).count()


# --- The files ------------------------------------------------------------------------------------------------------
def may_read_roster(actor: Actor, file: FileFacts) -> bool:
    """A roster as it was sent: by who sent it, as long as he may load rosters there."""
    return files.is_giver(actor, file) and _may_now(actor, Permission.LOAD, file)


def may_read_export(actor: Actor, file: FileFacts) -> bool:
    """Full numbers: by who asked for them, as long as he may export there."""
    return files.is_giver(actor, file) and _may_now(actor, MembersPermission.EXPORT, file)


def _may_now(actor: Actor, permission: str, file: FileFacts) -> bool:
    return file.unit_id is not None and actor.may(permission, unions.get_facts(file.unit_id).path)


# --- Members of a unit, for files -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """A member as a file shows him."""

    stay: members.Membership
    person: people.PersonFacts
    union_code: str
    union_name: str


def page_of_lines(unit: UnionFacts, after: str, size: int) -> tuple[list[Line], str]:
    """The next members by name and where to go on, empty at the end; only those whose union stands there today."""
    page = members.page_of_members(unit, after, size)
    persons = people.facts_of(row.person_id for row in page.rows)
    places = unions.facts_of(row.union_id for row in page.rows)
    lines = [
        Line(row, persons[row.person_id], places[row.union_id].code, places[row.union_id].name)
        for row in page.rows
        if places[row.union_id].path.startswith(unit.path)
    ]
    return lines, page.next


def iterate_lines(unit: UnionFacts, *, size: int = 1_000) -> Iterator[Line]:
    """All of them, page by page."""
    lines, after = page_of_lines(unit, "", size)
    yield from lines
    while after:
        lines, after = page_of_lines(unit, after, size)
        yield from lines


# --- A person's own data
ROW_DAYS: Final = 365
"""So long what is settled is kept. Source: docs/rules/rights.md#retention"""
WAITS: Final = "名册中的这一行工会还没有处理完，办结之后才能删除。"


def rows_of(subject: DataSubject) -> list[RosterConflict]:
    """Rows that mean him, by his file or by his document."""
    digests = [people.digest_of(key) for key in subject.persons]
    about = Q(person_id__in=subject.persons) | Q(identity__in=digests)
    return list(RosterConflict.objects.filter(about).select_related("case").order_by("case__opened_at", "id"))


def kept_rows(subject: DataSubject, now: datetime) -> list[Kept]:
    rows = rows_of(subject)
    waiting = [row for row in rows if row.case.closed_at is None]
    lately = kept_cases([row for row in rows if row.case.closed_at is not None], ROW_DAYS, A_YEAR, now)
    return [*([Kept(len(waiting), WAITS, needs_him=False)] if waiting else []), *lately]
