"""What is kept of a person and why, his requests about it, and the privacy desk's side of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import selectors as trail, services as trail_writes
from zhijia.foundation.audit.selectors import Look as Look  # noqa: PLC0414  the type others name
from zhijia.foundation.files import selectors as files
from zhijia.foundation.files.selectors import FileFacts
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import Correctable, DataSubject, PersonalData
from zhijia.kernel.registry import registry
from zhijia.organization.people import selectors
from zhijia.organization.people.models import DeletionRecord, LegalHold, RightsRequest
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import PersonFacts

from .personal import open_wanted, own_subject, subject_of

__all__ = ["DeletionRecord"]


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as a page shows it."""

    request: RightsRequest
    case: Case
    person: PersonFacts
    kind_label: str
    scope_label: str
    unit: str
    papers: tuple[FileFacts, ...] = ()


def parts() -> list[PersonalData]:
    return registry.personal_data()


def part_label(code: str) -> str:
    return next((part.label for part in parts() if part.code == code), code)


def holdings(subject: DataSubject, *, now: datetime) -> list[rules.Holding]:
    """What every part keeps of him, and what of it must stay."""
    return [
        rules.Holding(
            part.code,
            part.label,
            len(part.export(subject)),
            tuple(part.kept(subject, now)) if part.kept else (),
            part.erase is not None,
            part.last,
        )
        for part in parts()
    ]


def plan_for(subject: DataSubject, scope: str, *, now: datetime) -> rules.Plan:
    on_hold = LegalHold.objects.filter(person_id__in=subject.persons, in_force=True).exists()
    return rules.plan(holdings(subject, now=now), scope=scope, on_hold=on_hold)


def own_plan(actor: Actor, *, now: datetime) -> rules.Plan:
    """What a deletion would take away and leave today."""
    return plan_for(own_subject(actor), "", now=now)


def own_parts(actor: Actor) -> list[tuple[PersonalData, int]]:
    """The parts that keep something of him, and how many rows."""
    subject = own_subject(actor)
    return [(part, count) for part in parts() if (count := len(part.export(subject)))]


def held_persons() -> frozenset[int]:
    """Whom no deletion touches."""
    return frozenset(LegalHold.objects.filter(in_force=True).values_list("person_id", flat=True))


# --- What should stand there
@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One thing to put right: what stands there, and what should. Masked for a page; in full only where they are asked
    for (`show_wanted`).
    """

    label: str
    old: str
    new: str
    old_masked: str
    new_masked: str

    def __repr__(self) -> str:
        return f"<CorrectionLine {self.label}>"


def correctable(person_id: int) -> list[Correctable]:
    """What he can ask to have put right: everything of it that there is of him."""
    fields = [field for room in registry.corrections() for field in room.fields]
    return [field for field in fields if field.reads(person_id)]


def survivor_of(person_id: int) -> int:
    """Whose row is written: of somebody who was merged into another file, the other."""
    return selectors.get_facts(person_id).merged_into_id or person_id


def correction_lines(request: RightsRequest) -> list[CorrectionLine]:
    wanted, person_id = open_wanted(request), survivor_of(request.person_id)
    lines = []
    for field in (field for room in registry.corrections() for field in room.fields if field.code in wanted):
        old, new = field.reads(person_id), wanted[field.code]
        lines.append(CorrectionLine(field.label, old, new, field.shown(old), field.shown(new)))
    return lines


def told_corrections(request: RightsRequest) -> list[dict[str, str]]:
    """`[{"label", "old", "new"}]`, masked: what he asks for, or what was put right."""
    if request.wanted_sealed:
        lines = correction_lines(request)
        return [{"label": line.label, "old": line.old_masked, "new": line.new_masked} for line in lines]
    done: list[dict[str, str]] = request.result.get("corrected", [])
    return done


def show_wanted(actor: Actor, request: RightsRequest, *, now: datetime) -> list[CorrectionLine]:
    """In full, to compare with the papers; leaves a row in the trail, which he sees."""
    trail_writes.record_read(
        actor,
        "people.numbers_read",
        ("person", selectors.get_facts(request.person_id).public_id),
        now=now,
        reason="核对本人申请的更正",
        unit_id=request.desk_unit_id,
        concerns=request.person_id,
    )
    return correction_lines(request)


def may_read_paper(actor: Actor, file: FileFacts) -> bool:
    """Who may answer the request that it proves. Its owner gave it, and may anyway."""
    unit_id = (
        RightsRequest.objects.filter(case__public_id=file.about_id).values_list("case__unit_id", flat=True).first()
    )
    return unit_id is not None and actor.may(Permission.RIGHTS_ANSWER, registry.units.path(unit_id))


# --- His side
def _views(rows: list[RightsRequest]) -> list[RequestView]:
    persons = selectors.facts_of(row.person_id for row in rows)
    names = registry.units.names({row.desk_unit_id for row in rows})
    corrections = [row.case.public_id for row in rows if row.kind == rules.Kind.CORRECT]
    papers = files.list_about("case", corrections) if corrections else {}
    return [
        RequestView(
            row,
            row.case,
            persons[row.person_id],
            rules.KINDS[row.kind],
            part_label(row.scope) if row.scope else "全部",
            names.get(row.desk_unit_id, ""),
            tuple(papers.get(row.case.public_id, ())),
        )
        for row in rows
    ]


def list_own(actor: Actor, *, limit: int = 20) -> list[RequestView]:
    """Newest first."""
    rows = RightsRequest.objects.filter(person_id=actor.require_person()).select_related("case").order_by("-id")
    return _views(list(rows[:limit]))


def own_request(actor: Actor, public_id: str) -> RequestView:
    """Raises NotFound also for other people's."""
    row = RightsRequest.objects.filter(case__public_id=public_id, person_id=actor.require_person())
    found = list(row.select_related("case"))
    if not found:
        raise NotFound
    return _views(found)[0]


