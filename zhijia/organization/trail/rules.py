"""How much of the trail one question covers, what strikes among refused tries, how an export is agreed to.

Source: docs/rules/trail.md
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from zhijia.foundation.workflow.rules import two_persons
from zhijia.kernel.errors import Invalid

from .permissions import Permission

DAYS: Final = 30
"""Without days, the last so many."""
LONGEST: Final = 92
"""Days of one question that names neither a person nor a matter."""


class Days(NamedTuple):
    """Both days included; None: no bound on this side."""

    first: date | None
    last: date | None


def days_of(first: date | None, last: date | None, *, today: date, named: bool) -> Days:
    """The days that a question covers. `named`: it names a person or a matter, which are found at any distance.

    Raises Invalid `trail.days`.
    """
    if named:
        _in_order(first, last)
        return Days(first, last)
    if last is None:
        last = min(today, first + timedelta(days=DAYS - 1)) if first and first <= today else today
    if first is None:
        first = last - timedelta(days=min(DAYS - 1, (last - date.min).days))
    _in_order(first, last)
    if (last - first).days >= LONGEST:
        text = f"不限定人员或编号时，一次最多查 {LONGEST} 天，请缩短日期范围。"
        raise Invalid("trail.days", text, fields={"first": text})
    return Days(first, last)


def _in_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and first > last:
        text = "结束日期不能早于开始日期。"
        raise Invalid("trail.days", text, fields={"last": text})


# --- Refused tries --------------------------------------------------------------------------------------------------
REFUSED: Final = ("audit.denied", "accounts.step_up_failed", "accounts.code_refused", "clients.refused")
FROM_ADDRESS: Final = 10
"""Tries from one address that strike."""
PERSONS_FROM_ADDRESS: Final = 3
"""Persons tried from one address that strike, however few tries it took."""
AGAINST_PERSON: Final = 5
"""Failed ways in to one person's console that strike: as many as lock it."""


class Try(NamedTuple):
    """A refused try: from where, as whom (None: not signed in), which event."""

    address: str
    person_id: int | None
    event: str


@dataclass(frozen=True, slots=True)
class Strike:
    """What strikes: `address` with how many tries and as how many persons, or `person_id` with how many failed ways in
    from how many addresses.
    """

    tries: int
    others: int
    address: str = ""
    person_id: int | None = None


def striking(tries: Iterable[Try]) -> list[Strike]:
    """Addresses and persons that strike, most tries first."""
    from_address: Counter[str] = Counter()
    persons: dict[str, set[int]] = defaultdict(set)
    against: Counter[int] = Counter()
    addresses: dict[int, set[str]] = defaultdict(set)
    for each in tries:
        if each.address:
            from_address[each.address] += 1
            if each.person_id is not None:
                persons[each.address].add(each.person_id)
        if each.person_id is not None and each.event != "audit.denied":
            against[each.person_id] += 1
            addresses[each.person_id].add(each.address)
    found = [
        Strike(count, len(persons[address]), address=address)
        for address, count in from_address.items()
        if count >= FROM_ADDRESS or len(persons[address]) >= PERSONS_FROM_ADDRESS
    ]
    found += [
        Strike(count, len(addresses[person]), person_id=person)
        for person, count in against.items()
        if count >= AGAINST_PERSON
    ]
    return sorted(found, key=lambda strike: (-strike.tries, strike.address, strike.person_id or 0))


# --- Exports --------------------------------------------------------------------------------------------------------
# A case stands at the asker's own union, so that whoever checks it stands there or above.
TRAIL_EXPORT = two_persons(
    "trail.export",
    "导出审计记录",
    check=Permission.EXPORT_DECIDE,
    due="trail.export_wd",
    maker="申请人",
    agreed="已同意",
    agree="复核同意，开始准备文件",
    button="同意导出",
)
