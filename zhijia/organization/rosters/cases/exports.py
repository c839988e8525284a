"""The full numbers of a unit's members as a file, by two persons. Source: docs/rules/rosters.md#export"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhijia.foundation.casework.exports import FORM, REASON, Export, maker_of
from zhijia.foundation.casework.fields import Words
from zhijia.foundation.casework.kinds import Goes, Wordings, checked_kind
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.columns import number_of
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.members.permissions import Permission as MembersPermission
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterExport
from zhijia.organization.rosters.rules.conflicts import MEMBER_EXPORT
from zhijia.organization.rosters.services import exporting
from zhijia.organization.unions import selectors as unions

UNION = Words("union", "工会", "公开编号；本级及以下的会员", most=16, kept=False, sample="1h2k3m4n5p6q7r8s")


def to_his_checkers(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The unit whose members they are. Raises NotFound, NotAllowed, RuleBroken `export.large`."""
    unit = unions.get_by_public_id(given["union"])
    actor.require(MembersPermission.EXPORT, unit.path)
    exporting.require_fits(unit, given["form"], now)
    return Goes(
        unit.id,
        open_key=f"person:{actor.person_id}:{unit.id}",
        title=f"{unit.name}完整名册",
        note=given["reason"][:60],
        fills={"account_id": actor.account_id},
    )


def members_of(export: RosterExport, after: str, size: int, now: datetime) -> tuple[list[list[object]], str]:
    """Names and full numbers; every one leaves an audit row with the reason and the case."""
    case, maker = export.case, maker_of(export)
    lines, following = selectors.page_of_lines(unions.get_facts(case.unit_id), after, size)
    reason = f"{export.reason}（编号 {number_of(case.public_id)}）"
    rows = []
    for line in lines:
        full = people.read_numbers(maker, line.person.id, reason=reason, now=now, unit_id=case.unit_id)
        rows.append(exporting.cells(line, line.person.name, full.id_number, full.mobile))
    return rows, following


EXPORT = Export("rosters.export", RosterExport, "完整名册", exporting.HEADERS, members_of, counted="人")
EXPORTS = checked_kind(
    "member-exports",
    MEMBER_EXPORT,
    RosterExport,
    space="rosters:member-exports",
    opened_by=MembersPermission.EXPORT,
    opened_on="rosters:export",
    opens=(UNION, FORM, REASON),
    goes=to_his_checkers,
    title="{union}",
    means="开始准备文件，每一行带水印，只有申请人可以下载，保留一天",
    columns=(Column("依据和用途", "row.reason", wraps=True),),
    words=Wordings(
        button="导出名册",
        empty=Empty("没有这样的申请", "需要完整号码的，在“导出会员名册”里写明用途，由另一位同事复核。"),
    ),
    review="casework/export.html",
    shows_more=EXPORT.shows,
)


@EXPORTS.on("agree")
def prepare(case: Case, export: RosterExport, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    EXPORT.begin(case, export, now=now)
