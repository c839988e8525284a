"""The one JSON line that every program prints."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`figure` is what we reached, `limit` what was possible in the same run, both in `unit`.

    `ratio` is figure / limit where more is better and must be at least `bar`; where less is better (`at_most`), it must
    be at most `bar`. `rows` says how much data lay there.
    """

    bench: str
    figure: float
    limit: float
    unit: str
    bar: float
    rows: int = 0
    at_most: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.figure / self.limit if self.limit else 0.0

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar

    def line(self) -> str:
        values = asdict(self) | {"ratio": round(self.ratio, 3), "holds": self.holds}
        return json.dumps({name: round(v, 3) if isinstance(v, float) else v for name, v in values.items()})


def interleaved(measures: Sequence[Callable[[], float]], *, rounds: int = 5) -> list[float]:
    """The median of each measure, taken in turn: noise of the machine then falls on all alike."""
    taken: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for kept, measure in zip(taken, measures, strict=True):
            kept.append(measure())
    return [statistics.median(kept) for kept in taken]
