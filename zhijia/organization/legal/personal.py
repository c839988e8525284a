"""Who stands in a certificate as the union's legal representative. Source: docs/rules/legal.md"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from zhijia.kernel.personal import DataSubject, Kept
from zhijia.organization.legal.models import LegalPerson, Registration


def export_legal(subject: DataSubject) -> Sequence[Mapping[str, object]]:
    rows = LegalPerson.objects.filter(person_id__in=subject.persons).select_related("union").order_by("id")
    return [{"工会": row.union.name, "法定代表人登记": row.registered_on.isoformat()} for row in rows]


def kept_legal(subject: DataSubject, now: datetime) -> Sequence[Kept]:
    count = sum(model.objects.filter(person_id__in=subject.persons).count() for model in (LegalPerson, Registration))
    return [Kept(count, "工会法人登记是工会档案，永久保存。")] if count else []
