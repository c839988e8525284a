"""A person asks about his own data, and the privacy desk answers. Source: docs/rules/rights.md"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework.fields import Choice, Words
from zhijia.foundation.casework.kinds import By, CaseKind, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.files import selectors as file_reads, services as files
from zhijia.foundation.files.presenting import papers
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.listing import Empty
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_rows, retrying
from zhijia.kernel.errors import Invalid
from zhijia.kernel.registry import registry
from zhijia.organization.people.models import DeletionRecord, RightsRequest
from zhijia.organization.people.permissions import Permission
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.rules.rights import RIGHTS, WAITING, Rights
from zhijia.organization.people.selectors import rights as reads
from zhijia.organization.people.selectors.personal import open_wanted
from zhijia.organization.people.services import rights

KIND = Choice("kind", "请求", choices=rules.KINDS, sample="explain")
SCOPE = Words("scope", "范围", required=False, most=32, sample="people.profile")
TEXT = Words("text", "本人的说明", required=False, most=rules.MOST_WORDS, rows=4, sample="请说明处理依据。")
ANSWER = Words(
    "answer", "答复", "本人会看到：办了什么，没有办的是什么理由",
    least=rules.LEAST_WORDS, most=rules.MOST_WORDS, rows=4, sample="已向您说明处理依据。",
)  # fmt: skip
REPLY = Words("answer", "答复", "不填的，写明更正了哪几项", required=False, least=rules.LEAST_WORDS,
              most=rules.MOST_WORDS, rows=4, sample="已按您的材料更正。")  # fmt: skip
_TOLD: Final = "people.rights_answered"


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
    correcting = kind == rules.Kind.CORRECT
    if scope and scope not in {part.code for part in registry.personal_data()}:
        sentence = "请在列表中选择要删除的信息。"
        raise Invalid("rights.scope", sentence, fields={"scope": sentence})
    said = {
        "kind": kind,
        "text": words,
        "scope": scope,
        "person_id": person_id,
        "account_id": actor.account_id,
        "wanted": rights.check_wanted(person_id, wanted or {}, papers, now=now) if correcting else {},
        "papers": papers if correcting else (),
    }
    return open_case(REQUESTS, actor, said, now=now)


def to_his_desk(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The unit of whose upper ones the privacy desk answers; `given` is what `ask` has checked."""
    kind, person_id = given["kind"], given["person_id"]
    unit_id = registry.unit_of(person_id)
    desk = registry.units.nearest_holder(
        unit_id, Permission.RIGHTS_ANSWER, timezone.localdate(now), besides=frozenset({person_id})
    )
    starts = {rules.Kind.COPY: Rights.PREPARING, rules.Kind.DELETE: Rights.TO_DELETE}
    if given["wanted"]:
        starts[rules.Kind.CORRECT] = Rights.TO_CORRECT
    return Goes(
        unit_id,
        person_id=person_id,
        open_key=f"{kind}:{person_id}",
        title=rules.KINDS[kind],
        start=starts.get(kind),
        fills={
            "person_id": person_id,
            "account_id": given["account_id"],
            "desk_unit_id": desk,
            "asked_at": now,
            "answered_at": None,
        },
    )


def shows_more(case: Case, row: RightsRequest, actor: Actor, now: datetime) -> dict[str, Any]:
    """What is asked and answered; of a deletion what the rules say would go now, or what went."""
    deleting = row.kind == rules.Kind.DELETE
    plan = reads.plan_of(row, now=now) if case.state == Rights.TO_DELETE else None
    desk = registry.units.names([row.desk_unit_id]).get(row.desk_unit_id, "")
    facts = [
        {"label": "请求", "value": rules.KINDS[row.kind]},
        {"label": "范围", "value": (reads.part_label(row.scope) if row.scope else "全部") if deleting else ""},
        {"label": "本人的说明", "value": row.text},
        {"label": "办理单位", "value": desk},
        {"label": "答复", "value": row.answer},
    ]
    proofs = file_reads.list_about("case", [case.public_id]).get(case.public_id, ()) if row.kind == "correct" else ()
    return {
        "facts": [fact for fact in facts if fact["value"]],
        "erased": rules.as_json(plan.erased) if plan else row.result.get("erased", []),
        "kept": rules.as_json(plan.kept) if plan else row.result.get("kept", []),
        "planned": plan is not None,
        "corrections": reads.told_corrections(row),
        "asked": bool(row.wanted_sealed),
        "files": papers(tuple(proofs)),
    }


