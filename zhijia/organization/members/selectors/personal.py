"""What this room keeps of a person, for his own copy and for what may be deleted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhijia.kernel.actor import Scope
from zhijia.kernel.personal import DataSubject, Kept, first_day_to_go
from zhijia.organization.members import rules
from zhijia.organization.members.models import (
    EventKind,
    JoinApplication,
    MemberCard,
    Membership,
    MembershipEvent,
    MembershipState,
)
from zhijia.organization.unions import selectors as unions

REFUSED_DAYS = 365
"""So long an application is kept that was refused or taken back. Source: docs/rules/rights.md#retention"""
ARCHIVE = "会籍和入会经过是工会档案，按规定永久保存。"
UNDER_WAY = "申请正在办理，办结之后才能删除；您也可以先撤回。"
A_YEAR = "未通过和撤回的申请保存一年，便于您申诉和核对。"


def unit_of(person_id: int) -> int:
    """The union a person is in, was in last, or applied to last; the top of the tree for who never came."""
    stay = Membership.objects.filter(person_id=person_id).order_by("-since", "-id")
    found = (
        stay.filter(until__isnull=True).values_list("union_id", flat=True).first()
        or stay.values_list("union_id", flat=True).first()
        or JoinApplication.objects.filter(person_id=person_id)
        .order_by("-submitted_at")
        .values_list("union_id", flat=True)
        .first()
    )
    return int(found) if found else unions.tops(Scope(everything=True), limit=1)[0].id


def _names(union_ids: Sequence[int]) -> dict[int, str]:
    return {key: union.name for key, union in unions.facts_of(union_ids).items()}


def export_stays(subject: DataSubject) -> list[Mapping[str, Any]]:
    """His stays, then what happened to them, oldest first."""
    stays = list(Membership.objects.filter(person_id__in=subject.persons).order_by("since", "id"))
    events = list(MembershipEvent.objects.filter(person_id__in=subject.persons).order_by("at", "id"))
    names = _names([row.union_id for row in stays] + [row.union_id for row in events])
    rows: list[Mapping[str, Any]] = [
        {
            "类别": "会籍",
            "工会": names.get(row.union_id, ""),
            "会员卡号": row.member_number,
            "起": row.since,
            "止": row.until,
            "状态": MembershipState(row.state).label,
            "入会日期": row.joined_on,
            "就业形式": rules.WORK_FORMS.get(row.work_form, ""),
            "职业": row.occupation or rules.NEW_FORM_GROUPS.get(row.new_form_group, ""),
            "单位": row.employer_text,
            "外出务工": "是" if row.is_migrant else "",  # never asked is kept as no
        }
        for row in stays
    ]
    rows += [
        {"类别": "变动", "工会": names.get(row.union_id, ""), "起": row.on, "状态": EventKind(row.kind).label}
        for row in events
    ]
    return rows


def kept_stays(subject: DataSubject, now: datetime) -> list[Kept]:
    count = len(export_stays(subject))
    return [Kept(count, ARCHIVE)] if count else []


def export_cards(subject: DataSubject) -> list[Mapping[str, Any]]:
    return [
        {"发卡时间": row.issued_at, "停用时间": row.voided_at}
        for row in MemberCard.objects.filter(person_id__in=subject.persons).order_by("issued_at", "id")
    ]


def kept_cards(subject: DataSubject, now: datetime) -> list[Kept]:
    count = MemberCard.objects.filter(person_id__in=subject.persons).count()
    return [Kept(count, "会员卡随会籍档案保存。")] if count else []


def export_applications(subject: DataSubject) -> list[Mapping[str, Any]]:
    rows = list(_applications(subject))
    names = _names([row.union_id for row in rows])
    return [
        {
            "提交时间": row.submitted_at,
            "工会": names.get(row.union_id, ""),
            "结果": rules.JOIN.labels[row.case.state],
            "单位": row.employer_text,
            "就业形式": rules.WORK_FORMS.get(row.work_form, ""),
            "新就业形态": rules.NEW_FORM_GROUPS.get(row.new_form_group, ""),
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
