"""Listing made-up documents, lifting them, and meeting whoever holds one. Source: docs/rules/documents.md"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import services as files
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.site import current_site
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import masks
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, insert_rows, retrying
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.kernel.tables import open_table
from zhijia.organization.documents import rules, selectors as reads
from zhijia.organization.documents.events import DocumentsListed, documents_listed
from zhijia.organization.documents.models import DocumentCheck, FakeBatch, ListedNumber
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.events import PersonBound, PersonCorrected
from zhijia.organization.unions import selectors as unions

from .permissions import Permission

PAPERS: Final = "documents.paper"
_PLACE: Final = "documents_documentcheck.mobile"


# --- What others ask
def require_free(person_id: int) -> None:
    """Before anything is begun with a person's document. Raises RuleBroken `document.check` with where to go."""
    entry = reads.listed_person(person_id)
    if entry is not None:
        raise _go_there(entry)


def require_free_number(digest: str) -> None:
    """As `require_free`, for a number nobody need hold yet."""
    entry = reads.listed(digest)
    if entry is not None:
        raise _go_there(entry)


def _go_there(entry: ListedNumber) -> RuleBroken:
    union = reads.union_of(entry)
    return rules.go_there(union.name, union.phone, current_site().hotline)


def require_lifted(person_id: int) -> None:
    """Before somebody is taken in; asked after the case has moved, so that a listing at the same moment is seen.

    Raises RuleBroken `document.listed`.
    """
    entry = reads.listed_person(person_id)
    if entry is not None:
        raise rules.not_yet(reads.union_of(entry).name)


def follow_bound(event: PersonBound) -> None:
    """An account took a roster person: not by a listed document. The binding is undone with the transaction."""
    require_free(event.person_id)


def follow_corrected(event: PersonCorrected) -> None:
    """A document was put right: not by a listed one. The correction is undone with the transaction."""
    if event.has_new_number:
        require_free(event.person_id)


# --- A batch
@dataclass(frozen=True, slots=True)
class Proposal:
    """Numbers typed or in a table, why, and evidence as `(name, content)`."""

    reason: str
    id_type: str = "RESIDENT_ID"
    typed: str = field(default="", repr=False)
    table: IO[bytes] | None = None
    papers: Sequence[tuple[str, IO[bytes]]] = ()


def _numbers(said: Proposal, *, now: datetime) -> list[tuple[str, str]]:
    today = timezone.localdate(now)
    if said.table is None:
        return rules.read_numbers(rules.typed_lines(said.typed), said.id_type, field="numbers", today=today)
    if said.typed.strip():
        sentence = "证件号码请只用一种方式提供：在框内填写，或上传表格。"
        raise Invalid("blacklist.numbers", sentence, fields={"table": sentence})
    try:
        table = open_table(said.table, rules.COLUMNS, max_rows=rules.MOST_NUMBERS)
        rows = list(table.rows())
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"table": error.message}) from error
    faults = [f"第 {row.number} 行：{row.errors[0].reason}" for row in rows if row.errors]
    lines = [(row.number, str(row.values["id_number"])) for row in rows if not row.errors]
    return rules.read_numbers(lines, said.id_type, field="table", today=today, faults=faults)


@retrying()
@transaction.atomic
def propose(actor: Actor, said: Proposal, *, now: datetime) -> str:
    """Say that these documents were made up; another person decides. Returns the case's public id.

    The batch belongs to the highest unit on which the actor holds the right. The numbers leave this function as keyed
    digests and masks only. Raises NotAllowed; Invalid `blacklist.reason` `blacklist.numbers` `id_type.unknown`,
    `table.…` and those of `files.keep`.
    """
    actor.require_anywhere(Permission.DECIDE)
    grants = [grant for grant in actor.living_grants if Permission.DECIDE in grant.permissions]
    if not grants:
        raise NotAllowed
    union = unions.get_facts(min(grants, key=lambda grant: len(grant.path)).unit_id)
    words = rules.check_words(said.reason, field="reason", asked="请写明怎样发现、为什么认定是虚假证件")
    numbers = _numbers(said, now=now)
    case = workflow.open_case(
        rules.FAKE_BATCH,
        actor,
        title=f"虚假证件 {len(numbers)} 个",
        unit_id=union.id,
        owner_person_id=None,
        now=now,
        note=words,
    )
    key = insert_row(
        FakeBatch,
        case_id=case.pk,
        union_id=union.id,
        reason=words,
        count=len(numbers),
        in_force=False,
        proposed_at=now,
        begun_at=None,
    )
    rows = [
        {
            "batch_id": key,
            "id_type": id_type,
            "digest": people.id_digest(id_type, number),
            "masked": masks.mask_id_number(number),
            "in_force": False,
            "ended_at": None,
        }
        for id_type, number in numbers
    ]
    insert_rows(ListedNumber, rows)
    for name, content in said.papers:
        files.keep(actor, content, use=PAPERS, name=name, about=("case", case.public_id), unit_id=union.id, now=now)
    _record(actor, "documents.proposed", case, len(numbers), now=now)
    return case.public_id


