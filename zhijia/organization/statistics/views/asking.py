"""What a page of figures is asked: of which unit, on which day, in which boundaries; and the head that they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Listing, Query
from zhijia.foundation.ui.listing.exporting import FORMS, export
from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import registry
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.statistics import rules
from zhijia.organization.statistics.permissions import Permission
from zhijia.organization.statistics.selectors import Boundaries, Moment
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.rules import LEVEL_AREA

FIRST_DAY: Final = date(2000, 1, 1)
PAGES: Final = (
    ("drill", "总览"),
    ("trend", "趋势"),
    ("ranking", "同级排位"),
    ("pivot", "透视"),
    ("comparison", "两日比较"),
    ("outliers", "异常"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything the address says, checked; what it does not know is left out."""

    request: Request
    page: str
    unit: unions.UnionFacts
    moment: Moment
    indicator: Indicator
    order: str
    form: str
    kept: tuple[tuple[str, str], ...]

    @property
    def today(self) -> date:
        return self.moment.today

    @property
    def may_list(self) -> bool:
        return self.request.actor.may(MemberPermission.VIEW, self.unit.path)

    def sees(self, union: unions.UnionFacts) -> bool:
        return self.request.actor.scope_for(Permission.VIEW).covers(union.path)

    def href(self, page: str = "", **changed: str) -> str:
        """This page, or another, asked the same but for what is given."""
        said = {
            "unit": self.unit.public_id,
            "day": "" if self.moment.is_now else self.moment.day.isoformat(),
            "boundaries": self.moment.boundaries if not self.moment.is_now else "",
            "indicator": self.indicator.code,
            "order": self.order,
            **(dict(self.kept) if not page or page == self.page else {}),
            **changed,
        }
        address = reverse(f"statistics:{page}") if page else ""
        return f"{address}?{urlencode({key: value for key, value in said.items() if value})}"

    def as_of(self) -> str:
        return "此刻" if self.moment.is_now else f"截至 {self.moment.day:%Y-%m-%d}"


def read(request: Request, page: str, *, keeps: Sequence[str] = ()) -> Asked:
    """Raises NotFound for a unit out of scope, NotAllowed without the right. `keeps` names what else stays."""
    request.actor.require_anywhere(Permission.VIEW)
    unit = _unit(request)
    today = timezone.localdate(request.now)
    day = day_of(request.GET.get("day", ""), today)
    asked = request.GET.get("boundaries", "")
    boundaries: Boundaries = "now" if asked == "now" or (asked != "then" and day < today) else "then"
    named = {one.code: one for one in registry.indicators()}
    indicator = named.get(request.GET.get("indicator", "")) or registry.indicators()[0]
    form = request.GET.get("form", "")
    kept = tuple((name, request.GET.get(name, "")[:40]) for name in keeps)
    return Asked(
        request,
        page,
        unit,
        Moment(day, today, boundaries),
        indicator,
        request.GET.get("order", "")[:40],
        form if form in FORMS else "",
        kept,
    )


def _unit(request: Request) -> unions.UnionFacts:
    named = request.GET.get("unit", "")
    if not named:
        return unions.get_facts_by_path(request.actor.scope_for(Permission.VIEW).paths[0])
    found = unions.find_by_public_id(named)
    if found is None:
        raise NotFound
    request.actor.require(Permission.VIEW, found.path)
    return found