def list_looks(actor: Actor, *, after: str = "", limit: int = 20) -> Page[Look]:
    """Who saw his full data, newest first; never by name."""
    return trail.list_looks(own_subject(actor), after=after, limit=limit)


# --- The desk's side
def _own_units(actor: Actor, permission: str) -> list[int]:
    return [grant.unit_id for grant in actor.living_grants if permission in grant.permissions]


def plan_of(request: RightsRequest, *, now: datetime) -> rules.Plan:
    """What carrying out this deletion would take away and leave at this moment."""
    return plan_for(subject_of_request(request), request.scope, now=now)


def subject_of_request(request: RightsRequest) -> DataSubject:
    return subject_of(request.person_id, request.account_id, asking=request.case.public_id)


def list_deletions(actor: Actor, query: Query) -> Page[DeletionRecord]:
    """By the clock anywhere, by request at this desk; newest first. Raises NotAllowed."""
    actor.require_anywhere(Permission.RIGHTS_ANSWER)
    rows = DeletionRecord.objects.filter(
        Q(unit_id__isnull=True) | Q(unit_id__in=_own_units(actor, Permission.RIGHTS_ANSWER))
    )
    return page_of(rows, ("-at", "-id"), after=query.after, limit=query.limit)


def copy_sheets(subject: DataSubject) -> list[tuple[str, list[str], list[list[Any]]]]:
    """The sheets of a copy: first what is kept and why, then every part that holds something."""
    sheets: list[tuple[str, list[str], list[list[Any]]]] = []
    overview: list[list[Any]] = []
    for part in parts():
        rows = part.export(subject)
        overview.append([part.label, part.purpose, part.retention, len(rows)])
        if rows:
            headers = list(dict.fromkeys(name for row in rows for name in row))
            sheets.append((part.label[:31], headers, [[row.get(name) for name in headers] for row in rows]))
    return [("说明", ["信息", "为什么保存", "保存多久", "条数"], overview), *sheets]


def copy_is_over(request: RightsRequest, *, now: datetime) -> bool:
    """Whether its copy can no longer be fetched."""
    return request.answered_at is not None and request.answered_at + rules.COPY_WINDOW <= now


def shown_until(file_made_at: datetime) -> date:
    """The last day on which a copy can be fetched."""
    return timezone.localdate(file_made_at) + rules.COPY_WINDOW
