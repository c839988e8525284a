"""What becomes of prepared rows against the unions, employers, persons and memberships as they stand.

The same number of queries for one row and for twenty thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhijia.organization.documents.rules import ROW_SENTENCE
from zhijia.organization.documents.selectors import listed_among
from zhijia.organization.members.selectors.rosters import Stay, stays_of
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters.rules.rows import NOBODY_CODES, Fault, Kind, Outcome
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.selectors import UnionFacts

from .preparing import Prepared

TWICE = "roster.twice"


@dataclass(slots=True)
class Judged:
    """A row and what it would come to. `employer` (id, name); `earlier` the member number and first joining of a
    person who was a member before; `first_row` where the same number stood first in the file.
    """

    row: Prepared
    outcome: Outcome = Outcome.NEW
    kind: Kind = Kind.DATA
    faults: list[Fault] = field(default_factory=list)
    union: UnionFacts | None = None
    employer: tuple[int | None, str] = (None, "")
    known: people.Known | None = None
    earlier: tuple[str, Any] | None = None
    first_row: int = 0

    def refuse(self, kind: Kind, column: str, code: str, reason: str) -> None:
        self.outcome, self.kind = Outcome.BAD, kind
        self.faults.append(Fault(column, code, reason))


class Seen:
    """Who stands in the rows of a file read so far: identity → number of the first row, which counts.

    Numbers of identity cards lie in sorted arrays, 16 bytes a person, where a dict takes a hundred.
    """

    _MOST_RUNS = 8

    def __init__(self) -> None:
        self._runs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        self._others: dict[str, int] = {}

    def note(self, rows: Iterable[Prepared]) -> None:
        self.note_identities((row.identity, row.number) for row in rows)

    def note_identities(self, pairs: Iterable[tuple[int | str, int]]) -> None:
        """`(identity, row number)`, row numbers rising; rows without an identity count for nobody."""
        cards, numbers = [], []
        for identity, number in pairs:
            if isinstance(identity, str):
                if identity:
                    self._others.setdefault(identity, number)
            else:
                cards.append(identity)
                numbers.append(number)
        ids, first = np.unique(np.array(cards, dtype=np.int64), return_index=True)
        fresh = self._look_up(ids) == 0
        if fresh.any():
            self._runs.append((ids[fresh], np.array(numbers, dtype=np.int64)[first][fresh]))
        if len(self._runs) > self._MOST_RUNS:
            whole = np.concatenate([run for run, _ in self._runs])
            order = np.argsort(whole)
            self._runs = [(whole[order], np.concatenate([rows for _, rows in self._runs])[order])]

    def _look_up(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first row of each number, 0 where it was not met."""
        found = np.zeros(len(ids), dtype=np.int64)
        for run, rows in self._runs:
            at = np.minimum(np.searchsorted(run, ids), len(run) - 1)
            found = np.where(run[at] == ids, rows[at], found)
        return found

    def before(self, rows: Sequence[Prepared]) -> list[int]:
        """For each row the earlier row of the same person, 0 where it is the first or says nobody."""
        cards = np.array([row.identity if isinstance(row.identity, int) else 0 for row in rows], dtype=np.int64)
        firsts = self._look_up(cards).tolist()
        for place, row in enumerate(rows):
            first = self._others.get(row.identity, 0) if isinstance(row.identity, str) else firsts[place]
            firsts[place] = first if first < row.number else 0
        return [int(first) for first in firsts]


_CLOSED = Fault("union_code", "union.closed", "这个工会目前不办理入会，请核对是否已经合并、撤销或暂停。")


