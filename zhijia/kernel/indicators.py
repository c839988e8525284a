"""What a figure of units is: declared by the capability that owns what it counts, shown by whoever shows figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Behind:
    """The list of what a current figure counts: a URL name that takes `?unit=`, filters alike, and who may read it."""

    url_name: str
    permission: str
    filters: Mapping[str, str] = field(default_factory=dict)


CountUnits = Callable[[Mapping[int, str], date, date], Mapping[int, tuple[int, int]]]
"""`({unit id: path}, first day, last day)` → `{unit id: (count, whole)}`, each unit with its subtree."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of a unit with its subtree: the sum of the measures `counts`, or with `of` their share of those in per
    cent with `decimals`; `definition` is shown beside it.

    Measures are kept by `statistics`; one in `asks` counts only where the parameter beside it says so. Who keeps
    figures of his own gives `counted` instead, of a share with `share_of_own`. `within` names the indicator that this
    is one part of. `on_desk`: among the few that a cadre sees first.
    """

    code: str
    label: str
    definition: str
    order: int = 100
    counts: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    unit: str = "人"
    decimals: int = 1
    asks: Mapping[str, str] = field(default_factory=dict)
    counted: CountUnits | None = None
    share_of_own: bool = False
    within: str = ""
    on_desk: bool = False
    behind: Behind | None = None

    @property
    def is_share(self) -> bool:
        return bool(self.of) or self.share_of_own
