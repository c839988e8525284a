"""Members of a unit as a file, masked, at once; what a whole one holds and how many of them, for `cases.exports`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Final

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.tables import csv_chunks, write_xlsx
from zhijia.organization.members.permissions import Permission
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS
from zhijia.organization.members.selectors.rosters import more_members_than
from zhijia.organization.people import selectors as people
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.selectors import Line
from zhijia.organization.unions.selectors import UnionFacts

FORMS: Final = ("xlsx", "csv")
MOST_IN_A_SHEET: Final = 50_000
MOST_IN_A_BOOK: Final = 20_000
"""Whole numbers of so many members at most in one workbook, which is made in one transaction."""
HEADERS: Final = (
    "姓名", "证件类型", "证件号码", "手机号码", "工会编码", "工会名称", "会员卡号", "就业形式", "新就业形态群体",
    "单位名称", "入会日期", "会籍", "实名",
)  # fmt: skip


def cells(line: Line, name: str, id_number: str, mobile: str) -> list[object]:
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
        yield cells(line, line.person.masked_name, line.person.id_masked, line.person.mobile_masked)


def masked_csv(unit: UnionFacts) -> Iterator[bytes]:
    return csv_chunks(HEADERS, masked_rows(unit))


def masked_xlsx(unit: UnionFacts, out: IO[bytes]) -> None:
    write_xlsx(out, HEADERS, masked_rows(unit), sheet="会员名册")


# --- Whole ----------------------------------------------------------------------------------------------------------
def most_whole(now: datetime) -> int:
    """Whole numbers of so many members at most leave in one file, by parameter."""
    return int(parameters.value("members.export_most", on=timezone.localdate(now)))


def require_fits(unit: UnionFacts, form: str, now: datetime) -> None:
    """Whether one file holds so many. Raises RuleBroken `export.large`."""
    most = most_whole(now)
    if more_members_than(unit, most):
        raise RuleBroken("export.large", f"完整名册一次最多导出{most:,}人，请选择下级工会分别申请。")
    if form == "xlsx" and more_members_than(unit, min(most, MOST_IN_A_BOOK)):
        text = f"超过{MOST_IN_A_BOOK:,}人的完整名册请选择 CSV 格式，或选择下级工会分别申请。"
        raise RuleBroken("export.large", text)
