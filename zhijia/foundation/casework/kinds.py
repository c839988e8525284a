"""A kind of case: its table of moves, its row, what each step asks, who sees what, how long it is kept and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Model

from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.rules import MAKER, OWNER, Move, TwoPersons, Workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor

from .fields import Asked, Choice, Papers, Words

Effect = Callable[..., None]
"""`effect(case, row, *, actor, given, now)`, in the move's own transaction, after the state has changed."""


class By(StrEnum):
    """Who opens a case of the kind: a member for himself, a cadre, or a service that checks who may, and says to `goes`
    what it likes.
    """

    MEMBER = "member"
    CADRE = "cadre"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Goes:
    """Where a new case goes: the unit that decides it, a second one, whose matter it is, and what only one open case
    may be about. `from_unit_id` is the unit that a cadre opens it for, where that is another one. `fills` are columns
    of the row besides the answers; `title`, where it is not the kind's, and `note` are the case's own words. `start` is
    one of the table's other starts; `said` stands as the opener's words in the history.
    """

    unit_id: int
    other_unit_id: int | None = None
    person_id: int | None = None
    open_key: str | None = None
    from_unit_id: int | None = None
    fills: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    note: str = ""
    start: str | None = None
    said: str = ""


Route = Callable[[Actor, Mapping[str, Any], datetime], Goes]


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in: `by` whom, what he is asked, where it goes; a cadre by his `right`. `page` is the one by hand where
    one is begun, in place of the kit's. `already(actor, given, now)` may find that the case is there: it does what is
    to be done with it and gives its public id, else an empty text.
    """

    by: By
    asks: tuple[Asked, ...]
    goes: Route
    right: str = ""
    page: str = ""
    already: Callable[[Actor, Mapping[str, Any], datetime], str] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What belongs to one move beside the table: what it asks, and the message it sends to whose matter it is.

    Answers are kept in the row's columns of the same name; words and choices without a column go into the history as
    its note. `means` is the second line of the choice, of what the row says: `到 {row.valid_from} 零时自动生效`; `then`
    what the owner is told where he is asked once more. `when(row)`: of which rows it is. `hands(case, row)` is the unit
    that the case goes to with it.
    """

    asks: tuple[Asked, ...] = ()
    tells: str = ""
    means: str = ""
    then: tuple[str, ...] = ("撤回后不再办理，需要时可以重新提交",)
    when: Callable[[Any], bool] | None = None
    hands: Callable[[Case, Any], int] | None = None


REMARK = Words("note", "意见", "退回时必填，对方会看到", required=False, most=500, rows=3, sample="已核对依据。")
REASON = Words("note", "意见", "退回时必填，对方会看到", least=2, most=500, rows=3, sample="依据还不充分，请补充。")


WHY_UNDO = Words("note", "原因", "复核人会看到", least=5, most=200, rows=3, sample="核对后发现有误，应当改正。")


def bulk_asks(asks: tuple[Asked, ...]) -> bool:
    """Whether the bar below ticked rows can ask it: at most one choice and one text."""
    kinds = [type(asked) for asked in asks]
    return set(kinds) <= {Choice, Words} and len(set(kinds)) == len(kinds)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the list: states, by due date; of closed ones the newest first. `side` is UNIT or OTHER where it shows
    only what comes to the reader's units, or what they are the second unit of.
    """

    code: str
    label: str
    states: frozenset[str]
    side: str = ""


def checked_tabs(workflow: Workflow) -> tuple[Tab, ...]:
    """The tabs of `two_persons`: what waits, what holds, what came to nothing, and what became of it after."""
    s = TwoPersons
    waits, holds = frozenset({s.PROPOSED, s.UNDO_ASKED}) & set(workflow.labels), frozenset({s.IN_FORCE})
    nothing = frozenset({s.REFUSED, s.WITHDRAWN})
    tabs = [
        Tab("open", "待复核", waits),
        Tab("held", workflow.labels[s.IN_FORCE], holds),
        Tab("back", "退回和撤回", nothing),
    ]
    after = [state for state in workflow.labels if state not in waits | holds | nothing]
    if after:
        tabs.append(Tab("after", "、".join(workflow.labels[state] for state in after), frozenset(after)))
    return tuple(tabs)


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the panel beside a decision: a sentence that is right, to be looked at, or wrong; its law below it."""

    text: str
    state: str = "ok"
    value: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class Wordings:
    """What the pages of a kind say: `intro` under the member's title, `button` that begins one, `then` what follows
    `[("由您的工会答复", True), ("会记您的姓名", False)]`, `empty` where a list has nothing. `tells_person`: the list
    names whose matter each one is. Where it is the title that names him, `head` is what the list calls it, and `own`
    what he reads in its place: `{row.label}`. `unit` is what the unit that decides is called, `other` the second one,
    where people are to know of it.
    """

    intro: str = ""
    button: str = ""
    then: tuple[tuple[str, bool], ...] = ()
    tells_person: bool = True
    head: str = ""
    own: str = ""
    unit: str = "工会"
    other: str = ""
    empty: Empty = Empty("没有这样的事项")  # noqa: RUF009  frozen


