"""What unions were called before, who has gone into them, what keeps one from ending."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.urls import reverse

from zhijia.kernel.ports import OpenItem
from zhijia.organization.unions.models import Union, UnionName
from zhijia.organization.unions.selectors import CLOSED, facts_of, get_facts


def called(union_ids: Iterable[int]) -> Callable[[int, date], str]:
    """`name = called(ids)`, then `name(union_id, day)`: what it was called at the end of that day. Two queries."""
    ids = set(union_ids)
    now = {key: facts.name for key, facts in facts_of(ids).items()}
    before: dict[int, list[tuple[date, str]]] = {}
    for key, until, name in (
        UnionName.objects.filter(union_id__in=ids).order_by("until", "id").values_list("union_id", "until", "name")
    ):
        before.setdefault(key, []).append((until, name))

    def name_on(union_id: int, day: date) -> str:
        earlier = (name for until, name in before.get(union_id, ()) if day < until)
        return next(earlier, now.get(union_id, ""))

    return name_on


def called_before(union_ids: Iterable[int]) -> dict[int, list[str]]:
    """The former names of unions, and those of the unions that have gone into them; the latest first."""
    found: dict[int, list[str]] = {}
    ids = list(union_ids)
    own = UnionName.objects.filter(union_id__in=ids).order_by("-until", "-id").values_list("union_id", "name")
    merged = Union.objects.filter(successor_id__in=ids).order_by("-id").values_list("successor_id", "name")
    for key, name in [*own, *merged]:
        assert key is not None  # noqa: S101  chosen by it
        found.setdefault(key, []).append(name)
    return found


def open_items(union_id: int) -> OpenItem:
    """Unions below, which must go elsewhere before this one ends."""
    below = Union.objects.filter(parent_id=union_id).exclude(status__in=CLOSED).count()
    return OpenItem("下级工会", below, f"{reverse('unions:tree')}?open={get_facts(union_id).public_id}")
