"""A part of the trail as a file, by two persons. Source: docs/rules/trail.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.audit import selectors as entries, services as audit
from zhijia.foundation.casework.exports import FORM, REASON, Export, maker_of
from zhijia.foundation.casework.fields import Choice, Day, Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import RuleBroken

from . import presenting, selectors
from .models import TrailExport
from .permissions import Permission
from .rules import TRAIL_EXPORT

PERSON = Words("person", "人员", "公开编号", required=False, most=16, kept=False, sample="1h2k3m4n5p6q7r8s")
SIDE = Choice("side", "查法", choices={"did": "他办理的", "about": "涉及他的"}, usual="did", kept=False, sample="did")
UNIT = Words("unit", "单位", "名称、工会编码或公开编号", required=False, most=60, kept=False, sample="莱阳市总工会")
EVENT = Words("event", "事项", "事项的代码", required=False, most=48, kept=False, sample="people.numbers_read")
OUTCOME = Choice(
    "outcome", "结果", "查看的，或全部", choices={"read": "查看"}, required=False, kept=False, sample="read"
)
CASE = Words("case", "事项编号", required=False, most=24, kept=False, sample="1h2k-3m4n")
ADDRESS = Words("address", "网络地址", required=False, most=45, kept=False, sample="10.0.0.8")
FIRST = Day("first", "开始日期", required=False, kept=False, sample=date(2026, 9, 1))
LAST = Day("last", "结束日期", required=False, kept=False, sample=date(2026, 9, 30))


def most_rows(now: datetime) -> int:
    """So many entries at most leave in one file, by parameter."""
    return int(parameters.value("trail.export_most", on=timezone.localdate(now)))


def to_his_union(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union under which he asks.

    Raises NotAllowed, NotFound for no such person, Invalid `trail.days` `trail.unit` `trail.event`, RuleBroken
    `trail.large` `trail.nothing`.
    """
    grant = selectors.acting_grant(actor, Permission.EXPORT)
    question = selectors.read_question(actor, given, Permission.EXPORT, today=timezone.localdate(now))
    asked = selectors.wanted(question, actor.scope_for(Permission.EXPORT))
    if not entries.list_entries(asked, limit=1).rows:
        raise RuleBroken("trail.nothing", "按现在的条件没有记录，请先调整条件再申请导出。")
    most = most_rows(now)
    if entries.more_than(asked, most):
        raise RuleBroken("trail.large", f"一次最多导出 {most:,} 条，请缩短日期或加上人员、单位、事项等条件。")
    return Goes(
        grant.unit_id,
        open_key=f"person:{actor.person_id}",
        title=presenting.in_words(question),
        note=given["reason"][:60],
        fills={"account_id": actor.account_id, "wanted": selectors.kept(question, asked, now=now)},
    )


def part_of(export: TrailExport, after: str, size: int, now: datetime) -> tuple[list[list[str]], str]:
    page = selectors.page_of_export(export, after, size)
    return list(presenting.export_rows(page.rows)), page.next


def note_made(export: TrailExport, now: datetime) -> None:
    audit.record(
        maker_of(export), "trail.exported", ("case", export.case.public_id), now=now, unit_id=export.case.unit_id,
        concerns=export.wanted["person"], detail={"entries": export.rows, "form": export.form},
    )  # fmt: skip


EXPORT = Export("trail.export", TrailExport, "审计记录", presenting.EXPORT_HEADERS, part_of, made=note_made)
EXPORTS = checked_kind(
    "trail-exports",
    TRAIL_EXPORT,
    TrailExport,
    space="trail:exports",
    opened_by=Permission.EXPORT,
    opened_on="trail:entries",
    opens=(PERSON, SIDE, UNIT, EVENT, OUTCOME, CASE, ADDRESS, FIRST, LAST, FORM, REASON),
    goes=to_his_union,
    title="{reason}",
    means="开始准备文件，只有申请人可以下载，保留三天",
    columns=(Column("依据和用途", "row.reason", wraps=True),),
    words=Wordings(
        button="去选条件",
        empty=Empty("没有这样的申请", "在审计记录里选好人员、单位、事项和日期，再点“导出这些记录”。"),
    ),
    review="casework/export.html",
    shows_more=EXPORT.shows,
)


def said_of(question: selectors.Question, *, reason: str, form: str) -> dict[str, Any]:
    """A question that was read already, as opening takes it."""
    first, last = question.days
    days = {"first": first, "last": last, "outcome": question.outcome}
    return presenting.query_of(question) | days | {"reason": reason, "form": form}


def _require_another(export: TrailExport, actor: Actor) -> None:
    """Raises RuleBroken `trail.own` where the entries are about who decides."""
    if export.wanted["person"] is not None and export.wanted["person"] == actor.person_id:
        raise RuleBroken("trail.own", "这些记录与您本人有关，请由另一位审计管理员或上级复核。")


@EXPORTS.on("agree")
def prepare(case: Case, export: TrailExport, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _require_another(export, actor)
    EXPORT.begin(case, export, now=now)


@EXPORTS.on("refuse")
def send_back(case: Case, export: TrailExport, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    _require_another(export, actor)
