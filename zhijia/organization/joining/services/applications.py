"""Joining: submit, withdraw, answer, appeal; and what reviewers decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.site import current_site
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_rows, retrying
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.organization.changes import cases as changes
from zhijia.organization.documents import services as blacklist
from zhijia.organization.documents.events import DocumentsListed
from zhijia.organization.joining import rules, selectors
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.joining.permissions import Permission
from zhijia.organization.members import rules as member_rules, selectors as members
from zhijia.organization.members.services import memberships, workplaces
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.events import PersonRefused, PersonVerified
from zhijia.organization.people.rules import Profile
from zhijia.organization.unions import selectors as unions


@dataclass(frozen=True, slots=True)
class Submitted:
    """`case` of the application; `already` holds the present union where the person is a member elsewhere."""

    case: Case | None
    already: unions.UnionFacts | None = None


@retrying()
@transaction.atomic
def submit(actor: Actor, union_id: int, form: JoinForm, *, channel: str, now: datetime) -> Submitted:
    """Ask a union to be taken in. Who is a member elsewhere gets no error but his union, so that a page offers
    transfer.

    Raises NotSignedIn, Invalid `join.form` naming every field, `join.too_young`; RuleBroken `join.owner`,
    `join.consent`, `join.not_identified`, `document.check`; Expired `union.closed` with the nearest online home;
    Duplicate `joining.application.already_open`. Source: docs/rules/joining.md#join
    """
    person, born_on = people.facts_and_birthday(actor.require_person())
    union = unions.get_facts(union_id)
    last = members.last_stay(person.id)
    if last is not None and last.until is None:
        return Submitted(None, unions.get_facts(last.union_id))
    unions.require_takes_members(union)
    changes.require_may_join(last)
    checked = workplaces.check_work(form, error="join.form")
    rules.check_owner(form.is_owner)
    if person.real_name_level < 2:
        raise RuleBroken("join.not_identified", "请先完成实名认证，再提交入会申请。")
    version = (
        people.consented_version(actor.account_id, people.ID_NUMBER, now=now) if actor.account_id is not None else None
    )
    if version is None:
        raise RuleBroken("join.consent", "请先返回上一页，勾选同意处理证件号码。")
    member_rules.check_age(born_on, timezone.localdate(now))
    blacklist.require_free(person.id)
    verified = person.real_name_level >= 3
    case = workflow.open_case(
        rules.JOIN,
        actor,
        title=f"{person.masked_name}",
        unit_id=union.id,
        owner_person_id=person.id,
        now=now,
        open_key=f"person:{person.id}",
        note=checked.employer_text or member_rules.NEW_FORM_GROUPS.get(checked.new_form_group, ""),
        start=rules.Join.PENDING if verified else None,
        history_note="实名核验已通过" if verified else "等待实名核验",
    )
    application = {
        "case_id": case.pk,
        "person_id": person.id,
        "union_id": union.id,
        **asdict(checked),
        "consent_version": version,
        "channel": channel,
        "submitted_at": now,
        "rural_hukou": form.rural_hukou,
        "ethnicity": form.ethnicity,
        "education": form.education,
        "political_status": form.political_status,
        "fallback_by": form.fallback_by,
        "wishes_union": form.wishes_union,
    }
    insert_rows(JoinApplication, [application])
    return Submitted(case)


def _locked(actor: Actor, public_id: str) -> tuple[Case, JoinApplication, unions.UnionFacts]:
    """The case as it stands for a reviewer, in scope, or for the owner; and its union. Raises NotFound."""
    found = selectors.find_application(public_id)
    if found is None:
        raise NotFound
    case, application = found
    union = unions.get_facts(case.unit_id)
    if not actor.is_system and actor.person_id != case.owner_person_id:
        actor.require(Permission.DECIDE, union.path)
    return case, application, union


def _at_upper(case: Case) -> bool:
    return case.state == rules.Join.ESCALATED


@retrying()
@transaction.atomic
def approve(actor: Actor, public_id: str, *, now: datetime, version: int | None = None) -> int:
    """Take the applicant in: membership, number, card, event, count and notice in one transaction.

    Returns the membership's id. Raises NotFound, NotAllowed, WrongState, RuleBroken `case.own`, `join.employer_open`
    where a named employer has not been matched, `document.listed` where his document must be looked at first, Expired
    `union.closed`, Duplicate `membership.already_member`.
    """
    case, application, union = _locked(actor, public_id)
    workflow.move(case, "approve_above" if _at_upper(case) else "approve", actor=actor, now=now, version=version)
    return _take_in(actor, case, application, union, now=now)


def _take_in(actor: Actor, case: Case, application: JoinApplication, union: unions.UnionFacts, *, now: datetime) -> int:
    unions.require_takes_members(union)
    blacklist.require_lifted(application.person_id)
    person, born_on = people.facts_and_birthday(application.person_id)
    member_rules.check_age(born_on, timezone.localdate(now))
    people_services.keep_said(
        actor,
        person.id,
        Profile(application.ethnicity, application.education, application.political_status, application.rural_hukou),
        now=now,
    )
    membership_id = memberships.open_membership(
        actor,
        person,
        union,
        now=now,
        work_form=application.work_form,
        new_form_group=application.new_form_group,
        occupation=application.occupation,
        is_migrant=bool(application.rural_hukou),
        employer_id=application.employer_id,
        employer_text=application.employer_text,
        case_id=case.pk,
    )
    _tell(case, "joining.approved", {"union": union.name}, now=now)
    return membership_id


def _tell(case: Case, template: str, context: Mapping[str, Any], *, now: datetime) -> None:
    if case.owner_person_id is None:
        return
    notify.send(template, person_id=case.owner_person_id, context=context, now=now, case_public_id=case.public_id)


@retrying()
@transaction.atomic
def reject(actor: Actor, public_id: str, *, reason: str, note: str, now: datetime, version: int | None = None) -> None:
    """Refuse, with a reason the applicant reads. Raises as `approve`, Invalid `join.reason`."""
    case, application, union = _locked(actor, public_id)
    rules.check_reject(reason, note)
    said = note.strip().rstrip("。")  # the message goes on after it
    words = rules.REJECT_REASONS[reason] + (f"：{said}" if said else "")
    workflow.move(
        case,
        "reject_above" if _at_upper(case) else "reject",
        actor=actor,
        now=now,
        given={"reason": reason},
        note=words,
        facts={"reason": reason},
        version=version,
    )
    change_rows(JoinApplication, {"id": application.pk}, {"reject_code": reason})
    _tell(case, "joining.rejected", {"union": union.name, "reason": words}, now=now)


@retrying()
@transaction.atomic
def ask(actor: Actor, public_id: str, *, note: str, now: datetime, version: int | None = None) -> None:
    """Ask the applicant to complete something; `note` (5-200 characters) tells him what."""
    case, _application, union = _locked(actor, public_id)
    words = rules.check_asked(note)
    if case.state == rules.Join.ESCALATED:
        raise WrongState("joining.ask_escalated", "已转上级或申诉的申请不能再要求补充，请直接通过或不通过。")
    workflow.move(case, "ask", actor=actor, now=now, given={"note": words}, note=words, version=version)
    _tell(case, "joining.asked", {"union": union.name, "note": words}, now=now)


@retrying()
@transaction.atomic
def match_employer(actor: Actor, public_id: str, employer_public_id: str, *, now: datetime) -> None:
    """The reviewer says which recorded employer the applicant's words mean. Raises NotFound, NotAllowed."""
    case, application, _union = _locked(actor, public_id)
    if actor.person_id == case.owner_person_id:
        raise RuleBroken("case.own", "这是您本人的事项，需由其他人办理。")
    employer = unions.find_employer_by_public_id(employer_public_id)
    if employer is None:
        raise NotFound
    change_rows(JoinApplication, {"id": application.pk}, {"employer_id": employer.pk, "employer_text": employer.name})
    audit.record(
        actor,
        "joining.employer_matched",
        ("case", case.public_id),
        now=now,
        unit_id=case.unit_id,
        concerns=case.owner_person_id,
        after={"employer": employer.public_id},
    )