def day_of(text: str, today: date) -> date:
    """A day that has been; today for anything else."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return today
    return day if FIRST_DAY <= day <= today else today


def short(union: unions.UnionFacts) -> str:
    """`烟台市总工会` is 烟台市 in a table of cities, and on the map."""
    return union.name.removesuffix("总工会") or union.name


def size_of(rows: int) -> str:
    """How tall a picture with so many bars is drawn."""
    return "sm" if rows <= 5 else "" if rows <= 14 else "tall"


def children_of(asked: Asked) -> list[unions.UnionFacts]:
    """The units directly below, as they stand or stood; those that have gone elsewhere since are named too."""
    moment = asked.moment
    if moment.is_now or moment.boundaries == "now":
        return unions.list_children(asked.unit.id, limit=MOST_CHILDREN)
    path = places.paths_on(moment.day, [asked.unit.id]).get(asked.unit.id)
    ids = places.ids_directly_below_on(path, moment.day)[:MOST_CHILDREN] if path else []
    facts = unions.facts_of(ids)
    return [facts[key] for key in ids]


MOST_CHILDREN: Final = 400


# --- The head
def head(asked: Asked, title: str, *, is_dated: bool = True) -> dict[str, Any]:
    """Context of `statistics/base.html`; a page that is always of now asks for no day and no indicator."""
    moment = asked.moment
    scope = asked.request.actor.scope_for(Permission.VIEW)
    crumbs = [facts for facts in unions.breadcrumb(asked.unit.path)[:-1] if scope.covers(facts.path)]
    month_end, year_end = rules.last_month_end(asked.today), date(asked.today.year - 1, 12, 31)
    return {
        "title": title,
        "asked": asked,
        "unit": asked.unit,
        "whole": f"{asked.unit.name}及下级" if asked.unit.level < LEVEL_AREA else asked.unit.name,
        "as_of": asked.as_of() if is_dated else "",
        "is_dated": is_dated,
        "day": moment.day.isoformat(),
        "today": asked.today.isoformat(),
        "days": [(month_end.isoformat(), "上月末"), (year_end.isoformat(), "上年末")],
        "crumbs": [{"label": short(facts), "href": asked.href(unit=facts.public_id)} for facts in crumbs],
        "segments": []
        if moment.is_now or not is_dated
        else [
            {"label": label, "href": asked.href(boundaries=code), "current": moment.boundaries == code}
            for code, label in (("now", "按现行隶属"), ("then", "按当时隶属"))
        ],
        "tabs": [{"label": label, "href": asked.href(page), "current": page == asked.page} for page, label in PAGES],
        "hidden": [
            ("unit", asked.unit.public_id),
            ("order", asked.order),
            *((name, value) for name, value in asked.kept if value),
        ],
        "indicators": [(one.code, one.label, bool(one.within)) for one in registry.indicators()],
        "moved": "" if moment.is_now or not is_dated else _moved(asked),
        "exports": [(form.upper(), asked.href(form=form)) for form in FORMS],
    }


def _moved(asked: Asked) -> str:
    count = places.count_moved_since(asked.unit.path, asked.moment.day)
    if not count:
        return ""
    how = "按现在的隶属重新汇总" if asked.moment.boundaries == "now" else "按当天的隶属汇总"
    return f"{asked.moment.day:%m-%d} 以后有 {formats.number(count)} 个工会调整过隶属，本页{how}；全省合计不变。"


# --- Taking along
def table_to_save(
    asked: Asked, code: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponseBase:
    """What the page shows as a file, through the list kit: recorded with what was asked."""
    lines = [tuple(row) for row in rows]
    first, *others = heads
    listing = Listing(
        f"statistics.{code}",
        f"{title} {asked.moment.day:%Y-%m-%d}",
        head=Column(first, lambda row: row[0]),
        columns=tuple(Column(label, _nth(place)) for place, label in enumerate(others, 1)),
    )
    said = {
        "unit": asked.unit.public_id,
        "day": asked.moment.day.isoformat(),
        "boundaries": asked.moment.boundaries,
        "indicator": asked.indicator.code,
        **dict(asked.kept),
    }
    return export(listing, asked.request, Query(filters=said), lambda _: Page(lines), asked.form)


def _nth(place: int) -> Any:
    return lambda row: row[place]


def behind(asked: Asked, union: unions.UnionFacts, indicator: Indicator) -> str:
    """The list behind a figure for who may read it: today's filtered alike, a past day's by the stays."""
    link = indicator.behind
    if link is None or not asked.request.actor.may(link.permission, union.path):
        return ""
    if asked.moment.is_now:
        return f"{reverse(link.url_name)}?{urlencode({'unit': union.public_id, **link.filters})}"
    if indicator.code != "members":
        return ""
    said = {"unit": union.public_id, "day": asked.moment.day.isoformat(), "boundaries": asked.moment.boundaries}
    return f"{reverse('statistics:members')}?{urlencode(said)}"