REQUESTS = declare(
    CaseKind(
        "data-requests",
        RIGHTS,
        RightsRequest,
        space="people:data-requests",
        opener=By.SYSTEM,
        opens=(KIND, SCOPE, TEXT),
        goes=to_his_desk,
        title="{kind}",
        steps={
            **dict.fromkeys(("answer", "answer_part", "refuse"), Step((ANSWER,), tells=_TOLD)),
            "agree": Step((REPLY,), tells=_TOLD, means="马上更正，姓名和证件号码会重新实名核验"),
            "execute": Step((ANSWER,), means="可以删除的由系统删除，不能恢复；其余说明理由后保存"),
        },
        tabs=(
            Tab("open", "待答复", WAITING),
            Tab("copies", "正在准备副本", frozenset({Rights.PREPARING})),
            Tab("done", "已办结", RIGHTS.closed),
        ),
        words=Wordings(
            empty=Empty(
                "没有这样的请求", "职工在手机上“我的数据”里提出更正、删除、说明后，会出现在这里；副本由系统直接提供。"
            )
        ),
        review="people/rights_review.html",
        shows_more=shows_more,
    )
)


@REQUESTS.on("open")
def take_in(case: Case, row: RightsRequest, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """What should stand there is sealed, papers are kept, a copy is begun."""
    if given["wanted"]:
        sealed = rights.seal_wanted(case.public_id, given["wanted"])
        change_rows(RightsRequest, {"id": row.pk}, {"wanted_sealed": sealed})
    for name, content in given["papers"]:
        files.keep(
            actor, content, use=rights.PAPER_USE, name=name, about=("case", case.public_id), unit_id=case.unit_id,
            now=now,
        )  # fmt: skip
    if row.kind == rules.Kind.COPY:
        jobs.enqueue(rights.COPY_JOB, {"case": case.public_id}, actor=actor, now=now, title="准备个人信息副本", total=1)


@REQUESTS.on("withdraw")
def take_back(case: Case, row: RightsRequest, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    change_rows(RightsRequest, {"id": row.pk}, {"answered_at": now, "wanted_sealed": b""})


# --- Answers
def _settle(
    case: Case, row: RightsRequest, actor: Actor, now: datetime, *, result: dict[str, Any] | None = None, **more: Any
) -> int | None:
    """Keep what came of it, and note it; returns the unit under which the desk answers."""
    _, acting = workflow.acting_under(actor, Permission.RIGHTS_ANSWER, case.unit_id)
    values = {"answered_at": now, "result": result or {}, "wanted_sealed": b"",
              "desk_unit_id": acting or row.desk_unit_id}  # fmt: skip
    change_rows(RightsRequest, {"id": row.pk}, values | more)
    audit.record(
        actor, "people.rights_answered", ("case", case.public_id), now=now, unit_id=acting, concerns=row.person_id,
        detail={"kind": row.kind, "to": case.state},
    )  # fmt: skip
    return acting


@REQUESTS.on("answer", "answer_part", "refuse")
def answered(case: Case, row: RightsRequest, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _settle(case, row, actor, now)


@REQUESTS.on("agree")
def put_right(case: Case, row: RightsRequest, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Each room carries out its own; the authority is asked again where name or number change.

    Raises RuleBroken `real_name.try_later` `document.check`, Invalid `real_name.mismatch`, Duplicate `correct.id_taken`
    `correct.number_taken`.
    """
    wanted, lines = open_wanted(row), reads.correction_lines(row)
    words = given["answer"] or f"已按您的材料更正{'、'.join(line.label for line in lines)}。"
    result = {"corrected": [{"label": line.label, "old": line.old_masked, "new": line.new_masked} for line in lines]}
    _settle(case, row, actor, now, result=result, answer=words)
    person_id = reads.survivor_of(row.person_id)
    for room in registry.corrections():
        own = {field.code: wanted[field.code] for field in room.fields if field.code in wanted}
        if own:
            room.carry_out(actor, person_id, own, f"本人申请更正 {case.public_id}", now)


@REQUESTS.on("execute")
def delete(case: Case, row: RightsRequest, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Delete what may be deleted at this moment, keep the rest with its reasons, and answer him.

    What goes is decided by the parts' own rules, not by the desk. He is told before his way to be told goes.
    """
    subject = reads.subject_of_request(row)
    plan = reads.plan_for(subject, row.scope, now=now)
    kept = {Rights.PART: "keep_part", Rights.REFUSED: "keep_all"}.get(plan.outcome)
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
                "case": case.public_id,
                "unit_id": acting,
                "at": now,
            }
            for part in parts
            if part.erase is not None and part.last is last
        ]

    records = erased(last=False)  # his messages go before the one that answers him
    if kept is not None:
        workflow.move(case, kept, actor=SYSTEM, now=now)
    _settle(case, row, actor, now, result={"erased": rules.as_json(plan.erased), "kept": rules.as_json(plan.kept)})
    told = {"title": case.title, "result": RIGHTS.labels[case.state]}
    notify.send(_TOLD, person_id=row.person_id, context=told, now=now, case_public_id=case.public_id)
    records += erased(last=True)  # his number goes after the text that tells him
    insert_rows(DeletionRecord, records)
    audit.record(
        actor, "people.erased", ("case", case.public_id), now=now, unit_id=acting, concerns=row.person_id,
        detail={"parts": {each["code"]: each["count"] for each in records}},
    )  # fmt: skip
