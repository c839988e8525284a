"""Made-up documents: listed by two persons, met with a neutral sentence, lifted by two persons.

Source: docs/rules/documents.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from zhijia.foundation.casework.fields import Words
from zhijia.foundation.workflow.rules import SYSTEM, Hue, Move, Undoing, Workflow, two_persons
from zhijia.kernel import identifiers
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.tables import Column, is_lost, lost_digits, rounded_among
from zhijia.kernel.typed import typed

from .permissions import Permission

WHY_LIFT = Words("note", "解除原因", "复核人会看到", least=8, rows=3, sample="公安机关来函更正，这些证件是真实的。")
MOST_NUMBERS: Final = 1_000
MOST_TOLD: Final = 5
"""So many wrong lines are named at once."""
ENDED_DAYS: Final = 365
"""So long a number is kept after it counts for nothing."""
COLUMNS: Final = (
    Column("id_number", ("证件号码", "身份证号", "身份证号码", "公民身份号码", "证件号", "身份证"), required=True),
)


FAKE_BATCH = two_persons(
    "documents.fake_batch",
    "虚假证件名单",
    check=Permission.DECIDE,
    due="members.blacklist_wd",
    maker="经办人",
    agreed="生效中",
    agree="复核同意，名单生效",
    button="同意列入",
    undoing=Undoing(Permission.DECIDE, "解除", "维持名单"),
)


class Check(StrEnum):
    ASKED = "ASKED"
    LIFT_ASKED = "LIFT_ASKED"
    LIFTED = "LIFTED"
    KEPT = "KEPT"


DOCUMENT_CHECK = Workflow(
    "documents.check",
    "证件核对",
    start=Check.ASKED,
    other_starts=frozenset({Check.LIFT_ASKED}),
    labels={
        Check.ASKED: "等待工会核对",
        Check.LIFT_ASKED: "已核对，等待复核",
        Check.LIFTED: "可以在线办理",
        Check.KEPT: "暂不能在线办理",
    },
    hues={
        Check.ASKED: Hue.SOON,
        Check.LIFT_ASKED: Hue.RUN,
        Check.LIFTED: Hue.DONE,
        Check.KEPT: Hue.STILL,
    },
    closed=frozenset({Check.LIFTED, Check.KEPT}),
    due={Check.ASKED: "members.document_check_wd", Check.LIFT_ASKED: "members.blacklist_wd"},
    moves=(
        Move(
            "vouch",
            {Check.ASKED},
            Check.LIFT_ASKED,
            by=Permission.DECIDE,
            needs=("note",),
            title="证件核对属实，提请复核",
            button="核对属实，提请解除",
        ),
        Move(
            "uphold",
            {Check.ASKED},
            Check.KEPT,
            by=Permission.DECIDE,
            needs=("note",),
            title="核对后仍不能在线办理",
            button="不能确认，维持名单",
        ),
        Move(
            "lift",
            {Check.LIFT_ASKED},
            Check.LIFTED,
            by=Permission.DECIDE,
            checker=True,
            afresh=True,
            title="复核同意，可以在线办理",
            button="同意解除",
        ),
        Move(
            "keep",
            {Check.LIFT_ASKED},
            Check.KEPT,
            by=Permission.DECIDE,
            checker=True,
            afresh=True,
            needs=("note",),
            title="复核后仍不能在线办理",
            button="维持名单",
        ),
        Move("settle", {Check.ASKED, Check.LIFT_ASKED}, Check.LIFTED, by=SYSTEM, title="可以在线办理"),
    ),
)


def go_there(union: str, phone: str, hotline: str) -> RuleBroken:
    """What whoever holds such a document reads: where to go and whom to call, and nothing about why."""
    call = f"{phone}，服务热线 {hotline}" if phone else f"服务热线 {hotline}"
    return RuleBroken(
        "document.check", f"该证件信息暂时不能在线办理，请携带证件到{union}核对，也可以先电话咨询（{call}）。"
    )


def not_yet(union: str) -> RuleBroken:
    """What a reviewer reads who would take in somebody with such a document."""
    return RuleBroken("document.listed", f"申请人的证件须先由{union}当面核对，核对解除之前不能通过。")


ROW_SENTENCE: Final = "该证件信息暂时不能在线办理，请本人携带证件到县级工会核对，核对后再登记。"
"""What a roster's row says of such a number; the code is `document.check`."""


def typed_lines(text: str) -> list[tuple[int, str]]:
    """What was typed or pasted, as `(line, number)`: numbers are parted by lines, commas or semicolons."""
    return [
        (place, part.strip())
        for place, line in enumerate(text.splitlines(), 1)
        for part in re.split(r"[,，;；、\t]", line)
        if part.strip()
    ]


def read_numbers(
    lines: Iterable[tuple[int, str]], id_type: str, *, field: str, today: date, faults: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Normalized `(document, number)`, each once, in order. A first-generation number is taken as today's eighteen.

    All or nothing: Invalid `blacklist.numbers` names the first wrong lines and repeats no number; also for none and for
    more than a thousand. `faults` are lines that a table could not give. Raises Invalid `id_type.unknown`.
    """
    if id_type not in DOCUMENT_LABELS:
        raise Invalid("id_type.unknown", "请选择列表中的证件类型。", fields={"id_type": "请选择列表中的证件类型。"})
    found: dict[tuple[str, str], None] = {}
    wrong, lines = list(faults), list(lines)
    rounded = rounded_among(text for _, text in lines)
    for place, text in lines:
        try:
            if is_lost(text) or typed(text) in rounded:
                raise lost_digits("证件号码")
            found[_read(text, id_type, today)] = None
        except Invalid as error:
            wrong.append(f"第 {place} 行：{error.message}")
    if wrong:
        more = f"另有 {len(wrong) - MOST_TOLD} 行也要修改。" if len(wrong) > MOST_TOLD else ""
        raise _refused(field, "".join(wrong[:MOST_TOLD]) + more)
    if not found:
        raise _refused(field, "请填写证件号码，每行一个，或上传表格。")
    if len(found) > MOST_NUMBERS:
        raise _refused(field, f"一批最多 {MOST_NUMBERS} 个证件号码，请分批提交。")
    return list(found)


def _read(text: str, id_type: str, today: date) -> tuple[str, str]:
    if id_type != "RESIDENT_ID":
        return id_type, identifiers.normalize_document(id_type, text, today)
    number = identifiers.upgrade_resident_id(text)
    return id_type, identifiers.normalize_document(id_type, number, today)


def _refused(field: str, sentence: str) -> Invalid:
    return Invalid("blacklist.numbers", sentence, fields={field: sentence})
