"""What applications and disputes keep of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhijia.foundation.workflow.keeping import kept_cases
from zhijia.kernel.personal import DataSubject, Kept, first_day_to_go
from zhijia.kernel.registry import registry
from zhijia.organization.joining import rules
from zhijia.organization.joining.models import BindingDispute, JoinApplication
from zhijia.organization.members import rules as member_rules, selectors as members
from zhijia.organization.members.selectors.personal import ARCHIVE
from zhijia.organization.unions import selectors as unions

REFUSED_DAYS = 365
"""So long an application is kept that was refused or taken back. Source: docs/rules/rights.md#retention"""
UNDER_WAY = "申请正在办理，办结之后才能删除；您也可以先撤回。"
A_YEAR = "未通过和撤回的申请保存一年，便于您申诉和核对。"


def unit_of(person_id: int) -> int:
    """The union a person is in, was in last, or applied to last; the top of the tree for who never came."""
    stay = members.last_stay(person_id)
    if stay is not None:
        return stay.union_id
    applied = JoinApplication.objects.filter(person_id=person_id).order_by("-submitted_at")
    found = applied.values_list("union_id", flat=True).first()
    return int(found) if found else unions.top().id


def export_applications(subject: DataSubject) -> list[Mapping[str, Any]]:
    rows = list(_applications(subject))
    names = registry.units.names({row.union_id for row in rows})
    return [
        {
            "提交时间": row.submitted_at,
            "工会": names.get(row.union_id, ""),
            "结果": rules.JOIN.labels[row.case.state],
            "单位": row.employer_text,
            "就业形式": member_rules.WORK_FORMS.get(row.work_form, ""),
            "新就业形态": member_rules.NEW_FORM_GROUPS.get(row.new_form_group, ""),
            "职业": row.occupation,
            "农村户籍": row.rural_hukou,
        }
        for row in rows
    ]


def _applications(subject: DataSubject) -> QuerySet[JoinApplication]:
    return (
        JoinApplication.objects.filter(person_id__in=subject.persons)
        .select_related("case")
        .order_by("submitted_at", "id")
    )


def over_on(application: JoinApplication, now: datetime) -> bool:
    """Whether a refused or withdrawn application may go today."""
    case = application.case
    if case.closed_at is None or case.state == rules.Join.APPROVED:
        return False
    return first_day_to_go(timezone.localdate(case.closed_at), REFUSED_DAYS) <= timezone.localdate(now)


def kept_applications(subject: DataSubject, now: datetime) -> list[Kept]:
    """What is open, what made him a member, and what was refused less than a year ago."""
    rows = list(_applications(subject))
    waiting = [row for row in rows if row.case.closed_at is None]
    approved = [row for row in rows if row.case.state == rules.Join.APPROVED]
    lately = [row for row in rows if row not in waiting and row not in approved and not over_on(row, now)]
    kept = []
    if waiting:
        kept.append(Kept(len(waiting), UNDER_WAY))
    if approved:
        kept.append(Kept(len(approved), ARCHIVE))
    if lately:
        last = max(timezone.localdate(row.case.closed_at) for row in lately if row.case.closed_at)
        kept.append(Kept(len(lately), A_YEAR, first_day_to_go(last, REFUSED_DAYS)))
    return kept


DISPUTE_DAYS: Final = 3 * 365
"""So long what is settled is kept. Source: docs/rules/rights.md#retention"""
PROOF: Final = "办结后保存三年，用来证明账号为什么由谁使用，便于您核对和投诉。"


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
    names = registry.units.names({row.case.unit_id for row in rows})
    return [
        {
            "时间": row.opened_at,
            "核实的工会": names.get(row.case.unit_id, ""),
            "内容": "您申请改绑" if own else "有人申请改绑您的证件号码",
            "手机号码": row.mobile_masked if own else "",
            "结果": rules.DISPUTE.labels[row.case.state],
        }
        for row in rows
        for own in [subject.account_id is not None and row.new_account_id == subject.account_id]
    ]


def kept_disputes(subject: DataSubject, now: datetime) -> list[Kept]:
    return kept_cases(disputes_of(subject), DISPUTE_DAYS, PROOF, now)
