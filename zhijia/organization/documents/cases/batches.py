"""A batch of documents that were made up: listed, and lifted again, by two persons. Source: docs/rules/documents.md"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import services as casework
from zhijia.foundation.casework.fields import Choice, Words
from zhijia.foundation.casework.kinds import Goes, Step, Wordings, checked_kind
from zhijia.foundation.files import selectors as files, services as file_services
from zhijia.foundation.files.presenting import papers
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Number, Query, table
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import masks
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_rows, retrying
from zhijia.kernel.errors import Invalid, NotAllowed
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.tables import open_table
from zhijia.organization.documents import lists, rules, selectors, services
from zhijia.organization.documents.events import DocumentsListed, documents_listed
from zhijia.organization.documents.models import DocumentCheck, FakeBatch, ListedNumber
from zhijia.organization.documents.permissions import Permission
from zhijia.organization.documents.rules import WHY_LIFT
from zhijia.organization.people import selectors as people

PAPERS: Final = "documents.paper"
SHOWN: Final = 10
"""So many numbers stand on the review page; all of them in a list of their own."""
REASON = Words(
    "reason",
    "原因",
    "怎样发现、为什么认定是虚假证件；复核人和审核入会的同事会看到，申请人看不到",
    least=8,
    rows=3,
    sample="公安机关通报：同一打印店伪造的一批身份证",
)
ID_TYPE = Choice("id_type", "证件类型", choices=DOCUMENT_LABELS, usual="RESIDENT_ID", kept=False, sample="RESIDENT_ID")
NUMBERS = Words(
    "numbers",
    "证件号码",
    "每行一个，最多 1,000 个；提交后只显示遮盖后的号码",
    most=40_000,
    rows=6,
    kept=False,
    sample="370682199003070015",
)
MEANS = {
    TwoPersons.PROPOSED: "复核同意后，全省入会、绑定、名册导入和认领不再受理这些证件，持证人可到本级工会当面核对。",
    TwoPersons.IN_FORCE: "误列的号码可以单个解除，也可以整批解除，都须两人办理。",
    TwoPersons.UNDO_ASKED: "复核同意之前，名单继续有效。",
}


def to_his_highest_unit(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The highest unit on which the actor holds the right. Raises NotAllowed, Invalid `blacklist.numbers`."""
    grants = [grant for grant in actor.living_grants if Permission.DECIDE in grant.permissions]
    if not grants:
        raise NotAllowed
    count = len(_read(given, now))
    return Goes(
        min(grants, key=lambda grant: len(grant.path)).unit_id,
        title=f"虚假证件 {count} 个",
        note=given["reason"],
        fills={"count": count, "in_force": False, "begun_at": None},
    )


def _read(given: Mapping[str, Any], now: datetime) -> list[tuple[str, str]]:
    lines = rules.typed_lines(given["numbers"])
    return rules.read_numbers(lines, given["id_type"], field="numbers", today=timezone.localdate(now))


def shows_more(case: Case, batch: FakeBatch, actor: Actor, now: datetime) -> dict[str, Any]:
    """Its numbers, masked, and who holds such a document; the papers."""
    page = selectors.list_numbers(actor, case.public_id, Query(limit=SHOWN))
    living = ListedNumber.objects.filter(batch=batch, in_force=True).count()
    begun = formats.moment(batch.begun_at, formats.local_day(now)) if batch.begun_at else ""
    return {
        "facts": [
            {"label": "原因", "value": batch.reason},
            {"label": "号码", "value": f"{batch.count} 个，生效 {living} 个"},
            {"label": "生效", "value": begun},
        ],
        "table": table(lists.NUMBERS, page.rows, now),
        "all": reverse("documents:numbers", args=[case.public_id]) if page.next else "",
        "files": papers(files.list_about("case", [case.public_id]).get(case.public_id, [])),
        "means": MEANS.get(TwoPersons(case.state), ""),
    }