def _record(actor: Actor, event: str, case: Case, count: int, *, now: datetime, concerns: int | None = None) -> None:
    audit.record(
        actor,
        event,
        ("case", case.public_id),
        now=now,
        unit_id=case.unit_id,
        concerns=concerns,
        detail={"count": count},
    )


def _find(public_id: str) -> tuple[Case, FakeBatch]:
    found = reads.find_batch(public_id)
    if found is None:
        raise NotFound
    return found


@retrying()
@transaction.atomic
def decide(
    actor: Actor, public_id: str, *, agree: bool, note: str = "", now: datetime, version: int | None = None
) -> None:
    """The second person: from now on these documents go to the counter, or nothing happens.

    Whoever has applied with one of them is told where to go; his application can't be approved. Raises NotFound,
    NotAllowed, WrongState, RuleBroken `case.same_person`, Invalid `case.missing`.
    """
    case, batch = _find(public_id)
    words = note.strip()[:200]
    name = "agree" if agree else "refuse"
    workflow.move(case, name, actor=actor, now=now, given={"note": words}, note=words, version=version)
    entries = ListedNumber.objects.filter(batch=batch)
    if not agree:
        entries.update(ended_at=now)
        return
    change_rows(FakeBatch, {"id": batch.pk}, {"in_force": True, "begun_at": now})
    count = entries.update(in_force=True)
    holders = people.persons_of_digests(entries.values_list("digest", flat=True)).values()
    documents_listed.announce(DocumentsListed(tuple(holders), batch.union_id, now))
    _record(actor, "documents.listed", case, count, now=now)


