"""A refused row of a roster: corrected, matched, invited, or let go. Source: docs/rules/rosters.md#conflicts"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db import IntegrityError, transaction

from zhijia.foundation.casework.fields import Asked, Choice, Count, Schema, Words
from zhijia.foundation.casework.forms import DecisionForm
from zhijia.foundation.casework.kinds import By, CaseKind, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.casework.selectors import Standing
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.ui.form import ChoiceGroup
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.api import AsSent
from zhijia.kernel.db import change_rows
from zhijia.kernel.http import Request
from zhijia.kernel.tables import Sheet, as_written
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters.models import RosterConflict, RosterFault, RosterLoad
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.conflicts import ROSTER_CONFLICT, STARTS, Conflict
from zhijia.organization.rosters.rules.rows import Kind
from zhijia.organization.rosters.services import conflicts, loading
from zhijia.organization.rosters.services.reading import Pass, finished, going_on
from zhijia.organization.transfers.cases import transfers
from zhijia.organization.transfers.selectors import claims
from zhijia.organization.unions import selectors as unions

AT_ONCE: Final = 20
"""Cases of one transaction."""


# --- What is asked
@dataclass(frozen=True, slots=True)
class Cell(Asked):
    """A cell of the row as it should be; None leaves it as it was written."""

    def form_field(self) -> forms.Field:
        return forms.CharField(label=self.label, required=False, max_length=200, strip=False)

    def schema(self) -> Schema:
        return AsSent | None, self._default(None, max_length=200)

    def check(self, value: Any) -> str | None:
        return None if value is None else str(value)[:200]


@dataclass(frozen=True, slots=True)
class Faults(Asked):
    """What is wrong with the row: `[["mobile", "mobile.format", "手机号码应为 11 位。"], ...]`."""

    def form_field(self) -> forms.Field:
        return forms.JSONField(label=self.label)

    def schema(self) -> Schema:
        return list[list[str]], self._default([])

    def check(self, value: Any) -> list[list[str]]:
        return [[str(part) for part in fault] for fault in value or ()]

    def show(self, value: Any) -> str:
        return rules.reasons(value or ())

    def typed(self, value: Any) -> Any:
        return json.dumps(value)


_SAMPLES: Final = {
    "name": "林晓苗", "id_number": "370299198504020615", "id_type": "居民身份证", "mobile": "13800130001",
    "union_code": "无", "union_name": "莱阳市鲁东精密机械有限公司工会委员会", "employer_code": "无",
    "employer_name": "莱阳市鲁东精密机械有限公司", "work_form": "在职", "new_form_group": "无", "occupation": "操作工",
    "rural": "农村", "ethnicity": "汉族", "education": "本科", "political_status": "群众", "joined_on": "2020-05-01",
}  # fmt: skip
KIND = Choice("kind", "情况", choices={kind.value: ROSTER_CONFLICT.labels[state] for kind, state in STARTS.items()},
              sample="data")  # fmt: skip
NUMBER = Count("number", "文件中的行号", least=1, sample=2)
FAULTS = Faults("faults", "没有写入的原因", sample=[["mobile", "mobile.format", "手机号码应为 11 位。"]])
CELLS = tuple(Cell(name, label, required=False, kept=False, sample=_SAMPLES[name])
              for name, label in rules.LABELS.items())  # fmt: skip
EMPLOYER = Words(
    "employer", "单位", "登记的全称，或统一社会信用代码", most=120, kept=False, sample="91370200MA3C0A123W"
)
WHY = Words("note", "原因", "不再处理时必填", least=5, most=200, rows=3, sample="名册里的空行。")
_ALWAYS: Final = frozenset({"name", "id_number", "mobile"})
"""Cells that are shown whatever stood in the row, beside those that did and those that are wrong."""


# --- The kind
def to_its_union(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """Where the row was meant to go. `given` is what `_say` gathers of it."""
    return Goes(
        given["union_id"],
        fills={name: given[name] for name in ("union_id", "load_id", "identity", "person_id")},
        title=given["title"],
        note=given["faults"][0][2][:60] if given["faults"] else "",
        start=STARTS[Kind(given["kind"])],
    )


def shows_more(case: Case, row: RosterConflict, actor: Actor, now: datetime) -> dict[str, Any]:
    facts = [
        {"label": "来自", "value": f"{row.load.file_name} 第 {row.number} 行"},
        *({"label": rules.LABELS.get(column, column), "value": reason} for column, _, reason in row.faults),
    ]
    if row.person_id is not None:
        person = people.get_facts(row.person_id)
        note = "会籍以现在的工会为准，转会由本人决定"
        facts.append({"label": "这位职工", "value": f"{person.masked_name}，{person.id_masked}", "note": note})
    return {"facts": facts}


CONFLICTS = declare(
    CaseKind(
        "roster-conflicts",
        ROSTER_CONFLICT,
        RosterConflict,
        space="rosters:conflicts",
        opener=By.SYSTEM,
        opens=(KIND, NUMBER, FAULTS),
        goes=to_its_union,
        title="名册第 {number} 行",
        steps={
            "offer": Step(means="发消息和短信请他确认；他确认后由本工会按转会审核，同意后本件自动办结"),
            "match": Step((EMPLOYER,)),
            "mend": Step(CELLS, means="按下面的内容登记；已离开原工会的，不改内容也可以登记"),
            "dismiss": Step((WHY,), means="须写原因；再次导入同一行不会再列在这里"),
        },
        tabs=(
            *(Tab(kind.value, ROSTER_CONFLICT.labels[state], frozenset({state})) for kind, state in STARTS.items()),
            Tab("offered", "已邀请", frozenset({Conflict.OFFERED})),
            Tab("done", "已办结", ROSTER_CONFLICT.closed),
        ),
        at_once=("offer", "dismiss"),
        columns=(Column("原因", "case.note", wraps=True),),
        words=Wordings(tells_person=False, empty=Empty("没有这样的行", "导入名册时写不进去的人，会列在这里。")),
        shows_more=shows_more,
    )
)


@CONFLICTS.on("open")
def keep_words(case: Case, row: RosterConflict, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    change_rows(RosterConflict, {"id": row.pk}, {"row_sealed": conflicts.seal(case, given["texts"])})


@CONFLICTS.on("mend", "match")
def register(case: Case, row: RosterConflict, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Write it as it should be; where the corrected number is another union's member's, he can be invited."""
    changes = {name: given[name] for name in rules.LABELS if given.get(name) is not None}
    if not conflicts.register(actor, case, row, changes, employer=given.get("employer", ""), now=now):
        workflow.move(case, "turn", actor=SYSTEM, now=now)