@dataclass(frozen=True)
class CaseKind:
    """`docs/first-capability.md` walks through one in full.

    `opens` is asked of who opens a case, a member or, with the right `opened_by`, a cadre; `goes(actor, given, now)`
    says where it goes and refuses who may not. `shown_when` names the states in which an answer is shown to the member
    himself. `columns` stand in the list between due date and state. `keep_days` after closing the row goes, except in
    `archive` states; `purpose` is told to whom it concerns.

    `at_once` names the moves that may be made of several ticked cases. `also` are further ways in. `filled` are columns
    that `goes` or an effect fills, shown as answers are. `beside` are buttons of the list: label and URL name.

    `other_readers` are rights that read at the second unit only; in `unspoken` states that unit knows nothing of it.

    `slug` is its address; `space` the namespace of its pages where that is another, such as `clients` or
    `administration:parameter-changes`. Holders of `readers` see its cases besides. `opened_on` is the page by hand
    where one is proposed, in place of the kit's form. `review` is the template of its review page, which extends the
    kit's; `shows_more(case, row, actor, now)` adds what that template needs. `on_phone`: whose matter it is reads it
    and makes his moves on the phone, though somebody else opened it; `own_page` is the template of that page and
    `shows_own(case, row, actor, now)` what it needs besides. `before(case)` comes before each move, such as a lock.
    """

    slug: str
    workflow: Workflow
    model: type[Model]
    opens: tuple[Asked, ...]
    goes: Route
    title: str
    steps: Mapping[str, Step]
    tabs: tuple[Tab, ...]
    opener: By = By.MEMBER
    opened_by: str = ""
    opened_on: str = ""
    also: tuple[Opening, ...] = ()
    filled: tuple[Asked, ...] = ()
    at_once: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    readers: tuple[str, ...] = ()
    other_readers: tuple[str, ...] = ()
    unspoken: frozenset[str] = frozenset()
    space: str = ""
    columns: tuple[Column, ...] = ()
    words: Wordings = Wordings()
    checks: Callable[[Case, Any, Actor, datetime], list[Check]] | None = None
    review: str = "casework/review.html"
    shows_more: Callable[[Case, Any, Actor, datetime], dict[str, Any]] | None = None
    shown_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keep_days: int = 3 * 365
    archive: frozenset[str] = frozenset()
    purpose: str = ""
    on_phone: bool = False
    own_page: str = "casework/case.html"
    shows_own: Callable[[Case, Any, Actor, datetime], dict[str, Any]] | None = None
    before: Callable[[Case], None] | None = None
    effects: dict[str, Effect] = field(default_factory=dict)

    def __post_init__(self) -> None:
        moves = {move.name for move in self.workflow.moves}
        unknown = (set(self.steps) - moves) | ({s for tab in self.tabs for s in tab.states} - set(self.workflow.labels))
        if unknown:
            raise ValueError(f"{self.slug}: no such move or state: {sorted(unknown)}")
        kept = {asked.name for opening in self.openings for asked in opening.asks if asked.kept}
        kept |= {each.name for each in self.filled}
        kept |= {
            each.name
            for step in self.steps.values()
            for each in step.asks
            if each.kept and type(each) not in (Words, Choice)
        }
        lost = kept - self.column_names
        if lost:
            raise ValueError(f"{self.slug}: no column for {sorted(lost)}")
        if unasked := [name for name in self.at_once if not bulk_asks(self.step(name).asks)]:
            raise ValueError(f"{self.slug}: a bar asks for a choice and for words only: {unasked}")
        if any((opening.by is By.CADRE) != bool(opening.right) for opening in self.openings):
            raise ValueError(f"{self.slug}: a cadre opens by a right, and nobody else does")

    def on(self, *names: str) -> Callable[[Effect], Effect]:
        """`@PROPOSALS.on("verify")`: what else a move does; `open` is the opening."""

        def keep(effect: Effect) -> Effect:
            for name in names:
                if name != "open":
                    self.workflow.move(name)
                if name in self.effects:
                    raise ValueError(f"{self.slug}: {name} has an effect already")
                self.effects[name] = effect
            return effect

        return keep

    @property
    def openings(self) -> tuple[Opening, ...]:
        return (Opening(self.opener, self.opens, self.goes, self.opened_by, self.opened_on), *self.also)

    def begins(self, by: By) -> str:
        """The URL name of the page on which one is begun that way."""
        found = self.opening(by)
        return (found.page if found is not None else "") or self.page("new" if by is self.opener else "begin")

    def opening(self, by: By) -> Opening | None:
        return next((opening for opening in self.openings if opening.by is by), None)

    @property
    def has_own_page(self) -> bool:
        return self.opening(By.MEMBER) is not None or self.on_phone

    @property
    def name(self) -> str:
        return self.workflow.name

    def page(self, name: str) -> str:
        """The URL name of one of its pages: `proposals:review`."""
        return f"{self.space or self.slug}:{name}"

    @property
    def column_names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.model._meta.concrete_fields)

    def step(self, name: str) -> Step:
        return self.steps.get(name, Step())

    @property
    def rights(self) -> tuple[str, ...]:
        """Permissions that its moves ask for, the one that opens, its readers': who holds one may read the case."""
        asked = [move.by for move in self.workflow.moves if move.is_permission]
        opens = [opening.right for opening in self.openings if opening.right]
        return tuple(dict.fromkeys([*asked, *opens, *self.readers]))

    @property
    def own_moves(self) -> tuple[Move, ...]:
        """Those made on the phone: by whose matter it is, and by the member who made the case."""
        made = {OWNER} | ({MAKER} if self.opening(By.MEMBER) else set())
        return tuple(move for move in self.workflow.moves if move.by in made)

    @property
    def desk_moves(self) -> tuple[Move, ...]:
        """Those made on the console: by a right, or by the cadre who made the case."""
        made = {MAKER} if any(opening.by is not By.MEMBER for opening in self.openings) else set[str]()
        return tuple(move for move in self.workflow.moves if move.is_permission or move.by in made)

    def is_sure(self, move: Move) -> bool:
        """Whether the owner's move is made at once. To take back what waits for others he is asked once more."""
        asked = bool(self.step(move.name).asks) or move.target not in self.workflow.closed
        return asked or move.sources <= self.workflow.owner_acts

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Everything that is asked, in this order, each once."""
        opens = [each for opening in self.openings for each in opening.asks]
        asked = [*opens, *(each for step in self.steps.values() for each in step.asks)]
        return tuple({each.name: each for each in asked}.values())

    @property
    def asks_papers(self) -> bool:
        return any(isinstance(each, Papers) for each in self.asked)

    @property
    def shows(self) -> tuple[Asked, ...]:
        """All answers that have a column, in the order in which they are asked, and what else is filled."""
        has_column = [each for each in self.asked if each.kept and each.name in self.column_names]
        return tuple({each.name: each for each in (*has_column, *self.filled)}.values())

    def hidden(self, state: str) -> frozenset[str]:
        """The answers that the member himself does not see in this state."""
        return frozenset(name for name, states in self.shown_when.items() if state not in states)


def checked_kind(
    slug: str, workflow: Workflow, model: type[Model], *, means: str, undoes: str = "", about_person: bool = False,
    words: Wordings = Wordings(), steps: Mapping[str, Step] | None = None, **declared: Any,
) -> CaseKind:  # fmt: skip
    """A kind whose table is `two_persons`, declared: a cadre proposes, another one agrees, which `means` this;
    undoing it `undoes` that. `about_person`: it is one person's matter, and the list names him. `steps` are those of
    the moves that follow, the rest is as in `CaseKind`.
    """
    own = {"agree": Step((REMARK,), means=means), "refuse": Step((REASON,), means="须写意见")}
    if TwoPersons.UNDO_ASKED in workflow.labels:
        own |= {"ask_undo": Step((WHY_UNDO,)), "undo": Step((REMARK,), means=undoes), "keep": Step((REASON,))}
    return declare(
        CaseKind(
            slug,
            workflow,
            model,
            opener=By.CADRE,
            steps=own | dict(steps or {}),
            tabs=checked_tabs(workflow),
            words=replace(words, tells_person=about_person),
            **declared,
        )
    )


_kinds: dict[str, CaseKind] = {}


def declare(kind: CaseKind) -> CaseKind:
    """For contract tests, demonstration and clock, which know every kind. Raises ValueError for a slug taken."""
    if kind.slug in _kinds:
        raise ValueError(f"{kind.slug} is declared twice")
    _kinds[kind.slug] = kind
    return kind


def kinds() -> tuple[CaseKind, ...]:
    return tuple(_kinds.values())
