"""What a look at the trail leaves in the trail, files of it by two persons, and the check of the sealed log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import selectors as entries, services as audit
from zhijia.foundation.files import gathering
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.ledger import heads, services as ledger
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.organization.people import selectors as people

from . import presenting, rules, selectors
from .models import TrailExport
from .permissions import Permission
from .selectors import Question, Told

JOB: Final = "trail.export"
USE: Final = "trail.export"
VERIFY: Final = "trail.verify"
FORMS: Final = ("xlsx", "csv")
PART: Final = 1_000


# --- Looks ----------------------------------------------------------------------------------------------------------
def note_reading(
    actor: Actor, event: str, question: Question, permission: str, *, now: datetime, more: bool = False
) -> None:
    """Who looked at the trail, for whom and for what; each page of a list counts as a look."""
    grant = selectors.acting_grant(actor, permission)
    days = " 至 ".join(str(day) if day else "不限" for day in question.days)
    said: dict[str, Any] = {"days": days}
    if question.person is not None:
        said["side"] = question.side
    if question.event:
        said["event"] = question.event
    if question.address:
        said["address"] = question.address
    if question.union is not None:
        said["unit"] = question.union.code
    if more:
        said["more"] = True
    audit.record(
        actor, event, _subject(question), now=now, role=grant.role, unit_id=grant.unit_id,
        concerns=question.person.id if question.person else None, detail=said,
    )  # fmt: skip


def _subject(question: Question) -> tuple[str, str] | None:
    if question.case:
        return "case", question.case
    if question.person is not None:
        return "person", question.person.public_id
    return ("union", question.union.public_id) if question.union is not None else None


def note_opening(actor: Actor, told: Told, permission: str, *, now: datetime) -> None:
    """Who opened an entry, and whom it concerns."""
    grant, entry = selectors.acting_grant(actor, permission), told.entry
    audit.record(
        actor, "trail.opened", ("entry", selectors.entry_key(entry)), now=now, role=grant.role, unit_id=grant.unit_id,
        concerns=entry.person_id or entry.concerns_person_id,
    )  # fmt: skip


def find_people(actor: Actor, text: str, permission: str, *, now: datetime) -> list[people.PersonFacts]:
    """As the selector, with a row for each who was found. Raises NotAllowed."""
    found = selectors.find_people(actor, text, permission)
    grant = selectors.acting_grant(actor, permission)
    for person in found:
        audit.record(
            actor, "trail.found", ("person", person.public_id), now=now, role=grant.role, unit_id=grant.unit_id,
            concerns=person.id,
        )  # fmt: skip
    return found


# --- Exports --------------------------------------------------------------------------------------------------------
def most_rows(now: datetime) -> int:
    """So many entries at most leave in one file, by parameter."""
    return int(parameters.value("trail.export_most", on=timezone.localdate(now)))


@db.retrying()
@transaction.atomic
def ask_export(actor: Actor, question: Question, *, reason: str, form: str, now: datetime) -> str:
    """Ask for what is filtered as a file; somebody else decides. Returns the case's public id.

    Raises NotAllowed, Invalid `trail.form`, `trail.reason`, RuleBroken `trail.large`, `trail.nothing`, Duplicate
    `trail.export.already_open`.
    """
    grant = selectors.acting_grant(actor, Permission.EXPORT)
    if form not in FORMS:
        raise Invalid("trail.form", "请选择 Excel 或 CSV 格式。", fields={"form": "请选择 Excel 或 CSV 格式。"})
    words = reason.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明导出的依据和用途，5 到 200 个字。"
        raise Invalid("trail.reason", text, fields={"reason": text})
    asked = selectors.wanted(question, actor.scope_for(Permission.EXPORT))
    if not entries.list_entries(asked, limit=1).rows:
        raise RuleBroken("trail.nothing", "按现在的条件没有记录，请先调整条件再申请导出。")
    most = most_rows(now)
    if entries.more_than(asked, most):
        raise RuleBroken("trail.large", f"一次最多导出 {most:,} 条，请缩短日期或加上人员、单位、事项等条件。")
    case = workflow.open_case(
        rules.TRAIL_EXPORT, actor, title=presenting.in_words(question)[:100], unit_id=grant.unit_id,
        owner_person_id=None, now=now, open_key=f"person:{actor.person_id}", note=words[:60],
    )  # fmt: skip
    db.insert_row(
        TrailExport, case_id=case.pk, unit_id=grant.unit_id, reason=words, form=form, account_id=actor.account_id,
        person_id=actor.person_id, wanted=selectors.kept(question, asked, now=now),
    )  # fmt: skip
    return case.public_id


@db.retrying()
@transaction.atomic
def decide_export(
    actor: Actor, public_id: str, *, allow: bool, note: str, now: datetime, version: int | None = None
) -> None:
    """A second person allows it, and the file is prepared, or refuses with a note.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person`, `trail.own`, Invalid `case.missing`.
    """
    export = _find(public_id)
    if export.wanted["person"] is not None and export.wanted["person"] == actor.person_id:
        raise RuleBroken("trail.own", "这些记录与您本人有关，请由另一位审计管理员或上级复核。")
    words = note.strip()[:200]
    workflow.move(
        export.case, "allow" if allow else "refuse", actor=actor, now=now, given={"note": words}, note=words,
        version=version,
    )  # fmt: skip
    if allow:
        job = jobs.enqueue(
            JOB, {"export": export.pk}, actor=_maker(export), now=now, title="准备审计记录", unit_id=export.unit_id
        )
        db.change_rows(TrailExport, {"id": export.pk}, {"job": job})


@db.retrying()
@transaction.atomic
def withdraw_export(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The maker takes his wish back. Raises NotFound, WrongState."""
    workflow.move(_find(public_id).case, "withdraw", actor=actor, now=now)


def _find(public_id: str) -> TrailExport:
    export = TrailExport.objects.select_related("case").filter(case__public_id=public_id).first()
    if export is None:
        raise NotFound
    return export


def _maker(export: TrailExport) -> Actor:
    return Actor(Kind.PERSON, account_id=export.account_id, person_id=export.person_id)


def prepare_some(export_id: int, after: str, *, now: datetime) -> tuple[int, str, bool]:
    """Gather the next 1,000 entries, or put the parts together; in the job's transaction.

    Returns how many entries, where to go on, and whether the file is there.
    """
    export = TrailExport.objects.select_related("case").get(pk=export_id)
    about = ("trail_export", export.case.public_id)
    table = gathering.Gathering(
        _maker(export), USE, about, export.unit_id, export.form, presenting.EXPORT_HEADERS, sheet="审计记录",
        name=f"审计记录-{export.case.public_id}",
    )  # fmt: skip
    if after == "end":
        file = gathering.finish(table, now=now)
        db.change_rows(TrailExport, {"id": export.pk}, {"file": file.public_id, "ready_at": now})
        audit.record(
            _maker(export), "trail.exported", ("case", export.case.public_id), now=now, unit_id=export.unit_id,
            concerns=export.wanted["person"], detail={"entries": export.rows, "form": export.form},
        )  # fmt: skip
        return 0, after, True
    page = selectors.page_of_export(export, after, PART)
    mark = watermark(export)
    gathering.add_rows(table, [[*row, mark] for row in presenting.export_rows(page.rows)], first=not after, now=now)
    if page.rows:
        db.change_rows(TrailExport, {"id": export.pk}, {"rows": export.rows + len(page.rows)})
    return len(page.rows), page.next or "end", False


def watermark(export: TrailExport) -> str:
    """Who, since when allowed, and by which case, in every row."""
    name = people.get_facts(export.person_id).name if export.person_id else "系统"
    moment = timezone.localtime(export.case.entered_at).strftime("%Y-%m-%d %H:%M")
    return f"{name} {moment} 编号{export.case.public_id} 仅限申请用途，不得转发"


# --- The sealed log -------------------------------------------------------------------------------------------------
@transaction.atomic
def start_verifying(actor: Actor, *, now: datetime) -> str:
    """Begin to compute the whole log anew, or find the check under way. Returns the job. Raises NotAllowed."""
    grant = selectors.acting_grant(actor, Permission.VERIFY)
    return jobs.enqueue(VERIFY, actor=actor, now=now, unit_id=grant.unit_id, key=VERIFY)


def verify_some(begin: int, size: int, wrong: list[str], *, now: datetime) -> tuple[int, list[str], bool]:
    """Look at the next leaves of `size`; the last look compares the heads kept elsewhere and is remembered.

    Returns where to go on, all that was found so far, and whether it is through.
    """
    end = min(begin + ledger.CHUNK, size)
    found = [*wrong, *ledger.differences_in(begin, end, now=now)][: ledger.MOST_TOLD]
    if end < size:
        return end, found, False
    found = [*found, *ledger.besides()][: ledger.MOST_TOLD]
    ledger.note_check(0, size, size, found, now=now)
    return end, found, True


def compare_head(actor: Actor, text: str, *, now: datetime) -> list[str]:
    """What the log of today contradicts in a head copied from paper, `1024:9f2c…`; empty where it continues it.

    Raises NotAllowed, Invalid `trail.head`.
    """
    grant = selectors.acting_grant(actor, Permission.VERIFY)
    try:
        head = heads.parse("".join(text.split()).replace("：", ":"))
    except ValueError:
        said = "树根要写成“条数:树根”，冒号后是 64 位字母和数字，例如 1024:9f2c…，请对照纸面核对。"
        raise Invalid("trail.head", said, fields={"head": said}) from None
    audit.record(
        actor, "trail.compared", ("head", str(head.size)), now=now, role=grant.role, unit_id=grant.unit_id,
        detail={"count": head.size},
    )  # fmt: skip
    return heads.contradictions([head])
