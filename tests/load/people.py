"""Synthetic workers for rosters: their numbers are of the unassigned region 370299 and pass every check."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.people import name_of

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Worker:
    name: str
    id_number: str
    mobile: str


def worker(serial: int) -> Worker:
    """The same serial is the same person; serials from 0 to 12 million are all different people."""
    day, sequence = divmod(serial, 999)
    year, rest = divmod(day, 336)
    body = f"370299{1965 + year}{rest // 28 + 1:02d}{rest % 28 + 1:02d}{sequence + 1:03d}"
    check = "10X98765432"[sum(int(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    return Worker(name_of(serial), body + check, f"138{serial:08d}")


def roster(number: int, size: int) -> list[Worker]:
    """The file of that number; no two files share a worker."""
    return [worker(number * size + place) for place in range(size)]