class Desk:
    """Who loads: the unit, and the unions and employers met so far. For a minute at most: names, codes and places are
    not read again; whether a union is open is read for every chunk.
    """

    def __init__(self, unit: UnionFacts, *, employer_id: int | None = None) -> None:
        self.unit = unit
        self.direct = unit.type in unions.JOINABLE
        self.chosen_employer = employer_id
        self._codes: dict[str, UnionFacts | None] = {}
        self._names: dict[str, list[UnionFacts]] = {}
        self._employers: dict[str, tuple[int, str] | None] = {}
        self._employer_names: dict[str, list[int]] = {}
        self._own: dict[int, str] = {}
        self._found: dict[tuple[str, str], UnionFacts | Fault] = {}
        self._closed: frozenset[int] = frozenset()

    def look_up(self, rows: Sequence[Prepared]) -> None:
        """Read what these rows name and nobody named before, and which unions take nobody at this moment."""
        self._closed = unions.ids_not_open()
        codes = {row.union_code for row in rows if row.union_code} - set(self._codes)
        if codes:
            self._codes |= dict.fromkeys(codes, None) | unions.facts_of_codes(codes)
        names = {row.union_name for row in rows if row.union_name and not row.union_code} - set(self._names)
        if names:
            self._names |= {name: [] for name in names} | unions.facts_named(names, self.unit.path)
        credit = {row.employer_code for row in rows if row.employer_code} - set(self._employers)
        if credit:
            self._employers |= dict.fromkeys(credit, None) | unions.employers_of_codes(credit)
        named = {row.employer_name for row in rows if row.employer_name and not row.employer_code}
        named -= set(self._employer_names)
        if named:
            self._employer_names |= {name: [] for name in named} | unions.employers_named(named)
        own = {facts.employer_id for facts in self._met() if facts.employer_id} - set(self._own)
        if self.chosen_employer:
            own.add(self.chosen_employer)
        if own:
            self._own |= unions.employer_names(own)

    def _met(self) -> Iterable[UnionFacts]:
        yield self.unit
        yield from (facts for facts in self._codes.values() if facts is not None)
        for found in self._names.values():
            yield from found

    def find_union(self, row: Prepared) -> UnionFacts | Fault:
        """Whose member the row would be."""
        named = (row.union_code, row.union_name)
        found = self._found.get(named)
        if found is None:
            found = self._found[named] = self._find_union(row)
        if not isinstance(found, Fault) and found.id in self._closed:
            return _CLOSED
        return found

    def _find_union(self, row: Prepared) -> UnionFacts | Fault:
        if row.union_code:
            facts = self._codes[row.union_code]
            if facts is None or not facts.path.startswith(self.unit.path):
                return Fault("union_code", "roster.union_unknown", "本次导入的范围内没有这个编码的工会，请核对编码。")
            return self._direct(facts, "union_code")
        if row.union_name:
            found = self._names[row.union_name]
            if not found:
                return Fault(
                    "union_name", "roster.union_unknown", "本次导入的范围内没有这个名称的工会，请写全称或改填编码。"
                )
            if len(found) > 1:
                return Fault("union_name", "roster.union_ambiguous", "有几个工会都叫这个名称，请填写工会编码。")
            return self._direct(found[0], "union_name")
        if self.direct:
            return self._direct(self.unit, "union_code")
        return Fault("union_code", "roster.union_missing", "没有写明这名职工所在的工会，请填写工会编码或全称。")

    def _direct(self, facts: UnionFacts, column: str) -> UnionFacts | Fault:
        if facts.type not in unions.JOINABLE:
            return Fault(column, "union.takes_no_members", "这个工会不直接接收会员，请填写基层工会或网上会员之家。")
        return facts

    def find_employer(self, row: Prepared, union: UnionFacts) -> tuple[int | None, str] | Fault:
        """The employer's id and name. A union of one employer takes an unrecorded name for its own."""
        own = (union.employer_id, self._own.get(union.employer_id or 0, ""))
        if self.chosen_employer:
            return self.chosen_employer, self._own.get(self.chosen_employer, "")
        if row.employer_code:
            found = self._employers[row.employer_code]
            return found or Fault(
                "employer_code", "roster.employer_unknown", "还没有登记这个统一社会信用代码的单位，请对应已有的单位。"
            )
        if not row.employer_name:
            return own
        named = self._employer_names[row.employer_name]
        if len(named) == 1:
            return named[0], row.employer_name
        if union.employer_id:
            return own
        return Fault(
            "employer_name",
            "employer.ambiguous" if named else "roster.employer_unknown",
            "叫这个名称的单位不止一个，请填写统一社会信用代码，或对应已有的单位。"
            if named
            else "还没有登记叫这个名称的单位，请对应已有的单位。",
        )