BATCHES = checked_kind(
    "blacklist",
    rules.FAKE_BATCH,
    FakeBatch,
    space="documents",
    opened_by=Permission.DECIDE,
    opened_on="documents:new",
    opens=(REASON, ID_TYPE, NUMBERS),
    goes=to_his_highest_unit,
    title="{reason}",
    means="立即在全省生效",
    undoes="这一批号码不再在名单中，提出核对的人会得到通知",
    steps={"ask_undo": Step((WHY_LIFT,))},
    columns=(Column("原因", "row.reason", wraps=True), Number("号码", "row.count")),
    words=Wordings(
        button="提出一批",
        empty=Empty("没有这样的批次", "发现成批编造的证件时，由一位同事提出，另一位同事复核后全省生效。"),
    ),
    review="documents/batch.html",
    shows_more=shows_more,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Numbers typed or in a table, why, and evidence as `(name, content)`."""

    reason: str
    id_type: str = "RESIDENT_ID"
    typed: str = field(default="", repr=False)
    table: IO[bytes] | None = None
    papers: Sequence[tuple[str, IO[bytes]]] = ()


@retrying()
@transaction.atomic
def propose(actor: Actor, said: Proposal, *, now: datetime) -> str:
    """As the page takes it, a table and papers with it. Returns the case's public id.

    Raises as `casework.open_case` and the kind's `goes`, Invalid `table.…` and those of `files.keep`.
    """
    given = {"reason": said.reason, "id_type": said.id_type, "numbers": said.typed}
    if said.table is not None:
        given["numbers"] = _from_table(said, said.table, now=now)
    pid = casework.open_case(BATCHES, actor, given, now=now)
    unit_id = selectors.unit_of_batch(pid)
    for name, content in said.papers:
        file_services.keep(actor, content, use=PAPERS, name=name, about=("case", pid), unit_id=unit_id, now=now)
    return pid


def _from_table(said: Proposal, file: IO[bytes], *, now: datetime) -> str:
    if said.typed.strip():
        sentence = "证件号码请只用一种方式提供：在框内填写，或上传表格。"
        raise Invalid("blacklist.numbers", sentence, fields={"table": sentence})
    try:
        sheet = open_table(file, rules.COLUMNS, max_rows=rules.MOST_NUMBERS)
        rows = list(sheet.rows())
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"table": error.message}) from error
    faults = [f"第 {row.number} 行：{row.errors[0].reason}" for row in rows if row.errors]
    lines = [(row.number, str(row.values["id_number"])) for row in rows if not row.errors]
    today = timezone.localdate(now)
    found = rules.read_numbers(lines, said.id_type, field="table", today=today, faults=faults)
    return "\n".join(number for _, number in found)


@BATCHES.on("open")
def keep_numbers(case: Case, batch: FakeBatch, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """As keyed digests and masks only."""
    rows = [
        {
            "batch_id": batch.pk,
            "id_type": id_type,
            "digest": people.id_digest(id_type, number),
            "masked": masks.mask_id_number(number),
            "in_force": False,
            "ended_at": None,
        }
        for id_type, number in _read(given, now)
    ]
    insert_rows(ListedNumber, rows)
    _record(actor, "documents.proposed", case, len(rows), now=now)


@BATCHES.on("agree")
def begin(case: Case, batch: FakeBatch, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """From now on these documents go to the counter; who takes people in hears whose they are."""
    change_rows(FakeBatch, {"id": batch.pk}, {"in_force": True, "begun_at": now})
    entries = ListedNumber.objects.filter(batch=batch)
    count = entries.update(in_force=True)
    holders = people.persons_of_digests(entries.values_list("digest", flat=True)).values()
    documents_listed.announce(DocumentsListed(tuple(holders), case.unit_id, now))
    _record(actor, "documents.listed", case, count, now=now)


@BATCHES.on("refuse", "withdraw")
def end(case: Case, batch: FakeBatch, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    ListedNumber.objects.filter(batch=batch).update(ended_at=now)


@BATCHES.on("undo")
def lift(case: Case, batch: FakeBatch, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """What of the batch still counted counts no more, and whoever asked is told."""
    change_rows(FakeBatch, {"id": batch.pk}, {"in_force": False})
    count = ListedNumber.objects.filter(batch=batch, in_force=True).update(in_force=False, ended_at=now)
    asked = DocumentCheck.objects.filter(number__batch=batch, case__closed_at__isnull=True).select_related("case")
    for check in asked.order_by("case_id"):
        workflow.move(check.case, "settle", actor=SYSTEM, now=now)
        services.tell(check.case, check, "documents.cleared", now=now)
    _record(actor, "documents.lifted", case, count, now=now)


def _record(actor: Actor, event: str, case: Case, count: int, *, now: datetime) -> None:
    audit.record(actor, event, ("case", case.public_id), now=now, unit_id=case.unit_id, detail={"count": count})
