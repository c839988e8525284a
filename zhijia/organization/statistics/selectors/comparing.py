"""Units beside one another: their ranks, who stands out, and two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from zhijia.kernel.actor import Scope
from zhijia.kernel.indicators import Indicator
from zhijia.organization.statistics.rules import LEAST_PEERS, MOST_Z, Reading, is_jump, jump, ranks, robust_z
from zhijia.organization.unions.selectors import UnionFacts

from .indicators import Moment, read_many


@dataclass(frozen=True, slots=True)
class RankLine:
    """A unit among its peers. `rank` and `before` (of the month before) are None where there is nothing to rank by;
    a unit outside the reader's scope shows rounded numbers, `small` where that hides 1 to 4, and its rank is the true
    one.
    """

    union: UnionFacts
    reading: Reading
    rank: int | None
    before: int | None
    inside: bool
    small: bool = False


def rank_peers(indicator: Indicator, peers: Sequence[UnionFacts], moment: Moment, scope: Scope) -> list[RankLine]:
    """Peers by one indicator, the largest first; those without a number stand last."""
    now = read_many([indicator], peers, moment)
    earlier = read_many([indicator], peers, moment.month_before)
    found = [now[peer.id][indicator.code] for peer in peers]
    places = ranks([reading.number for reading in found])
    before = ranks([earlier[peer.id][indicator.code].number for peer in peers])
    lines = []
    for peer, reading, rank, old in zip(peers, found, places, before, strict=True):
        inside = scope.covers(peer.path)
        small = not inside and 0 < (reading.count or 0) < 5
        lines.append(RankLine(peer, reading if inside else reading.rounded(), rank, old, inside, small))
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.union.path))


@dataclass(frozen=True, slots=True)
class Outlier:
    """A unit that stands out: `z` among its peers (None where they are fewer than eight), `change` against the month
    before as a part of it. `strange` and `jumped` say by which of the two.
    """

    union: UnionFacts
    reading: Reading
    before: Reading
    z: float | None
    change: Fraction | None
    strange: bool
    jumped: bool


def outliers(indicator: Indicator, peers: Sequence[UnionFacts], moment: Moment) -> list[Outlier]:
    """Those of the peers that jumped more than 30 % in the month or lie beyond 3.5 robust deviations, farthest first.

    Shares are compared as they are, numbers by how much they changed: a county is not strange for being large. Peers
    are units of one type and level. Source: docs/rules/statistics.md#outliers
    """
    now = read_many([indicator], peers, moment)
    earlier = read_many([indicator], peers, moment.month_before)
    pairs = {peer.id: (now[peer.id][indicator.code], earlier[peer.id][indicator.code]) for peer in peers}
    changes = {key: jump(reading.number, before.number) for key, (reading, before) in pairs.items()}
    compared = {key: reading.number for key, (reading, _) in pairs.items()} if indicator.is_share else changes
    known = {key: float(number) for key, number in compared.items() if number is not None}
    z_of: dict[int, float] = {}
    if len(known) >= LEAST_PEERS:
        z_of = dict(zip(known, robust_z(list(known.values())), strict=True))
    result = []
    for peer in peers:
        reading, before = pairs[peer.id]
        z, change = z_of.get(peer.id), changes[peer.id]
        strange, jumped = z is not None and abs(z) > MOST_Z, is_jump(change)
        if strange or jumped:
            result.append(Outlier(peer, reading, before, z, change, strange, jumped))
    return sorted(result, key=lambda one: (-abs(one.z or 0), -abs(one.change or 0), one.union.path))
