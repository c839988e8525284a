"""Pure rules of figures: what is counted, how a month balances, ranks, outliers, and what may be shown to whom.

Source: docs/rules/statistics.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import fmean, median
from typing import Final

from zhijia.kernel.money import round_half_up
from zhijia.organization.members.rules import GROUP_MEASURES

BALANCE: Final[Mapping[str, tuple[str, int]]] = {
    "joined": ("joined", 1),
    "entered": ("entered", 1),
    "transferred_in": ("transferred_in", 1),
    "restored": ("restored", 1),
    "transferred_out": ("transferred_out", -1),
    "retained": ("kept", -1),
    "withdrawn": ("withdrawn", -1),
    "expelled": ("expelled", -1),
    "deceased": ("deceased", -1),
    "merged": ("merged", -1),
    "unmerged": ("unmerged", 1),
    "reorganized_in": ("reorganized_in", 1),
    "reorganized_out": ("reorganized_out", -1),
}
"""Kind of event → the measure that counts it, and its sign in the balance of members. The others change no number."""

SIGN_OF: Final[Mapping[str, int]] = dict(BALANCE.values())
STOCKS: Final = (
    "members", "retained", "real_name", "activated", "female", "migrant", "dispatched", "new_form",
    *GROUP_MEASURES.values(), "unions", "federations", "employers", "workers",
)  # fmt: skip
FLOWS: Final = (*(measure for measure, _ in BALANCE.values()), "left")
"""Those that only grow; the others are stocks. `entered` counts who was written by a roster, having joined earlier;
`left` who withdrew, was expelled or died, retained ones too, while the terms of the balance count active members.
"""
MEASURES: Final = (*STOCKS, *FLOWS)


def flow_of(kind: str, counts: Mapping[str, int]) -> dict[str, int]:
    """What an event of this kind adds to the terms of the balance, by how much it changes `members`."""
    measure, sign = BALANCE.get(kind, ("", 0))
    return {measure: sign * counts.get("members", 0)} if measure and measure not in counts else {}


def balanced_end(begin: int, flows: Mapping[str, int]) -> int:
    """Members at the end by the identity: 100 at the beginning, 5 joined, 2 in, 1 out, 1 withdrawn are 105."""
    return begin + sum(sign * flows.get(measure, 0) for measure, sign in BALANCE.values())


# --- Days
def month_start(day: date) -> date:
    return day.replace(day=1)


def next_day(day: date) -> date:
    return day + timedelta(days=1)


def last_month_end(day: date) -> date:
    """The last day of the month before: 31 January for any day of February."""
    return month_start(day) - timedelta(days=1)


def months_before(first: date, count: int) -> list[date]:
    """So many firsts of months up to `first`, oldest first."""
    months = first.year * 12 + first.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(months - count + 1, months + 1)]


# --- Numbers as they are shown
@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of one unit: `count`, and for a share the `whole` that it is part of.

    `number` is what is shown, ranked and compared: the count itself, or the share in tenths of a per cent for one
    decimal, hundredths for two; None for a share of nothing or a figure that is not known.
    """

    count: int | None
    whole: int | None = None
    is_share: bool = False
    decimals: int = 1

    @property
    def number(self) -> int | None:
        if self.count is None or not self.is_share:
            return self.count
        if not self.whole:
            return None
        return round_half_up(Fraction(self.count * 100 * 10**self.decimals, self.whole))

    @property
    def exceeds(self) -> bool:
        """A share above 100 %: an anomaly that is shown, never cut."""
        return self.is_share and bool(self.whole) and (self.count or 0) > (self.whole or 0)

    def rounded(self) -> Reading:
        """As it may be told beyond one's own scope."""
        return Reading(to_five(self.count), to_five(self.whole), self.is_share, self.decimals)


def to_five(number: int | None) -> int | None:
    """To a multiple of 5: 7 → 5, 8 → 10; 1 to 4 → 0, which `disclosed` writes ＜5."""
    if number is None:
        return None
    return 0 if abs(number) < 5 else 5 * round_half_up(Fraction(number, 5))


SMALL: Final = "＜5"


def disclosed(number: int) -> int | str:
    """A cell beyond one's own scope: 0 stays 0, 1 to 4 are ＜5, everything else goes to a multiple of 5."""
    return SMALL if 0 < number < 5 else to_five(number) or 0


# --- Ranks and outliers
def ranks(numbers: Sequence[int | None]) -> list[int | None]:
    """The largest is first and equals share a rank: 94, 91, 91, 90, None → 1, 2, 2, 4, None."""
    ordered = sorted((number for number in numbers if number is not None), reverse=True)
    place: dict[int, int] = {}
    for index, number in enumerate(ordered, 1):
        place.setdefault(number, index)
    return [None if number is None else place[number] for number in numbers]


LEAST_PEERS: Final = 8
MOST_Z: Final = 3.5
MOST_JUMP: Final = Fraction(30, 100)


def robust_z(numbers: Sequence[float]) -> list[float]:
    """How far each lies from the median, in robust deviations: 0.6745 × (x − median) ÷ median deviation.

    Where more than half are equal the mean deviation (÷ 1.2533) stands for it; where all are, everybody is 0.
    """
    middle = median(numbers)
    distances = [abs(number - middle) for number in numbers]
    scale = median(distances) / 0.6745 or fmean(distances) * 1.2533
    return [(number - middle) / scale if scale else 0.0 for number in numbers]


def jump(now: int | None, before: int | None) -> Fraction | None:
    """The change as a part of what was; None where it was nothing or is not known. 130 after 100 → 3/10."""
    return None if now is None or not before else Fraction(now - before, abs(before))


def is_jump(change: Fraction | None) -> bool:
    """More than 30 %, up or down; 30 % itself is none."""
    return change is not None and abs(change) > MOST_JUMP
