"""Pages by key: where one page ends the next begins, whatever was written meanwhile.

    page = page_of(Client.objects.all(), ("-opened_at", "-id"), after=request.GET.get("after", ""), limit=50)
    page.rows, page.next

A place is the ordering values of a page's last row, as text for an address; every list of pages and API has the same.
Source: docs/rules/lists.md
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

from .errors import Invalid

Row = TypeVar("Row")
Other = TypeVar("Other")
M = TypeVar("M", bound=Model)
LONGEST = 600
"""A name of thirty letters with its sound takes 430 signs."""
WRONG_PLACE = "request.page"
_BIGGEST = 2**63


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`next` is the place where the following page begins, empty at the end; `total` where it is cheap to know;
    `examined` so many rows were looked at before the page was given up, 0 where it is full or the end.
    """

    rows: list[Row]
    next: str = ""
    total: int | None = None
    examined: int = 0

    def of(self, rows: Iterable[Other]) -> Page[Other]:
        """The same place with its rows told more about."""
        return Page(list(rows), self.next, self.total, self.examined)


def write_place(*values: date | str | int) -> str:
    """`write_place(opened_at, 41)`; moments and days as ISO 8601."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return (
        base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":"), ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )


def read_place(text: str, fields: Sequence[Field[Any, Any]]) -> tuple[Any, ...] | None:
    """The values that `write_place` wrote, as the columns take them; None for the first page.

    Raises Invalid `request.page` for anything else.
    """
    if not text:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text[:LONGEST]) % 4)))
        values = [field.to_python(value) for field, value in zip(fields, said, strict=True)]
    except (ValueError, TypeError, ValidationError, OverflowError, RecursionError):
        values = []
    if not values or not all(_is_plain(value) for value in values):
        words = "翻页位置不正确，请从第一页重新查看。"
        raise Invalid(WRONG_PLACE, words, fields={"after": words})
    return tuple(values)


def _is_plain(value: object) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, int):
        return -_BIGGEST <= value < _BIGGEST
    return isinstance(value, date) or (isinstance(value, str) and "\x00" not in value)


def page_of(rows: QuerySet[M, M], order: Sequence[str], *, after: str = "", limit: int = 50) -> Page[M]:
    """One page of `rows` in an order that tells all rows apart: `("-opened_at", "-id")`, columns without NULL.

    Raises Invalid `request.page`.
    """
    names = [name.lstrip("-") for name in order]
    place = read_place(after, [_column(rows.model, name) for name in names])
    if place is not None:
        rows = rows.filter(behind(order, place))
    found = list(rows.order_by(*order)[: limit + 1])
    shown = found[:limit]
    onward = write_place(*(_value(shown[-1], name) for name in names)) if len(found) > limit else ""
    return Page(shown, onward)


def behind(order: Sequence[str], place: Sequence[Any]) -> Q:
    """Rows after a place. The first column stands once more by itself, so that an index begins there."""
    found, same = Q(), Q()
    for name, value in zip(order, place, strict=True):
        column, side = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{column}__{side}": value})
        same &= Q(**{column: value})
    first = order[0]
    return Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": place[0]}) & found


def _column(model: type[Model], name: str) -> Field[Any, Any]:
    *relations, last = name.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]
    field = model._meta.get_field(last)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is no column")
    return field


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value