@CONFLICTS.on("offer")
def invite(case: Case, row: RosterConflict, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Open the transfer of another union's member, which he confirms with one tap or not; where this union's claim
    waits for him already, that is the invitation. Raises as `transfers.invite` where he is being transferred already or
    cannot be.
    """
    if row.person_id is None:
        return
    claim = claims.open_offer(row.person_id)
    if claim is None or claim.unit_id != row.union_id:
        transfers.invite(actor, row.person_id, row.union_id, now=now)


@CONFLICTS.on("dismiss")
def let_go(case: Case, row: RosterConflict, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Loading it again opens no second case; who was invited need not answer any more."""
    conflicts.forget_row(row)
    if row.person_id is not None:
        transfers.withdraw_invitation(row.person_id, row.union_id, now=now)


def fit(form: DecisionForm, one: Standing, request: Request) -> None:
    """The row's own words to correct, of the cells that say something or are wrong; employers of a like name."""
    row: RosterConflict = one.row
    if "mend" not in form.means:
        return
    texts = {} if request.method == "POST" else conflicts.read_row(request.actor, row, now=request.now)
    shown = _ALWAYS | {fault[0] for fault in row.faults} | {name for name, text in texts.items() if text.strip()}
    shown |= rules.LABELS.keys() & request.POST.keys()
    for name in rules.LABELS.keys() - shown:
        del form.fields[name]
    form.initial.update(texts)
    if "employer" in form.fields:
        _offer_employers(form, one, texts)


def _offer_employers(form: DecisionForm, one: Standing, texts: Mapping[str, str]) -> None:
    words = texts.get("employer_name", "").strip()[:20]
    region = unions.get_facts(one.row.union_id).region[:6]
    found = unions.search_employers(words, region_prefix=region) if words else []
    if found:
        form.fields["employer"] = forms.ChoiceField(
            label="单位", required=False, widget=ChoiceGroup(), choices=[(each.public_id, each.name) for each in found]
        )


# --- Opening
def open_conflicts(
    load_id: int, after: int, made: int, *, now: datetime, sheet: Sheet | None = None
) -> tuple[int, int]:
    """Cases for the next refused rows of a written file behind row `after`, in the caller's transaction.

    Returns the last row looked at, 0 at the end or the limit, and how many were opened; `made` were before. A row that
    has its case already opens none.
    """
    load = RosterLoad.objects.get(pk=load_id)
    key = (load.pk, "conflicts")
    with going_on(key, after, loading.begin(load, unions.get_facts(load.unit_id), sheet, now=now)) as reading:
        last, more = _open_some(load, reading, after=after, left=conflicts.most_conflicts(now) - made, now=now)
    if not last:
        finished(key)
    return last, more


def _open_some(load: RosterLoad, reading: Pass, *, after: int, left: int, now: datetime) -> tuple[int, int]:
    waiting = RosterFault.objects.filter(load=load, number__gt=after).exclude(kind__in=rules.SETTLED)
    wanted = list(waiting.order_by("number")[:AT_ONCE])
    made = 0
    for fault in wanted:
        if made >= left:
            return 0, made
        texts = _texts(reading, fault.number)
        if texts is not None:
            made += _open(load, fault, texts, reading, now=now)
    return (wanted[-1].number if len(wanted) == AT_ONCE else 0), made


def _texts(reading: Pass, number: int) -> dict[str, str] | None:
    """The row's cells by column; the pass stands before it."""
    while rows := reading.take(1):
        if rows[0][0] >= number:
            cells = rows[0][1]
            return {name: as_written(cells[place]) for name, place in reading.mapping.items() if place < len(cells)}
    return None


def _open(load: RosterLoad, fault: RosterFault, texts: dict[str, str], reading: Pass, *, now: datetime) -> bool:
    digest = conflicts.understand(texts, reading.today).digest
    known = {
        "union_id": fault.union_id or load.unit_id,
        "kind": fault.kind,
        "identity": digest or conflicts.identity_of(texts),
    }
    if RosterConflict.objects.filter(**known).exists():
        return False
    person = people.known_by_digests([digest]).get(digest) if digest and fault.kind == Kind.ELSEWHERE else None
    said = {
        **known,
        "load_id": load.pk,
        "number": fault.number,
        "faults": fault.faults,
        "person_id": person.id if person else None,
        "title": fault.name or f"名册第 {fault.number} 行",
        "texts": texts,
    }
    try:
        with transaction.atomic():
            open_case(CONFLICTS, SYSTEM, said, now=now)
    except IntegrityError:  # another file's row was quicker
        return False
    return True
