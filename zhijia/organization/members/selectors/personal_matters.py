"""What lies beside a person's membership and names him: disputes about his account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.personal import DataSubject, Kept, first_day_to_go
from zhijia.organization.members.models import BindingDispute
from zhijia.organization.members.rules import joining
from zhijia.organization.unions import selectors as unions

DISPUTE_DAYS: Final = 3 * 365
"""So long what is settled is kept. Source: docs/rules/rights.md#retention"""
PROOF: Final = "办结后保存三年，用来证明账号为什么由谁使用，便于您核对和投诉。"
UNDER_WAY: Final = "这件事正在办理，办结之后才能删除。"
A_YEAR: Final = "办结后保存一年，便于您申诉和核对。"


def _names(union_ids: Sequence[int]) -> dict[int, str]:
    return {key: union.name for key, union in unions.facts_of(union_ids).items()}


def over(case: Case, days: int, now: datetime) -> bool:
    """Whether what was closed with this case may go today."""
    if case.closed_at is None:
        return False
    return first_day_to_go(timezone.localdate(case.closed_at), days) <= timezone.localdate(now)


def kept_cases(rows: Sequence[Any], days: int, words: str, now: datetime) -> list[Kept]:
    """Of rows with a case: those open, and those settled less than `days` ago."""
    waiting = [row for row in rows if row.case.closed_at is None]
    lately = [row for row in rows if row.case.closed_at is not None and not over(row.case, days, now)]
    kept = [Kept(len(waiting), UNDER_WAY)] if waiting else []
    if lately:
        last = max(timezone.localdate(row.case.closed_at) for row in lately)
        kept.append(Kept(len(lately), words, first_day_to_go(last, days), needs_him=False))
    return kept


# --- Whose account it is
def disputes_of(subject: DataSubject) -> list[BindingDispute]:
    """About his document, or by his account about somebody's."""
    mine = Q(person_id__in=subject.persons)
    if subject.account_id is not None:
        mine |= Q(new_account_id=subject.account_id)
    return list(BindingDispute.objects.filter(mine).select_related("case").order_by("opened_at", "id"))


def export_disputes(subject: DataSubject) -> list[Mapping[str, Any]]:
    """His own side in full words; of another's only that there was one."""
    rows = disputes_of(subject)
    names = _names([row.case.unit_id for row in rows])
    return [
        {
            "时间": row.opened_at,
            "核实的工会": names.get(row.case.unit_id, ""),
            "内容": "您申请改绑" if own else "有人申请改绑您的证件号码",
            "手机号码": row.mobile_masked if own else "",
            "结果": joining.DISPUTE.labels[row.case.state],
        }
        for row in rows
        for own in [subject.account_id is not None and row.new_account_id == subject.account_id]
    ]


def kept_disputes(subject: DataSubject, now: datetime) -> list[Kept]:
    return kept_cases(disputes_of(subject), DISPUTE_DAYS, PROOF, now)
