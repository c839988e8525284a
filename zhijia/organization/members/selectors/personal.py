"""What this room keeps of a person, for his own copy and for what may be deleted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from zhijia.kernel.personal import DataSubject, Kept
from zhijia.organization.members import rules
from zhijia.organization.members.models import EventKind, MemberCard, Membership, MembershipEvent, MembershipState
from zhijia.organization.unions import selectors as unions

ARCHIVE = "会籍和入会经过是工会档案，按规定永久保存。"


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
