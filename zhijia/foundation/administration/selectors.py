"""Reading parameters, the calendar and wordings for their pages, and the proposals that wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhijia.foundation.notify import selectors as notify
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.parameters.selectors import ParameterValue
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page
from zhijia.kernel.registry import MessageTemplate, ParameterSpec, registry

from . import rules
from .models import CalendarChange, MessageChange, ParameterChange
from .permissions import Permission

__all__ = ["ParameterChange"]
EVERYWHERE = ""


def get_spec(code: str) -> ParameterSpec:
    """Raises NotFound."""
    spec = registry.parameters.get(code)
    if spec is None:
        raise NotFound
    return spec


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with its value in force everywhere, the next one, and how many regions set their own; `room` is the
    capability that declares it.
    """

    room: str
    spec: ParameterSpec
    now: ParameterValue | None
    next: ParameterValue | None
    regions: int
    waiting: bool


def list_parameters(query: Query, *, today: date) -> Page[ParameterRow]:
    """Those that the words mean, by the capability that declares them, all on one page. Two queries."""
    values: dict[str, list[ParameterValue]] = {}
    for row in parameters.list_all_values():
        values.setdefault(row.code, []).append(row)
    waiting = set(
        ParameterChange.objects.filter(case__state=TwoPersons.PROPOSED).values_list("code", flat=True).distinct()
    )
    words = query.search.lower()
    rows = [
        _row(scenario.name, spec, values.get(spec.code, []), spec.code in waiting, today)
        for scenario in registry.scenarios
        for spec in scenario.parameters
        if words in spec.code or words in spec.label.lower()
    ]
    return Page(rows, total=len(rows))


def _row(room: str, spec: ParameterSpec, values: Sequence[ParameterValue], waiting: bool, today: date) -> ParameterRow:
    general = [row for row in values if row.region == EVERYWHERE]
    current = [row for row in general if row.valid_from <= today and (row.valid_to is None or today < row.valid_to)]
    coming = [row for row in general if row.valid_from > today]
    own = {row.region for row in values if row.region and (row.valid_to is None or today < row.valid_to)}
    return ParameterRow(
        room,
        spec,
        max(current, key=lambda row: row.valid_from, default=None),
        min(coming, key=lambda row: row.valid_from, default=None),
        len(own),
        waiting,
    )


def newest_version(code: str, region: str) -> int:
    return max((row.version for row in parameters.list_values(code) if row.region == region), default=0)


def newest_from(code: str, region: str) -> date | None:
    return max((row.valid_from for row in parameters.list_values(code) if row.region == region), default=None)


def region_label(region: str) -> str:
    return regions.full_name(region) or region if region else "全部地区"


def unit_for(actor: Actor, permission: str, region: str) -> int | None:
    """The unit under which the actor may act for `region`: the nearest of his that covers it; for everywhere the top.

    None where he holds the right for other regions only.
    """
    found = [grant for grant in actor.living_grants if permission in grant.permissions]
    found.sort(key=lambda grant: -len(grant.path))
    for grant in found:
        if registry.units.top(grant.unit_id) == grant.unit_id or (
            region and rules.covers(registry.units.region(grant.unit_id), region)
        ):
            return grant.unit_id
    return None


def region_choices(actor: Actor) -> list[tuple[str, str]]:
    """Where the actor may set values: everywhere from the top, else his regions, each with the divisions below."""
    choices: dict[str, str] = {}
    for grant in actor.living_grants:
        if Permission.PARAMETER_PROPOSE not in grant.permissions:
            continue
        if registry.units.top(grant.unit_id) == grant.unit_id:
            choices[EVERYWHERE] = "全部地区"
        own = registry.units.region(grant.unit_id)
        place = regions.find(own)
        if place is not None and grant.unit_id != registry.units.top(grant.unit_id):
            choices[own] = place.name
        for child in regions.children(own, limit=60):
            choices[child.code] = child.name
    return list(choices.items())


def list_parameter_changes(code: str, *, limit: int = 20) -> list[ParameterChange]:
    """Proposals for a parameter, newest first."""
    return list(ParameterChange.objects.select_related("case").filter(code=code).order_by("-id")[:limit])


def list_calendar_changes(*, limit: int = 10) -> list[CalendarChange]:
    return list(CalendarChange.objects.select_related("case").order_by("-id")[:limit])


def list_message_changes(code: str = "", *, limit: int = 10) -> list[MessageChange]:
    changes = MessageChange.objects.select_related("case")
    if code:
        changes = changes.filter(code=code)
    return list(changes.order_by("-id")[:limit])


def get_message(code: str) -> MessageTemplate:
    """The declared wording. Raises NotFound."""
    declared = registry.messages.get(code)
    if declared is None:
        raise NotFound
    return declared


def message_version(code: str) -> int:
    """The newest own wording's version, 0 where the declared one holds."""
    return notify.own_versions().get(code, 0)
