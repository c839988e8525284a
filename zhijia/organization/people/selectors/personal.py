"""What this room keeps of a person, for his copy and for what may be deleted. Never for anybody else's page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from zhijia.kernel.actor import Actor
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.registry import registry
from zhijia.organization.people import codes, selectors
from zhijia.organization.people.models import Consent, Person, Purpose, RealNameCheck, RightsRequest, Sex
from zhijia.organization.people.rules import real_name_words, rights as rules

PROOF = timedelta(days=3 * 365)
"""How long it can be shown that a consent was given, or a request answered."""
GONE = "已删除"
WANTED = "people_rightsrequest.wanted"
"""Where the right values are sealed."""


def own_subject(actor: Actor) -> DataSubject:
    """Raises NotSignedIn, NotAllowed `auth.no_person`."""
    return subject_of(actor.require_person(), actor.account_id)


def subject_of(person_id: int, account_id: int | None, *, asking: str = "") -> DataSubject:
    return DataSubject(tuple(selectors.with_aliases(person_id)), account_id, asking)


def export_identity(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """In full: the numbers are his own. Nothing where they were deleted."""
    rows = []
    for person in Person.objects.filter(id__in=subject.persons).exclude(id_sealed=b"").order_by("id"):
        facts, numbers, born = selectors.open_for_himself(person.pk)
        rows.append(
            {
                "姓名": facts.name,
                "证件类型": selectors.document_label(facts.id_type),
                "证件号码": numbers.id_number,
                "手机号码": numbers.mobile,
                "出生日期": born,
                "性别": Sex(facts.sex).label,
                "实名": real_name_words(facts.real_name_level),
                "核验时间": person.verified_at,
                "建档时间": person.created_at,
            }
        )
    return rows


def export_profile(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    """What he need not have told."""
    rows = []
    for person in Person.objects.filter(id__in=subject.persons).order_by("id"):
        told = (person.ethnicity, person.education, person.political_status)
        if any(told) or person.rural_hukou is not None:
            rows.append(
                {
                    "民族": codes.ETHNICITIES.get(told[0], ""),
                    "学历": codes.EDUCATIONS.get(told[1], ""),
                    "政治面貌": codes.POLITICAL_STATUSES.get(told[2], ""),
                    "农村户籍": person.rural_hukou,
                }
            )
    return rows


def export_checks(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    words = {"matched": "一致", "mismatch": "不一致", "unavailable": "核验服务没有答复"}
    return [
        {"时间": row.at, "核验来源": row.source, "结果": words.get(row.outcome, row.outcome)}
        for row in RealNameCheck.objects.filter(person_id__in=subject.persons).order_by("at", "id")
    ]


def kept_checks(subject: DataSubject, now: datetime) -> list[Kept]:
    count = RealNameCheck.objects.filter(person_id__in=subject.persons).count()
    reason = "这是您的身份经过核验的凭据，不含姓名和号码。"
    return [Kept(count, reason, needs_him=False)] if count else []


def export_consents(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    rows = Consent.objects.filter(account_id=subject.account_id or 0).order_by("given_at", "id")
    return [
        {
            "内容": Purpose(row.purpose).label,
            "版本": row.version,
            "同意时间": row.given_at,
            "渠道": row.channel,
            "撤回时间": row.withdrawn_at,
        }
        for row in rows
    ]


def kept_consents(subject: DataSubject, now: datetime) -> list[Kept]:
    """All: that consent was given must be shown while it counts and three years after it was taken back."""
    own = Consent.objects.filter(account_id=subject.account_id or 0)
    count, last = own.count(), own.aggregate(last=Max("withdrawn_at"))["last"]
    if not count:
        return []
    living = own.filter(withdrawn_at__isnull=True).exists()
    until = None if living or last is None else timezone.localdate(last + PROOF)
    return [Kept(count, "这是您同意过什么的凭据，生效期间和撤回后三年内须保存。", until, needs_him=False)]


def open_wanted(request: RightsRequest) -> dict[str, str]:
    """The right values by their codes; nothing once it is settled."""
    if not request.wanted_sealed:
        return {}
    text = settings.ZHIJIA_KEYS.keyring.open_sealed(
        request.wanted_sealed, table_column=WANTED, row=request.case.public_id
    )
    wanted: dict[str, str] = json.loads(text)
    return wanted


def export_requests(subject: DataSubject) -> Sequence[Mapping[str, Any]]:
    rows = RightsRequest.objects.filter(person_id__in=subject.persons).select_related("case")
    rows = rows.order_by("asked_at", "id")
    return [
        {
            "时间": row.asked_at,
            "请求": rules.KINDS[row.kind],
            "内容": row.text,
            "更正为": "；".join(_wanted_words(row)),
            "答复": row.answer,
            "答复时间": row.answered_at,
        }
        for row in rows
    ]


def _wanted_words(row: RightsRequest) -> list[str]:
    """In full while it waits; once it is settled the identity's own sheet tells it."""
    labels = {field.code: field.label for room in registry.corrections() for field in room.fields}
    waiting = [f"{labels.get(code, code)} {value}" for code, value in open_wanted(row).items()]
    return waiting or [f"{line['label']} {line['new']}" for line in row.result.get("corrected", [])]


def kept_requests(subject: DataSubject, now: datetime) -> list[Kept]:
    own = RightsRequest.objects.filter(person_id__in=subject.persons)
    count, last = own.count(), own.aggregate(last=Max("asked_at"))["last"]
    if not count or last is None:
        return []
    reason = "您提过的请求和答复保存三年，便于您核对和投诉。"
    return [Kept(count, reason, timezone.localdate(last + PROOF), needs_him=False)]