@retrying()
@transaction.atomic
def answer(actor: Actor, public_id: str, form: JoinForm, *, note: str, now: datetime) -> None:
    """The applicant completes what he was asked for. Raises NotFound, Invalid, WrongState."""
    case = cases.get_my_case(actor, public_id)
    application = JoinApplication.objects.filter(case_id=case.pk).first()
    if application is None:
        raise NotFound
    checked = workplaces.check_work(form, error="join.form")
    rules.check_owner(form.is_owner)
    workflow.move(case, "answer", actor=actor, now=now, note=note.strip()[: rules.MOST_LETTERS_OF_NOTE])
    change_rows(
        JoinApplication,
        {"id": application.pk},
        {**asdict(checked), "rural_hukou": form.rural_hukou},
    )


@retrying()
@transaction.atomic
def withdraw(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The applicant takes it back. Raises NotFound, WrongState."""
    workflow.move(cases.get_my_case(actor, public_id), "withdraw", actor=actor, now=now)


@retrying()
@transaction.atomic
def appeal(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Once and within the period, to the upper union. Raises NotFound, WrongState, Expired, Invalid `join.note`."""
    words = note.strip()
    if not 5 <= len(words) <= rules.MOST_LETTERS_OF_NOTE:
        text = "请写明申诉理由，5 到 200 个字。"
        raise Invalid("join.note", text, fields={"note": text})
    workflow.move(
        cases.get_my_case(actor, public_id), "appeal", actor=actor, now=now, given={"note": words}, note=words
    )


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch: `code` is empty when it went through."""

    public_id: str
    code: str
    message: str


def decide_many(
    actor: Actor, public_ids: Sequence[str], *, decision: str, reason: str = "", note: str = "", now: datetime
) -> list[RowResult]:
    """The same decision on many applications, each in its own transaction, answered row by row.

    `decision` is approve, reject or ask. Raises Invalid `join.decision` for another, `join.too_many` past 200 rows,
    `join.reason` and `join.note` before any row where what all of them need is missing.
    """
    if decision not in ("approve", "reject", "ask"):
        raise Invalid("join.decision", "请选择要办理的决定。")
    if len(public_ids) > 200:
        raise Invalid("join.too_many", "一次最多办理 200 件，请分批办理。")
    if decision == "reject":
        rules.check_reject(reason, note)
    elif decision == "ask":
        rules.check_asked(note)
    results = []
    for public_id in dict.fromkeys(public_ids):
        try:
            if decision == "approve":
                approve(actor, public_id, now=now)
            elif decision == "reject":
                reject(actor, public_id, reason=reason, note=note, now=now)
            else:
                ask(actor, public_id, note=note, now=now)
        except ZhijiaError as error:
            results.append(RowResult(public_id, error.code, error.message))
        else:
            results.append(
                RowResult(public_id, "", {"approve": "已通过", "reject": "已退回", "ask": "已要求补充"}[decision])
            )
    return results


def follow_verified(event: PersonVerified) -> None:
    """The authority answered: applications that waited for it go to the union."""
    for case in selectors.waiting_for_real_name(event.person_id):
        workflow.move(case, "verify", actor=SYSTEM, now=event.at)


def follow_refused(event: PersonRefused) -> None:
    """The authority said no: the waiting application ends, and says so."""
    for case in selectors.waiting_for_real_name(event.person_id):
        words = "姓名和证件号码不一致，请核对证件后重新提交。"
        workflow.move(case, "fail", actor=SYSTEM, now=event.at, note=words)
        _tell(case, "joining.rejected", {"union": unions.get_facts(case.unit_id).name, "reason": words}, now=event.at)


def follow_listed(event: DocumentsListed) -> None:
    """Whoever waits with such a document is told where to go. Whoever approves changes the same row, and looks then."""
    waiting = JoinApplication.objects.filter(person_id__in=event.person_ids, case__closed_at__isnull=True)
    union = unions.get_facts(event.union_id)
    for application in waiting.select_related("case").select_for_update(of=("case",)).order_by("case_id"):
        if application.case.closed_at is None:
            context = {"union": union.name, "phone": union.phone or current_site().hotline}
            _tell(application.case, "documents.check", context, now=event.at)


def approve_by_clock(case: Case, *, now: datetime) -> None:
    """Where a region has set `join.auto_approve_cd`: the period passed without a decision."""
    application = JoinApplication.objects.get(case_id=case.pk)
    workflow.move(case, "approve_by_rule", actor=SYSTEM, now=now)
    _take_in(SYSTEM, case, application, unions.get_facts(case.unit_id), now=now)


def escalate_by_clock(case: Case, *, now: datetime) -> None:
    """The union let the period pass: the upper union decides, and the applicant is told."""
    workflow.move(case, "escalate", actor=SYSTEM, now=now)
    _tell(case, "joining.escalated", {"union": unions.get_facts(case.unit_id).name}, now=now)