@retrying()
@transaction.atomic
def withdraw(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Its maker takes it back before it is decided. Raises NotFound, WrongState."""
    case, batch = _find(public_id)
    workflow.move(case, "withdraw", actor=actor, now=now)
    ListedNumber.objects.filter(batch=batch).update(ended_at=now)


@retrying()
@transaction.atomic
def ask_lift(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """The whole batch was a mistake: another person decides; until then it counts.

    Raises NotFound, NotAllowed, WrongState, Invalid `blacklist.reason`.
    """
    case, _batch = _find(public_id)
    workflow.authorize(case, rules.FAKE_BATCH.move("ask_lift"), actor)
    words = rules.check_words(note, field="note", asked="请写明为什么解除")
    workflow.move(case, "ask_lift", actor=actor, now=now, given={"note": words}, note=words)


@retrying()
@transaction.atomic
def decide_lift(
    actor: Actor, public_id: str, *, agree: bool, note: str = "", now: datetime, version: int | None = None
) -> None:
    """The second person: what of the batch still counted counts no more, and whoever asked is told; or it stays.

    Raises as `decide`.
    """
    case, batch = _find(public_id)
    words = note.strip()[:200]
    name = "lift" if agree else "keep"
    workflow.move(case, name, actor=actor, now=now, given={"note": words}, note=words, version=version)
    if not agree:
        return
    change_rows(FakeBatch, {"id": batch.pk}, {"in_force": False})
    count = ListedNumber.objects.filter(batch=batch, in_force=True).update(in_force=False, ended_at=now)
    asked = DocumentCheck.objects.filter(number__batch=batch, case__closed_at__isnull=True).select_related("case")
    for check in asked.order_by("case_id"):
        workflow.move(check.case, "settle", actor=SYSTEM, now=now)
        _tell(check, "documents.cleared", now=now)
    _record(actor, "documents.lifted", case, count, now=now)


# --- One number
@retrying()
@transaction.atomic
def ask_check(actor: Actor, identity: people_services.Identity | None, *, mobile: str, now: datetime) -> str:
    """Whoever holds a listed document asks that it be looked at; returns the case's public id.

    His own document where he has proved who he is, else the one he names, which must be a roster person's by that name.
    Raises NotSignedIn; NotFound where it is not listed, or nobody's of that name; Duplicate
    `documents.check.already_open`.
    """
    if actor.account_id is None:
        actor.require_person()
        raise AssertionError("unreachable")
    person_id = actor.person_id
    if person_id is not None:
        person = people.get_facts(person_id)
    else:
        found = people.find_by_id_number(identity.id_type, identity.number) if identity is not None else None
        if identity is None or found is None or found.name != identity.name or found.account_id is not None:
            raise NotFound
        person = found
    entry = reads.listed_person(person.id)
    if entry is None:
        raise NotFound("document.not_listed", "这个证件可以在线办理，请返回继续。")
    return _open(actor, entry, person.masked_name, owner=person_id, mobile=mobile, now=now).public_id


def _open(
    actor: Actor,
    entry: ListedNumber,
    name: str,
    *,
    owner: int | None,
    mobile: str = "",
    note: str = "",
    by_cadre: bool = False,
    now: datetime,
) -> Case:
    try:
        case = workflow.open_case(
            rules.DOCUMENT_CHECK,
            actor,
            title=name or entry.masked,
            unit_id=reads.union_of(entry).id,
            owner_person_id=owner,
            now=now,
            open_key=f"number:{entry.pk}",
            note=entry.masked,
            start=rules.Check.LIFT_ASKED if by_cadre else None,
            history_note=note,
        )
    except Duplicate:
        raise Duplicate("documents.check.already_open", "这个证件已在核对，请等待结果，或携带证件到工会。") from None
    insert_row(
        DocumentCheck,
        case_id=case.pk,
        number_id=entry.pk,
        person_id=owner,
        account_id=None if by_cadre else actor.account_id,
        asked_at=now,
        **people_services.mobile_columns(case.public_id, mobile, table=_PLACE),
    )
    return case


@retrying()
@transaction.atomic
def ask_lift_number(actor: Actor, public_id: str, number_id: int, *, note: str, now: datetime) -> str:
    """One number of a batch was a mistake: another person decides. Returns the case's public id.

    Raises NotFound, NotAllowed, WrongState, Invalid `blacklist.reason`, Duplicate
    `documents.check.already_open`.
    """
    _case, batch = _find(public_id)
    actor.require(Permission.DECIDE, unions.get_facts(batch.union_id).path)
    entry = ListedNumber.objects.filter(pk=number_id, batch=batch).first()
    if entry is None:
        raise NotFound
    if not entry.in_force:
        raise WrongState
    words = rules.check_words(note, field="note", asked="请写明为什么解除")
    return _open(actor, entry, "", owner=None, note=words, by_cadre=True, now=now).public_id


@retrying()
@transaction.atomic
def decide_check(
    actor: Actor, public_id: str, decision: str, *, note: str = "", now: datetime, version: int | None = None
) -> None:
    """`vouch` and `uphold` by who looked at the document; `lift` and `keep` by another person.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.own` `case.same_person`, Invalid `blacklist.decision`
    `case.missing`.
    """
    found = reads.find_check(public_id)
    if found is None:
        raise NotFound
    if decision not in ("vouch", "uphold", "lift", "keep"):
        raise Invalid("blacklist.decision", "请选择办理意见。", fields={"decision": "请选择办理意见。"})
    case, words = found.case, note.strip()[:200]
    workflow.move(case, decision, actor=actor, now=now, given={"note": words}, note=words, version=version)
    if decision == "lift":
        ended = {"in_force": False, "ended_at": now}
        if not change_rows(ListedNumber, {"id": found.entry.pk, "in_force": True}, ended):
            raise WrongState
        _tell(found.check, "documents.cleared", now=now)
        _record(actor, "documents.lifted", case, 1, now=now, concerns=found.check.person_id)
    elif decision in ("uphold", "keep"):
        _tell(found.check, "documents.kept", now=now)


def read_mobile(actor: Actor, public_id: str, *, now: datetime) -> str:
    """The number to call whoever asked; leaves an audit row. Empty where a cadre asked.

    Raises NotFound, NotAllowed, WrongState once it is settled.
    """
    found = reads.get_check(actor, public_id)
    check = found.check
    if found.case.closed_at is not None:
        raise WrongState
    audit.record_read(
        actor,
        "documents.mobile",
        ("case", public_id),
        now=now,
        reason="电话约定核对证件",
        unit_id=found.case.unit_id,
        concerns=check.person_id,
    )
    return people_services.open_mobile(check.mobile_sealed, table=_PLACE, row=public_id)


def _tell(check: DocumentCheck, template: str, *, now: datetime) -> None:
    """In the app whom we know, by text whoever could not be bound; nobody where a cadre asked."""
    union = reads.union_of(check.number)
    context = {"union": union.name, "phone": union.phone or current_site().hotline}
    if check.person_id is not None:
        notify.send(template, person_id=check.person_id, context=context, now=now, case_public_id=check.case.public_id)
    elif check.mobile_sealed:
        number = people_services.open_mobile(check.mobile_sealed, table=_PLACE, row=check.case.public_id)
        notify.send_to_number(template, number, context, now=now)
