"""Members of a unit as a file: masked at once, or whole after a second person has agreed, with a mark in every row.

A whole file is prepared by a job in parts, each sealed in the store. A CSV file is its parts, one after the other,
however many; a workbook is made of them at the end, which bounds it. It can be fetched by its maker alone, and is gone
after a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import gathering
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken
from zhijia.kernel.tables import csv_chunks, write_xlsx
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS
from zhijia.organization.members.selectors.rosters import more_members_than
from zhijia.organization.people import selectors as people
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterExport
from zhijia.organization.rosters.rules.conflicts import MEMBER_EXPORT
from zhijia.organization.rosters.selectors import Line
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

JOB: Final = "rosters.export"
USE: Final = "rosters.export"
FORMS: Final = ("xlsx", "csv")
MOST_IN_A_SHEET: Final = 50_000
MOST_IN_A_BOOK: Final = 20_000
"""Whole numbers of so many members at most in one workbook, which is made in one transaction."""
PART: Final = 1_000
HEADERS: Final = (
    "姓名", "证件类型", "证件号码", "手机号码", "工会编码", "工会名称", "会员卡号", "就业形式", "新就业形态群体",
    "单位名称", "入会日期", "会籍", "实名",
)  # fmt: skip
WHOLE_HEADERS: Final = (*HEADERS, "水印")


def _cells(line: Line, name: str, id_number: str, mobile: str) -> list[object]:
    stay = line.stay
    return [
        name, people.document_label(line.person.id_type), id_number, mobile, line.union_code, line.union_name,
        stay.member_number, WORK_FORMS.get(stay.work_form, ""), NEW_FORM_GROUPS.get(stay.new_form_group, ""),
        stay.employer_text, stay.joined_on, stay.get_state_display(), real_name_words(line.person.real_name_level),
    ]  # fmt: skip


# --- Masked ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def record_masked(actor: Actor, unit: UnionFacts, form: str, *, now: datetime) -> None:
    """Note that a masked list leaves. Raises NotFound, NotAllowed, Invalid `export.form`, RuleBroken `export.large`."""
    actor.require(Permission.EXPORT, unit.path)
    _check_form(form)
    if form == "xlsx" and more_members_than(unit, MOST_IN_A_SHEET):
        raise RuleBroken("export.large", f"超过{MOST_IN_A_SHEET:,}名会员时请改用 CSV 格式，或选择下级工会分别导出。")
    audit.record(
        actor, "rosters.exported", ("union", unit.public_id), now=now, unit_id=unit.id,
        detail={"form": form, "masked": True},
    )  # fmt: skip


def _check_form(form: str) -> None:
    if form not in FORMS:
        raise Invalid("export.form", "请选择 Excel 或 CSV 格式。", fields={"format": "请选择 Excel 或 CSV 格式。"})


def masked_rows(unit: UnionFacts) -> Iterator[list[object]]:
    """The list as its reader sees it on the screen."""
    for line in selectors.iterate_lines(unit):
        yield _cells(line, line.person.masked_name, line.person.id_masked, line.person.mobile_masked)


def masked_csv(unit: UnionFacts) -> Iterator[bytes]:
    return csv_chunks(HEADERS, masked_rows(unit))


def masked_xlsx(unit: UnionFacts, out: IO[bytes]) -> None:
    write_xlsx(out, HEADERS, masked_rows(unit), sheet="会员名册")


# --- Whole ----------------------------------------------------------------------------------------------------------
@db.retrying()
@transaction.atomic
def ask_whole(actor: Actor, unit: UnionFacts, *, reason: str, form: str, now: datetime) -> str:
    """Ask for the full numbers of a unit's members; somebody else decides. Returns the case's public id.

    Raises NotFound, NotAllowed, Invalid `export.form`, `export.reason`, RuleBroken `export.large`, Duplicate
    `rosters.export.already_open`.
    """
    actor.require(Permission.EXPORT, unit.path)
    _check_form(form)
    words = reason.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明为什么需要完整号码、作什么用，5 到 200 个字。"
        raise Invalid("export.reason", text, fields={"reason": text})
    _check_size(unit, form, now)
    case = workflow.open_case(
        MEMBER_EXPORT, actor, title=f"{unit.name}完整名册"[:100], unit_id=unit.id, owner_person_id=None, now=now,
        open_key=f"person:{actor.person_id}:{unit.id}", note=words[:60],
    )  # fmt: skip
    db.insert_row(
        RosterExport, case_id=case.pk, unit_id=unit.id, reason=words, form=form, account_id=actor.account_id,
        person_id=actor.person_id,
    )  # fmt: skip
    return case.public_id


def most_whole(now: datetime) -> int:
    """Whole numbers of so many members at most leave in one file, by parameter."""
    return int(parameters.value("members.export_most", on=timezone.localdate(now)))


def _check_size(unit: UnionFacts, form: str, now: datetime) -> None:
    most = most_whole(now)
    if more_members_than(unit, most):
        raise RuleBroken("export.large", f"完整名册一次最多导出{most:,}人，请选择下级工会分别申请。")
    if form == "xlsx" and more_members_than(unit, min(most, MOST_IN_A_BOOK)):
        text = f"超过{MOST_IN_A_BOOK:,}人的完整名册请选择 CSV 格式，或选择下级工会分别申请。"
        raise RuleBroken("export.large", text)


def _find(public_id: str) -> tuple[Case, RosterExport]:
    export = RosterExport.objects.select_related("case").filter(case__public_id=public_id).first()
    if export is None:
        raise NotFound
    return export.case, export


@db.retrying()
@transaction.atomic
def decide_whole(actor: Actor, public_id: str, *, allow: bool, note: str, now: datetime) -> None:
    """A second person allows it, and the file is prepared, or refuses with a note.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person`, Invalid `case.missing`.
    """
    case, export = _find(public_id)
    words = note.strip()[:200]
    workflow.move(case, "allow" if allow else "refuse", actor=actor, now=now, given={"note": words}, note=words)
    if allow:
        job = jobs.enqueue(
            JOB, {"export": export.pk}, actor=_maker(export), now=now, title=f"准备完整名册：{case.title}"[:200],
            unit_id=export.unit_id,
        )  # fmt: skip
        db.change_rows(RosterExport, {"id": export.pk}, {"job": job})


@db.retrying()
@transaction.atomic
def withdraw_whole(actor: Actor, public_id: str, *, now: datetime) -> None:
    """The maker takes his wish back. Raises NotFound, WrongState."""
    case, _ = _find(public_id)
    workflow.move(case, "withdraw", actor=actor, now=now)


def _maker(export: RosterExport) -> Actor:
    return Actor(Kind.PERSON, account_id=export.account_id, person_id=export.person_id)


def prepare_some(export_id: int, after: str, *, now: datetime) -> tuple[int, str, bool]:
    """Gather the next 1,000 members, or put the parts together; in the job's transaction.

    Returns how many members, where to go on, and whether the file is there.
    """
    export = RosterExport.objects.select_related("case", "unit").get(pk=export_id)
    if after == "end":
        kept = gathering.finish(_gathering(export), now=now)
        db.change_rows(RosterExport, {"id": export.pk}, {"file": kept.public_id, "ready_at": now})
        return 0, after, True
    lines, following = selectors.page_of_lines(unions.get_facts(export.unit_id), after, PART)
    mark = watermark(export)
    rows = [[*_cells(line, *_numbers(export, line, now=now)), mark] for line in lines]
    gathering.add_rows(_gathering(export), rows, first=not after, now=now)
    if rows:
        db.change_rows(RosterExport, {"id": export.pk}, {"rows": export.rows + len(rows)})
    return len(rows), following or "end", False


def _gathering(export: RosterExport) -> gathering.Gathering:
    return gathering.Gathering(
        _maker(export), USE, ("export", export.case.public_id), export.unit_id, export.form, WHOLE_HEADERS,
        sheet="完整名册", name=f"完整名册-{export.case.public_id}",
    )  # fmt: skip


def _told(public_id: str) -> str:
    """A case's number as people read it."""
    return f"编号 {public_id[:4]}-{public_id[4:8]}"


def _numbers(export: RosterExport, line: Line, *, now: datetime) -> tuple[str, str, str]:
    """Name and full numbers; every one leaves an audit row with the reason and the case."""
    full = people.read_numbers(
        _maker(export), line.person.id, reason=f"{export.reason}（{_told(export.case.public_id)}）", now=now,
        unit_id=export.unit_id,
    )  # fmt: skip
    return line.person.name, full.id_number, full.mobile


def watermark(export: RosterExport) -> str:
    """Who, since when allowed, and by which case, in every row: one cut out of the file still says where it is from."""
    name = people.get_facts(export.person_id).name if export.person_id else "系统"
    moment = timezone.localtime(export.case.entered_at).strftime("%Y-%m-%d %H:%M")
    return f"{name} {moment} 编号{export.case.public_id} 仅限申请用途，不得转发"
