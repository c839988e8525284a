"""A workflow is a table of moves. Pure: no Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

OWNER = "owner"
MAKER = "maker"
"""Who made the case, such as a cadre who takes his own proposal back."""
CLOCK = "clock"
SYSTEM = "system"

REMINDED = "remind"
"""What the history calls a reminder from above; it moves nothing."""

UNIT = "unit"
"""The unit a case is decided at."""
UPPER = "upper"
"""The unit above `UNIT`."""
OTHER = "other"
"""The second unit of a case, such as the one a member leaves."""


@dataclass(frozen=True, slots=True)
class Move:
    """One way from states to a state.

    `by` is a permission code, held on `unit`; or OWNER, MAKER, CLOCK, SYSTEM. Where the unit changes with the state,
    sources are given as `{PENDING: UNIT, ESCALATED: UPPER}`. `needs` names values that must be given.
    `after` (parameter code) makes the clock move by itself so long after the state was entered; `within` closes the
    move so long after it. `once`: a case can make it a single time. `checker`: not the person who made the case or
    the last move. `afresh`: what is checked was asked for by the last move, so only who made that one is kept out;
    whoever made the case counts as anybody. `title` is what the timeline says, `button` what the page says.
    """

    name: str
    sources: frozenset[str]
    target: str
    by: str
    unit: str = UNIT
    units: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: tuple[str, ...] = ()
    after: str = ""
    within: str = ""
    once: bool = False
    checker: bool = False
    afresh: bool = False
    title: str = ""
    button: str = ""

    def __init__(
        self,
        name: str,
        sources: Iterable[str] | Mapping[str, str],
        target: str,
        *,
        by: str,
        unit: str = UNIT,
        needs: tuple[str, ...] = (),
        after: str = "",
        within: str = "",
        once: bool = False,
        checker: bool = False,
        afresh: bool = False,
        title: str = "",
        button: str = "",
    ) -> None:
        for key, value in {
            "name": name,
            "sources": frozenset(sources),
            "target": target,
            "by": by,
            "unit": unit,
            "units": dict(sources) if isinstance(sources, Mapping) else {},
            "needs": needs,
            "after": after,
            "within": within,
            "once": once,
            "checker": checker,
            "afresh": afresh,
            "title": title or name,
            "button": button or title or name,
        }.items():
            object.__setattr__(self, key, value)

    @property
    def is_permission(self) -> bool:
        return self.by not in (OWNER, MAKER, CLOCK, SYSTEM)

    def unit_in(self, state: str) -> str:
        """The unit on which `by` is held while the case is in `state`."""
        return self.units.get(state, self.unit)


@dataclass(frozen=True, slots=True)
class Workflow:
    """`Workflow("joining.application", "入会申请", start=State.SUBMITTED, moves=[...], closed={...}, ...)`

    `labels` gives each state's Chinese word, `hues` its colour (late soon done run still), `due` the parameter of the
    time a state should take: when it passes, who must act is reminded and the entry shows as late. A case begins in
    `start`, or in one of `other_starts` where what comes before is not needed.
    """

    code: str
    name: str
    start: str
    moves: tuple[Move, ...]
    labels: Mapping[str, str]
    closed: frozenset[str]
    hues: Mapping[str, str] = field(default_factory=dict)
    due: Mapping[str, str] = field(default_factory=dict)
    owner_acts: frozenset[str] = frozenset()
    other_starts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        names = [move.name for move in self.moves]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.code}: a move is listed twice")
        unknown = {state for move in self.moves for state in (*move.sources, move.target)} - set(self.labels)
        if unknown or not self.starts <= set(self.labels):
            raise ValueError(f"{self.code}: states without a label: {sorted(unknown)}")

    @property
    def starts(self) -> frozenset[str]:
        return self.other_starts | {self.start}

    def move(self, name: str) -> Move:
        """Raises LookupError for a name that the table does not hold."""
        for move in self.moves:
            if move.name == name:
                return move
        raise LookupError(f"{self.code} has no move {name}")

    def moves_from(self, state: str) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if state in move.sources)

    def addressees(self, state: str) -> tuple[tuple[str, str], ...]:
        """`(unit role, permission)` pairs whose inbox a case in `state` stands in; none where the owner must act."""
        if state in self.owner_acts:
            return ()
        pairs = {
            (m.unit_in(state), m.by): None
            for m in self.moves_from(state)
            if m.is_permission and state not in self.closed
        }
        return tuple(pairs)

    def checks_of(self, state: str, unit: str, permission: str) -> tuple[Move, ...]:
        """The moves by which in `state` holders of `permission` decide what somebody else made or asked for."""
        return tuple(m for m in self.moves_from(state) if m.checker and m.by == permission and m.unit_in(state) == unit)

    def states(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def diagram(self) -> str:
        """The state diagram as Mermaid text, states and moves in the order of the table."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.states() if state in self.starts)]
        for move in self.moves:
            sources = [source for source in self.states() if source in move.sources]
            lines += [f"    {source} --> {move.target}: {move.title}" for source in sources]
        lines += [f"    {state} --> [*]" for state in self.states() if state in self.closed]
        return "\n".join(lines)