def judge(desk: Desk, rows: Sequence[Prepared], seen: Seen) -> list[Judged]:
    """Every row with what it would come to. `seen` knows these rows already."""
    desk.look_up(rows)
    judged = [_alone(desk, row, earlier) for row, earlier in zip(rows, seen.before(rows), strict=True)]
    _against_persons(judged)
    return judged


def _alone(desk: Desk, row: Prepared, earlier: int) -> Judged:
    item = Judged(row)
    if row.faults:
        item.outcome = Outcome.BAD
        item.faults = list(row.faults)
        if item.faults[0].code in NOBODY_CODES:
            item.kind = Kind.NOBODY
            return item
    union = desk.find_union(row)
    if isinstance(union, Fault):
        if not any(fault.column == union.column for fault in item.faults):
            item.refuse(Kind.DATA, *union)
    else:
        item.union = union
    if earlier:
        item.first_row = earlier
        item.refuse(Kind.TWICE, "id_number", TWICE, f"文件第{earlier}行已有同一证件号码，以那一行为准，本行不写入。")
    if item.outcome is not Outcome.BAD and item.union is not None:
        employer = desk.find_employer(row, item.union)
        if isinstance(employer, Fault):
            item.refuse(Kind.EMPLOYER, *employer)
        else:
            item.employer = employer
    return item


def _against_persons(judged: Sequence[Judged]) -> None:
    """Who is known, who is a member already, here or elsewhere; and whose document must be looked at first."""
    digests = {item.row.digest for item in judged if item.row.digest}
    known = people.known_by_digests(digests) if digests else {}
    stays = stays_of({person.id for person in known.values()})
    met: set[int] = set()
    for item in judged:
        item.known = known.get(item.row.digest)
        if item.known is None or item.kind is Kind.TWICE:
            continue
        _against_person(item, item.known, stays.get(item.known.id, []))
        if item.outcome is Outcome.KNOWN and item.known.id in met:  # two documents of files that were merged
            item.refuse(Kind.TWICE, "id_number", TWICE, "文件里已有同一人的另一个证件号码，本行不写入。")
        met.add(item.known.id)
    _against_list([item for item in judged if item.outcome in (Outcome.NEW, Outcome.KNOWN)])


def _against_list(wanted: Sequence[Judged]) -> None:
    """Listed documents make nobody a member; the row waits as a case until the document was looked at."""
    barred = listed_among({item.row.digest for item in wanted}) if wanted else frozenset()
    if barred:
        for item in wanted:
            if item.row.digest in barred:
                item.refuse(Kind.DATA, "id_number", "document.check", ROW_SENTENCE)


def _against_person(item: Judged, person: people.Known, stays: Sequence[Stay]) -> None:
    if item.row.name and item.row.name != person.name:
        item.refuse(Kind.DATA, "name", "roster.name_differs", "与系统中这个证件号码登记的姓名不一致，请对照证件核对。")
    if item.outcome is Outcome.BAD and item.kind is not Kind.EMPLOYER:
        return
    living = next((stay for stay in stays if stay.until is None), None)
    if living is not None:
        here = item.union is not None and living.union_id == item.union.id
        if here:
            item.outcome, item.faults = Outcome.SAME, []
        else:
            item.faults = []
            item.refuse(
                Kind.ELSEWHERE,
                "id_number",
                "roster.elsewhere",
                "这位职工现在是其他工会的会员，名册不能把他转来，可以邀请他本人转会。",
            )
        return
    if stays and stays[-1].ended_by:
        item.faults = []
        item.refuse(
            Kind.DATA,
            "id_number",
            "roster.left",
            "这位职工的会籍已经终止，名册不能恢复，请由本人重新申请入会。",
        )
        return
    if item.outcome is Outcome.NEW:
        item.outcome = Outcome.KNOWN
        item.earlier = (stays[0].member_number, stays[0].joined_on) if stays else None
