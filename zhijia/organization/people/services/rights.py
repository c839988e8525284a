"""A person asks about his own data and is answered. Source: docs/rules/rights.md"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import services as files
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor, Kind as ActorKind
from zhijia.kernel.db import change_rows, insert_row, insert_rows, retrying
from zhijia.kernel.errors import Invalid, NotFound, WrongState
from zhijia.kernel.registry import registry
from zhijia.kernel.tables import write_book
from zhijia.organization.people.models import DeletionRecord, RightsRequest
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as selectors
from zhijia.organization.people.selectors.personal import WANTED, open_wanted, subject_of

COPY_USE: Final = "people.copy"
PAPER_USE: Final = "people.paper"
COPY_JOB: Final = "people.copy"
SHORT_NOTE = 60


@retrying()
@transaction.atomic
def ask(
    actor: Actor,
    kind: str,
    *,
    text: str = "",
    scope: str = "",
    wanted: Mapping[str, str] | None = None,
    papers: Sequence[tuple[str, IO[bytes]]] = (),
    now: datetime,
) -> str:
    """Ask for a copy, a correction, a deletion or an explanation; returns the case's public id.

    A copy is prepared at once by a job, everything else waits for the privacy desk above his unit. `wanted` of a
    correction says what should stand there, by the codes of `registry.corrections()`; `papers` `(name, content)` prove
    it, and whoever agrees carries it out. Raises NotSignedIn, Invalid `rights.kind` `rights.text` `rights.scope`
    `rights.wanted` naming every bad field, Duplicate `people.rights.already_open` for a second of a kind; as
    `files.keep`.
    """
    person_id = actor.require_person()
    words = rules.check_text(kind, text)
    right = _check_wanted(person_id, wanted or {}, papers, now=now) if kind == rules.Kind.CORRECT else {}
    if scope and scope not in {part.code for part in registry.personal_data()}:
        sentence = "请在列表中选择要删除的信息。"
        raise Invalid("rights.scope", sentence, fields={"scope": sentence})
    unit_id = registry.unit_of(person_id)
    copy = kind == rules.Kind.COPY
    case = workflow.open_case(
        rules.RIGHTS,
        actor,
        title=rules.KINDS[kind],
        unit_id=unit_id,
        owner_person_id=person_id,
        now=now,
        open_key=f"{kind}:{person_id}",
        start=rules.Rights.PREPARING if copy else None,
    )
    today = timezone.localdate(now)
    insert_row(
        RightsRequest,
        case_id=case.pk,
        person_id=person_id,
        account_id=actor.account_id,
        kind=kind,
        scope=scope,
        text=words,
        wanted_sealed=seal_wanted(case.public_id, right),
        answer="",
        result={},
        file="",
        desk_unit_id=registry.units.nearest_holder(
            unit_id, Permission.RIGHTS_ANSWER, today, besides=frozenset({person_id})
        ),
        asked_at=now,
        answered_at=None,
    )
    for name, content in papers if kind == rules.Kind.CORRECT else ():
        files.keep(actor, content, use=PAPER_USE, name=name, about=("case", case.public_id), unit_id=unit_id, now=now)
    if copy:
        jobs.enqueue(COPY_JOB, {"case": case.public_id}, actor=actor, now=now, title="准备个人信息副本", total=1)
    return case.public_id


def _check_wanted(
    person_id: int, wanted: Mapping[str, str], papers: Sequence[object], *, now: datetime
) -> dict[str, str]:
    """The right values as they will be kept; what he left empty stays as it is."""
    today = timezone.localdate(now)
    right: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in selectors.correctable(person_id):
        text = wanted.get(field.code, "").strip()
        if not text:
            continue
        try:
            right[field.code] = field.check(person_id, text, today)
        except Invalid as error:
            wrong[field.code] = error.message
        else:
            if right[field.code] == field.reads(person_id):
                wrong[field.code] = f"{field.label}和现在登记的一样，不用更正的请留空。"
    if right and not papers:
        wrong["papers"] = "请上传证件照片或证明材料，便于核对。"
    if len(papers) > rules.MOST_PAPERS:
        wrong["papers"] = f"证明材料最多 {rules.MOST_PAPERS} 个，请减少后再提交。"
    if wrong:
        raise Invalid("rights.wanted", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)
    return right


def seal_wanted(public_id: str, wanted: Mapping[str, str]) -> bytes:
    """Empty for nothing; bound to the case."""
    if not wanted:
        return b""
    text = json.dumps(wanted, ensure_ascii=False)
    sealed: bytes = settings.ZHIJIA_KEYS.keyring.seal(text, table_column=WANTED, row=public_id)
    return sealed


def _find(public_id: str) -> tuple[Case, RightsRequest]:
    request = RightsRequest.objects.select_related("case").filter(case__public_id=public_id).first()
    if request is None:
        raise NotFound
    return request.case, request


@retrying()
@transaction.atomic
def withdraw(actor: Actor, public_id: str, *, now: datetime) -> None:
    """He takes it back while it waits. Raises NotFound, WrongState."""
    case, request = _find(public_id)
    workflow.move(case, "withdraw", actor=actor, now=now)
    change_rows(RightsRequest, {"id": request.pk}, {"answered_at": now, "wanted_sealed": b""})


# --- The copy
@retrying()
@transaction.atomic
def finish_copy(public_id: str, *, now: datetime) -> int:
    """Make the copy as one workbook that he alone can fetch for seven days; returns its rows. Nothing where it is done.

    The job's side. The trail says that a copy was made; the file holds his numbers in full.
    """
    case, request = _find(public_id)
    if case.closed_at is not None:
        return 0
    subject = subject_of(request.person_id, request.account_id)
    out = io.BytesIO()
    rows = write_book(out, selectors.copy_sheets(subject), width=22)
    out.seek(0)
    owner = Actor(ActorKind.PERSON, account_id=request.account_id, person_id=request.person_id)
    kept = files.keep(
        owner,
        out,
        use=COPY_USE,
        name=f"我的个人信息-{timezone.localdate(now):%Y%m%d}.xlsx",
        about=("case", public_id),
        unit_id=case.unit_id,
        now=now,
    )
    workflow.move(case, "ready", actor=SYSTEM, now=now)
    values = {"file": kept.public_id, "answered_at": now, "answer": "副本已准备好，请在七天内下载。"}
    change_rows(RightsRequest, {"id": request.pk}, values)
    audit.record(owner, "people.copied", ("case", public_id), now=now, concerns=request.person_id)
    notify.send(
        "people.copy_ready",
        person_id=request.person_id,
        context={"days": rules.COPY_DAYS},
        now=now,
        case_public_id=public_id,
    )
    return rows


# --- Answers
def _to_answer(actor: Actor, public_id: str) -> tuple[Case, RightsRequest]:
    """A request that still waits for the desk: one that is answered says so before anything is said of its content.

    Raises NotFound, NotAllowed, WrongState.
    """
    case, request = _find(public_id)
    actor.require(Permission.RIGHTS_ANSWER, registry.units.path(case.unit_id))
    if case.closed_at is not None:
        raise WrongState
    return case, request


@retrying()
@transaction.atomic
def answer(actor: Actor, public_id: str, verdict: str, *, text: str, now: datetime, version: int | None = None) -> None:
    """The desk answers a request that is no deletion: `verdict` is answer, answer_part or refuse.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.own`, Invalid `rights.answer` `rights.verdict`.
    """
    case, request = _to_answer(actor, public_id)
    if verdict not in ("answer", "answer_part", "refuse"):
        sentence = "请选择办理结论。"
        raise Invalid("rights.verdict", sentence, fields={"decision": sentence})
    if request.kind == rules.Kind.DELETE and verdict != "refuse":
        raise WrongState("rights.execute", "删除请求由系统按规则执行，请使用“执行删除”。")
    if request.wanted_sealed and verdict != "refuse":
        raise WrongState("rights.agree", "本人写明了更正后的内容，请使用“同意，马上更正”，或说明不能办理的理由。")
    _close(actor, case, request, verdict, text, now=now, version=version)


def _close(
    actor: Actor,
    case: Case,
    request: RightsRequest,
    move: str,
    text: str,
    *,
    now: datetime,
    version: int | None,
    result: dict[str, Any] | None = None,
) -> None:
    words = rules.check_answer(text)
    workflow.move(case, move, actor=actor, now=now, given={"answer": words}, note=words, version=version)
    _, acting = workflow.acting_under(actor, Permission.RIGHTS_ANSWER, case.unit_id)
    change_rows(
        RightsRequest,
        {"id": request.pk},
        {
            "answer": words,
            "answered_at": now,
            "result": result or {},
            "wanted_sealed": b"",
            "desk_unit_id": acting or request.desk_unit_id,
        },
    )
    audit.record(
        actor,
        "people.rights_answered",
        ("case", case.public_id),
        now=now,
        unit_id=acting,
        concerns=request.person_id,
        detail={"kind": request.kind, "move": move},
    )
    notify.send(
        "people.rights_answered",
        person_id=request.person_id,
        context={"request": rules.KINDS[request.kind], "result": rules.RIGHTS.labels[case.state]},
        now=now,
        case_public_id=case.public_id,
    )


@retrying()
@transaction.atomic
def agree(actor: Actor, public_id: str, *, now: datetime, text: str = "", version: int | None = None) -> None:
    """Put right what he asked for, and answer him; one transaction, so that it is done or nothing is.

    Each room carries out its own; the authority is asked again where name or number change. Raises NotFound,
    NotAllowed, WrongState (also where the request says in words alone what is wrong), RuleBroken `case.own`
    `real_name.try_later` `document.check`, Invalid `real_name.mismatch` `rights.answer`, Duplicate `correct.id_taken`
    `correct.number_taken`.
    """
    case, request = _to_answer(actor, public_id)
    wanted = open_wanted(request)
    if request.kind != rules.Kind.CORRECT or not wanted:
        raise WrongState("rights.no_correction", "这件请求没有写明更正后的内容，请核对后在答复里说明办理结果。")
    lines = selectors.correction_lines(request)
    labels = "、".join(line.label for line in lines)
    result = {"corrected": [{"label": line.label, "old": line.old_masked, "new": line.new_masked} for line in lines]}
    words = text.strip() or f"已按您的材料更正{labels}。"
    _close(actor, case, request, "answer", words, now=now, version=version, result=result)
    person_id = selectors.survivor_of(request.person_id)
    for room in registry.corrections():
        own = {field.code: wanted[field.code] for field in room.fields if field.code in wanted}
        if own:
            room.carry_out(actor, person_id, own, f"本人申请更正 {public_id}", now)


@retrying()
@transaction.atomic
def execute(actor: Actor, public_id: str, *, text: str, now: datetime, version: int | None = None) -> rules.Plan:
    """Delete what may be deleted at this moment, refuse the rest with its reasons, and answer him.

    What goes is decided by the parts' own rules, not by the desk. He is told before his way to be told goes. Raises
    NotFound, NotAllowed, WrongState, RuleBroken `case.own`, Invalid `rights.answer`.
    """
    case, request = _to_answer(actor, public_id)
    if request.kind != rules.Kind.DELETE:
        raise WrongState("rights.no_deletion", "这件请求不是删除，请直接答复。")
    subject = selectors.subject_of_request(request)
    plan = selectors.plan_for(subject, request.scope, now=now)
    result = {"erased": rules.as_json(plan.erased), "kept": rules.as_json(plan.kept)}
    move = {rules.Rights.ANSWERED: "answer", rules.Rights.PART: "answer_part", rules.Rights.REFUSED: "refuse"}
    _, acting = workflow.acting_under(actor, Permission.RIGHTS_ANSWER, case.unit_id)
    going = {line.code for line in plan.erased}
    parts = [part for part in registry.personal_data() if part.code in going]

    def erased(*, last: bool) -> list[dict[str, Any]]:
        return [
            {
                "code": part.code,
                "label": part.label,
                "count": part.erase(subject, now),
                "cut_off": None,
                "case": public_id,
                "unit_id": acting,
                "at": now,
            }
            for part in parts
            if part.erase is not None and part.last is last
        ]

    records = erased(last=False)  # his messages go before the one that answers him
    _close(actor, case, request, move[plan.outcome], text, now=now, version=version, result=result)
    records += erased(last=True)  # his number goes after the text that tells him
    insert_rows(DeletionRecord, records)
    audit.record(
        actor,
        "people.erased",
        ("case", public_id),
        now=now,
        unit_id=acting,
        concerns=request.person_id,
        detail={"parts": {row["code"]: row["count"] for row in records}},
    )
    return plan
