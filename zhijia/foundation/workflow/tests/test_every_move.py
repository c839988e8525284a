"""Every move of every declared workflow, tried by everybody: the tables are walked, no workflow is named here.

A case is put into each source state by hand and moved by `services.move`; who may follows from the table alone.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.workflow import selectors, services
from zhijia.foundation.workflow.models import Case, CaseHistory, Deadline, InboxEntry
from zhijia.foundation.workflow.rules import CLOCK, MAKER, OTHER, OWNER, SYSTEM, Move, Workflow
from zhijia.kernel.actor import ANONYMOUS, SYSTEM as SYSTEM_ACTOR, Actor, Grant, Kind
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotAllowed, NotFound, NotSignedIn, RuleBroken, WrongState
from zhijia.kernel.registry import registry

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MOVES = [
    (flow.code, move.name, source)
    for flow in registry.workflows.values()
    for move in flow.moves
    for source in sorted(move.sources)
]
NEVER_MADE = 990_001
"""Person ids that nobody of the small province has."""


def holder(world: World, union: str, permission: str, person_id: int) -> Actor:
    facts = world.facts(union)
    grant = Grant(facts.id, facts.path, "TEST", frozenset({permission}))
    return Actor(Kind.PERSON, account_id=person_id, person_id=person_id, grants=(grant,), staff=True)


def case_in(world: World, flow: Workflow, state: str, *, maker: Actor | None = None, owner: int | None = None) -> Case:
    made_by = maker or Actor(Kind.PERSON, account_id=NEVER_MADE, person_id=NEVER_MADE)
    return services.open_case(
        flow,
        made_by,
        title="一件事项",
        unit_id=world["plant"].pk,
        other_unit_id=world["home"].pk,
        owner_person_id=owner,
        now=world.now,
        start=state,
    )


def unit_of(step: Move, state: str) -> tuple[str, str]:
    """The union where the move is decided, and one beside it, out of its subtree."""
    unit = step.unit_in(state)
    if unit == OTHER:
        return "home", "other_home"
    return ("town" if unit == "upper" else "plant"), "other_home"


def may(world: World, flow: Workflow, step: Move, case: Case) -> Actor:
    if step.by in (CLOCK, SYSTEM):
        return SYSTEM_ACTOR
    if step.by in (OWNER, MAKER):
        person = case.owner_person_id if step.by == OWNER else case.maker_person_id
        return Actor(Kind.PERSON, account_id=person, person_id=person)
    return holder(world, unit_of(step, case.state)[0], step.by, NEVER_MADE + 7)


def make(case: Case, step: Move, actor: Actor, world: World, **given: Any) -> Case:
    return services.move(case, step.name, actor=actor, now=world.now, given=dict.fromkeys(step.needs, "理由") | given)


@pytest.mark.parametrize(("code", "name", "source"), MOVES)
def test_who_the_table_names_may_and_everything_of_the_step_is_written(
    code: str, name: str, source: str, world: World
) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    case = case_in(world, flow, source, owner=world.person().pk if step.by == OWNER else None)
    Deadline.objects.filter(case=case, kind="window").delete()
    trail = AuditEntry.objects.filter(event="workflow.move").count()
    version = case.version
    make(case, step, may(world, flow, step, case), world)
    case.refresh_from_db()
    assert (case.state, case.version) == (step.target, version + 1)
    last = CaseHistory.objects.filter(case=case).latest("id")
    assert (last.move, last.source, last.target) == (name, source, step.target)
    assert AuditEntry.objects.filter(event="workflow.move").count() == trail + 1
    assert selectors.timeline(case, own=True)[0].title == step.title
    others = selectors.timeline(case)[0]
    assert "您" not in others.title + others.label + selectors.describe(case)["label"], "staff read of somebody else"
    if step.target in flow.closed:
        assert case.closed_at == world.now
        assert not InboxEntry.objects.filter(case=case, closed_at=None).exists()
        assert not Deadline.objects.filter(case=case, done_at=None).exclude(state=step.target).exists()
    else:
        waiting = set(InboxEntry.objects.filter(case=case, closed_at=None).values_list("permission", flat=True))
        noted = {step.by} if step.once and source == step.target else set()  # nothing is left to do with that right
        assert waiting == {permission for _, permission in flow.addressees(step.target)} - noted


@pytest.mark.parametrize(("code", "name", "source"), MOVES)
def test_nobody_else_may(code: str, name: str, source: str, world: World) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    owner = world.person()
    case = case_in(world, flow, source, owner=owner.pk)
    here, elsewhere = unit_of(step, source)
    stranger = Actor(Kind.PERSON, account_id=NEVER_MADE + 1, person_id=NEVER_MADE + 1)
    refused: list[tuple[Actor, tuple[type[Exception], ...]]] = [
        (stranger, (NotFound, WrongState)),
        (ANONYMOUS, (NotSignedIn, NotFound, WrongState)),
    ]
    if step.is_permission:
        not_stepped_up = holder(world, here, step.by, NEVER_MADE + 2)
        refused += [
            (holder(world, elsewhere, step.by, NEVER_MADE + 3), (NotFound,)),
            (holder(world, here, "no:such:right", NEVER_MADE + 4), (NotAllowed,)),
            (holder(world, here, step.by, owner.pk), (RuleBroken,)),
            (Actor(Kind.PERSON, person_id=NEVER_MADE + 2, grants=not_stepped_up.grants), (NotFound,)),
        ]
        if step.checker:
            refused.append((holder(world, here, step.by, case.last_person_id or 0), (RuleBroken,)))
    if step.by in (OWNER, MAKER):
        refused.append((holder(world, "province", "joining:application:decide", NEVER_MADE + 5), (NotFound,)))
    for actor, errors in refused:
        with pytest.raises(errors):
            make(case, step, actor, world)
    case.refresh_from_db()
    assert (case.state, case.version) == (source, 1)
    assert CaseHistory.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(("code", "name"), sorted({(code, name) for code, name, _ in MOVES}))
def test_a_move_that_a_state_does_not_have_is_refused(code: str, name: str, world: World) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    for state in flow.states():
        if state in step.sources:
            continue
        case = case_in(world, flow, state, owner=world.person().pk if step.by == OWNER else None)
        with pytest.raises(WrongState):
            make(case, step, may(world, flow, step, case), world)


@pytest.mark.parametrize(("code", "name", "source"), [m for m in MOVES if registry.workflow(m[0]).move(m[1]).needs])
def test_what_a_move_needs_must_be_given(code: str, name: str, source: str, world: World) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    case = case_in(world, flow, source, owner=world.person().pk if step.by == OWNER else None)
    with pytest.raises(Invalid, match=r"case\.missing") as said:
        services.move(case, name, actor=may(world, flow, step, case), now=world.now)
    assert set(said.value.fields) == set(step.needs)


@pytest.mark.parametrize("value", [0, False, 0.0])
def test_nought_and_no_are_values_that_were_given(value: Any, world: World) -> None:
    """A benefit of nought yuan is a benefit that was reported."""
    code, name, source = next(m for m in MOVES if registry.workflow(m[0]).move(m[1]).needs)
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    case = case_in(world, flow, source, owner=world.person().pk if step.by == OWNER else None)
    make(case, step, may(world, flow, step, case), world, **dict.fromkeys(step.needs, value))
    assert case.state == step.target


REOPENING = [
    (flow.code, move.name, source)
    for flow in registry.workflows.values()
    for move in flow.moves
    for source in sorted(move.sources & flow.closed)
    if move.target not in flow.closed
]


@pytest.mark.parametrize(("code", "name", "source"), REOPENING)
def test_a_case_opened_again_stands_in_the_way_of_the_same_matter_alone(
    code: str, name: str, source: str, world: World
) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    owner = world.person().pk

    def opened(state: str, key: str) -> Case:
        return services.open_case(
            flow, Actor(Kind.PERSON, account_id=NEVER_MADE, person_id=NEVER_MADE), title="一件事项",
            unit_id=world["plant"].pk, other_unit_id=world["home"].pk, owner_person_id=owner, now=world.now,
            start=state, open_key=key,
        )  # fmt: skip

    closed = opened(source, "year:2026")
    Deadline.objects.filter(case=closed, kind="window").delete()
    make(closed, step, may(world, flow, step, closed), world)
    opened(flow.start, f"person:{owner}")
    with pytest.raises(Duplicate, match="already_open"), transaction.atomic():
        opened(flow.start, "year:2026")


def test_some_closed_cases_are_opened_again() -> None:
    assert REOPENING


@pytest.mark.parametrize(("code", "name", "source"), [m for m in MOVES if registry.workflow(m[0]).move(m[1]).within])
def test_a_window_closes(code: str, name: str, source: str, world: World) -> None:
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    case = case_in(world, flow, source, owner=world.person().pk)
    from zhijia.foundation.workflow import deadlines

    clocks = [c for c in deadlines.for_state(flow, source, case.unit_id, world.now) if c.kind == "window"]
    Deadline.objects.filter(case=case).delete()
    deadlines.write(case.pk, clocks)
    (window,) = [clock for clock in clocks if clock.move == name]
    with pytest.raises(Expired, match=r"case\.too_late"):
        services.move(
            case, name, actor=may(world, flow, step, case), now=window.due_at, given=dict.fromkeys(step.needs, "理由")
        )


@pytest.mark.parametrize("code", sorted(registry.workflows))
def test_every_workflow_can_be_drawn_and_leads_out(code: str) -> None:
    flow: Workflow = registry.workflow(code)
    reached, before = set(flow.starts), set()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in flow.moves if move.sources & reached}
    assert reached == set(flow.states())
    assert reached & flow.closed
    for permission in {move.by for move in flow.moves if move.is_permission}:
        assert permission in registry.permissions, permission
    for parameter in [
        *flow.due.values(),
        *(move.after or move.within for move in flow.moves if move.after or move.within),
    ]:
        assert parameter in registry.parameters, parameter
    assert flow.diagram().startswith("stateDiagram-v2")
    assert set(flow.hues) <= set(flow.states())


def test_the_workflows_are_not_empty() -> None:
    assert len(MOVES) > 20


# --- What waits for whom
CHECKED_BY = [(code, name, source) for code, name, source in MOVES if registry.workflow(code).move(name).is_permission]


@pytest.mark.parametrize(("code", "name", "source"), CHECKED_BY)
def test_only_what_one_may_decide_waits_for_one(code: str, name: str, source: str, world: World) -> None:
    """Inbox, what comes next, and the late list never offer what `authorize` would then refuse."""
    flow: Workflow = registry.workflow(code)
    step = flow.move(name)
    if source in flow.owner_acts | flow.closed:
        return
    here, _ = unit_of(step, source)
    maker, other = (holder(world, here, step.by, NEVER_MADE + key) for key in (11, 12))
    owner = holder(world, here, step.by, world.person().pk)
    case = case_in(world, flow, source, maker=maker, owner=owner.person_id)
    InboxEntry.objects.filter(case=case).update(due_at=world.now)
    above = holder(world, "province", step.by, maker.person_id or 0)
    aside = holder(world, "province", "no:such:right", NEVER_MADE + 13)
    for actor in (other, maker, owner):
        try:
            services.authorize(case, step, actor)
            expected = [case.pk]
        except RuleBroken:
            expected = []
        assert [row.case.pk for row in selectors.list_inbox(actor, now=world.now)] == expected
        assert bool(selectors.find_next(actor, flow, step.by, besides="")) == bool(expected)
    assert selectors.late_below(aside, [world[here].pk], now=world.now) == []
    late = selectors.late_below(above, [world[here].pk], now=world.now)
    assert [row.case.pk for row in late] == ([] if step.checker else [case.pk])


def test_a_late_matter_names_the_union_it_waits_at(world: World) -> None:
    """A request of a member of the plant waits at the county's privacy officer: the city sees the county late."""
    world.staff("PRIVACY", "county")
    city = world.staff("PRIVACY", "city", "李明")
    case = case_in(world, registry.workflow("people.rights"), "ASKED", owner=world.person().pk)
    InboxEntry.objects.filter(case=case).update(due_at=world.now)
    (row,) = selectors.late_below(city, [world["plant"].pk, world["county"].pk], now=world.now)
    assert (row.unit_name, row.decider) == (world["plant"].name, world["county"].name)
