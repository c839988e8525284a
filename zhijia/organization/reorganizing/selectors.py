"""Changes under way at a union, and what has become of it. Source: docs/rules/reorganizing.md"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from zhijia.kernel.ports import OpenItem

from .models import OrgChange


def open_items(union_id: int) -> OpenItem:
    """Changes of other unions that are to bring something here: two that cross stop each other until one goes."""
    named = Q(successor_id=union_id) | Q(parent_id=union_id)
    number = OrgChange.objects.filter(named, case__closed_at__isnull=True).count()
    return OpenItem("以本工会为接续或上级的组织变更", number, reverse("reorganizing:list"))


def carried_out(union_id: int) -> Sequence[OrgChange]:
    """The changes of a union, and those of others that have brought something here; the last first."""
    rows = OrgChange.objects.filter(Q(union_id=union_id) | Q(successor_id=union_id), carried_out_on__isnull=False)
    rows = rows.select_related("case").exclude(~Q(union_id=union_id), sort="DISSOLVE")
    return list(rows.order_by("-carried_out_on", "-id")[:100])