def to_others(words: str) -> str:
    """A title or label, which speaks to its owner, as everybody else reads it: 您提出了申诉, 本人提出了申诉."""
    return words.replace("您", "本人")


class Hue(StrEnum):
    """The five meanings of colour in the console."""

    LATE = "late"
    SOON = "soon"
    DONE = "done"
    RUN = "run"
    STILL = "still"


class TwoPersons(StrEnum):
    """The states of what one person proposes and another agrees to."""

    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    UNDO_ASKED = "UNDO_ASKED"
    UNDONE = "UNDONE"


@dataclass(frozen=True, slots=True)
class Undoing:
    """How what holds is undone, by two persons again: who asks with the right `by`, `within` which time; what undoing
    is called, 解除, and what the second one says who does not agree, 维持名单.
    """

    by: str
    word: str
    keep: str
    within: str = ""

    def labels(self) -> dict[str, str]:
        return {TwoPersons.UNDO_ASKED: f"{self.word}待复核", TwoPersons.UNDONE: f"已{self.word}"}

    def moves(self, check: str) -> tuple[Move, ...]:
        s = TwoPersons
        ask, agreed, kept = f"提出{self.word}", f"复核同意，{self.word}", f"复核后{self.keep}"
        return (
            Move("ask_undo", {s.IN_FORCE}, s.UNDO_ASKED, by=self.by, within=self.within, needs=("note",), title=ask),
            Move("undo", {s.UNDO_ASKED}, s.UNDONE, by=check, checker=True, afresh=True, title=agreed,
                 button=f"同意{self.word}"),
            Move("keep", {s.UNDO_ASKED}, s.IN_FORCE, by=check, checker=True, afresh=True, needs=("note",), title=kept,
                 button=self.keep),
        )  # fmt: skip


def two_persons(
    code: str,
    name: str,
    *,
    check: str,
    due: str,
    maker: str,
    agreed: str,
    agree: str = "复核同意",
    button: str = "同意",
    undoing: Undoing | None = None,
    more: Iterable[Move] = (),
    labels: Mapping[str, str] | None = None,
    hues: Mapping[str, str] | None = None,
) -> Workflow:
    """What one person proposes, another who holds `check` agrees to or sends back, and the first may take back.

    `maker` is what the first is called, `agreed` the state's word once it holds, `agree` what the timeline says then,
    `undoing` how it is undone by two persons.
    `more` are the moves that follow when it is in force, with the `labels` and `hues` of their states; all of these
    are closed states, since nobody has to act in them.
    """
    s = TwoPersons
    told = {s.PROPOSED: "等待复核", s.IN_FORCE: agreed, s.REFUSED: "已退回", s.WITHDRAWN: "已撤回", **(labels or {})}
    told |= undoing.labels() if undoing else {}
    back = f"退回{maker}"
    colours = {s.PROPOSED: Hue.SOON, s.IN_FORCE: Hue.DONE, s.REFUSED: Hue.LATE, s.WITHDRAWN: Hue.STILL, **(hues or {})}
    colours |= {s.UNDO_ASKED: Hue.SOON, s.UNDONE: Hue.STILL} if undoing else {}
    return Workflow(
        code,
        name,
        start=s.PROPOSED,
        labels=told,
        hues=colours,
        closed=frozenset(told) - {s.PROPOSED, s.UNDO_ASKED},
        due={s.PROPOSED: due, s.UNDO_ASKED: due} if undoing else {s.PROPOSED: due},
        moves=(
            Move("agree", {s.PROPOSED}, s.IN_FORCE, by=check, checker=True, title=agree, button=button),
            Move("refuse", {s.PROPOSED}, s.REFUSED, by=check, checker=True, needs=("note",), title=back, button=back),
            Move("withdraw", {s.PROPOSED}, s.WITHDRAWN, by=MAKER, title=f"{maker}撤回", button="撤回"),
            *(undoing.moves(check) if undoing else ()),
            *more,
        ),
    )
