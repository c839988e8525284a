"""Every kind of case, walked by its own table: no capability writes these, and none can forget them.

Each move is reached from the start by sample answers; then made by the right hand, on the page and by the API, and
tried from elsewhere and without the right; what is left in the trail, what a list costs, what is kept of a person.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.callers import send
from tests.contracts.openings import NAMES, OPENED_BY, said
from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import kinds, selectors, services
from zhijia.foundation.casework.fields import Asked, Choice, Papers, samples
from zhijia.foundation.casework.kinds import By, CaseKind, Opening
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.clock import fire_due
from zhijia.foundation.workflow.models import Case, CaseHistory, Deadline
from zhijia.foundation.workflow.rules import CLOCK, MAKER, OWNER, SYSTEM, UPPER, Move
from zhijia.kernel.actor import SYSTEM as SYSTEM_ACTOR, Actor
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.personal import DataSubject
from zhijia.kernel.registry import registry
from zhijia.organization.access.roles import ROLES
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db
KINDS = kinds.kinds()
MOVES = [(kind, move) for kind in KINDS for move in kind.workflow.moves if move.by not in (CLOCK, SYSTEM)]
PAGED = [(kind, move) for kind, move in MOVES if move.by != OWNER or kind.has_own_page]
"""What is moved on a page of the kit; the others have pages by hand."""
DESK = [(kind, move) for kind, move in MOVES if move.is_permission]
LEVELS = {7: "plant", 5: "town", 4: "county", 3: "city", 2: "province"}


def ids(pair: Any) -> str:
    return f"{pair[0].slug}-{pair[1].name}" if isinstance(pair, tuple) else str(pair.slug)


ON_TOP = {"calendar-changes", "message-changes", "consent-texts"}
"""What is the same everywhere, so that only the union on top may ask for it."""


def level_of(kind: CaseKind, role: str, lowest: int = 7) -> int:
    """Where a holder of a role stands: as low as the role goes, but no lower than `lowest`; or on top."""
    return (min if kind.slug in ON_TOP else max)((level for level in ROLES[role].levels if level <= lowest), default=0)


def holder(world: World, kind: CaseKind, permission: str, at: int = 7) -> Person:
    """Somebody new who holds it over the plant, no lower than who opens one, nor lower than `at`."""
    cadres = kind.opening(By.CADRE)
    opens = registry.permissions[cadres.right].roles if cadres is not None else ()
    lowest = min(max((level_of(kind, role) for role in opens), default=7), at)
    roles = sorted(registry.permissions[permission].roles)
    role = max(roles, key=lambda code: level_of(kind, code, lowest))
    return world.staff_person(role, LEVELS[level_of(kind, role, lowest)], next(NAMES))


def lacking(kind: CaseKind, level: int) -> str:
    """A role of a level that holds none of the kind's rights."""
    held = {role for right in (*kind.rights, *kind.other_readers)
            for role in registry.permissions[right].roles}  # fmt: skip
    return next(role for role, spec in sorted(ROLES.items()) if level in spec.levels and role not in held)


class Opened:
    """A case as it was opened: by whom, whose it is."""

    def __init__(self, world: World, kind: CaseKind, start: str = "") -> None:
        self.world, self.kind = world, kind
        self.member, _ = world.member(name="李二")
        world.consent(self.member)
        ways = sorted(kind.openings, key=lambda opening: opening.by is By.SYSTEM)
        by = OPENED_BY.get(f"{kind.slug} {start}", ways[0].by)
        opening = next(each for each in ways if each.by is by)
        self.maker = holder(world, kind, opening.right) if opening.right else self.member
        opener = SYSTEM_ACTOR if by is By.SYSTEM else world.actor(self.maker, staff=by is By.CADRE)
        given = said(kind, world, self.member, start, by)
        self.case = services.open_case(kind, opener, given, now=world.now, by=by)
        Case.objects.update(open_key=None)  # the next one asks for the same

    def hand(self, move: Move) -> tuple[Person, Actor]:
        """Who may make a move: whose matter it is, who made it, or somebody new with the right."""
        if move.by == OWNER:
            return self.member, self.world.actor(self.member)
        case = Case.objects.get(public_id=self.case)
        above = move.unit_in(case.state) == UPPER
        unit_id = cases.unit_of(case, UPPER) if above else None
        level = registry_level(self.world, unit_id) if unit_id is not None else 7
        person = self.maker if move.by == MAKER else holder(self.world, self.kind, move.by, level)
        return person, self.world.actor(person, staff=True)

    def bring_to(self, move: Move) -> None:
        """Make the moves before it."""
        for step in way_to(self.kind, self.state, move.sources):
            _, actor = self.hand(step)
            services.act(self.kind, actor, self.case, step.name, samples(self.kind.step(step.name).asks),
                         now=self.world.now)  # fmt: skip

    def on_phone(self, move: Move) -> bool:
        return move.by == OWNER or (move.by == MAKER and self.maker == self.member)

    @property
    def state(self) -> str:
        return Case.objects.get(public_id=self.case).state


def registry_level(world: World, unit_id: int) -> int:
    return world.facts(next(key for key, union in world.unions.items() if union.pk == unit_id)).level


def way_to(kind: CaseKind, start: str, states: frozenset[str]) -> list[Move]:
    """The shortest way from a start to one of these states, without the clock. Raises LookupError where none leads."""
    ways: dict[str, list[Move]] = {start: []}
    waiting = [start]
    while waiting:
        state = waiting.pop(0)
        if state in states:
            return ways[state]
        for move in kind.workflow.moves_from(state):
            if move.target not in ways and move.by not in (CLOCK, SYSTEM):
                ways[move.target] = [*ways[state], move]
                waiting.append(move.target)
    raise LookupError(f"{kind.slug}: nothing leads to {sorted(states)}")


def start_of(kind: CaseKind, states: frozenset[str]) -> str:
    """From where these states are reached: the usual start, if it leads there."""
    for start in (kind.workflow.start, *sorted(kind.workflow.other_starts)):
        with suppress(LookupError):
            way_to(kind, start, states)
            return start
    raise AssertionError(f"{kind.slug}: nothing leads to {sorted(states)}")


def ends(kind: CaseKind, move: Move) -> set[str]:
    """Where a move ends: its target, or where its effect leads on from there."""
    further = {each.target for each in kind.workflow.moves_from(move.target) if each.by == SYSTEM}
    return {move.target, *further}


def ready(world: World, pair: tuple[CaseKind, Move]) -> Opened:
    opened = Opened(world, pair[0], start_of(pair[0], pair[1].sources))
    opened.bring_to(pair[1])
    return opened


def way(kind: CaseKind, opened: Opened, move: Move) -> str:
    """Where the API makes a move."""
    own = "/me" if opened.on_phone(move) else ""
    return f"{own}/{kind.slug}/{opened.case}/{move.name.replace('_', '-')}"


def typed(asks: tuple[Asked, ...]) -> dict[str, Any]:
    return {asked.name: asked.typed(asked.sample) for asked in asks}


def sent(asks: tuple[Asked, ...]) -> dict[str, Any]:
    """As systems send it, but papers, which they send ahead."""
    return {asked.name: asked.sent(asked.sample) for asked in asks if not isinstance(asked, Papers)}


# --- Moves
@pytest.mark.parametrize("pair", MOVES, ids=ids)
def test_a_move_by_the_right_hand_is_made_kept_and_leaves_a_row(pair: Any, world: World) -> None:
    kind, move = pair
    opened = ready(world, pair)
    _, actor = opened.hand(move)
    moved = AuditEntry.objects.filter(event="workflow.move", subject_id=opened.case)
    before = moved.count()
    given = samples(kind.step(move.name).asks)
    case = services.act(kind, actor, opened.case, move.name, given, now=world.now)
    assert case.state in ends(kind, move)
    assert moved.count() == before + (1 if case.state == move.target else 2)
    row = selectors.row_of(kind, case)
    for name in set(given) & kind.column_names:
        assert getattr(row, name) == given[name]
    kept = {asked.name for asked in kind.step(move.name).asks if asked.kept} - kind.column_names
    words = [text for name, text in given.items() if isinstance(text, str) and name in kept]
    made = CaseHistory.objects.filter(case=case, move=move.name).latest("id")
    assert not words or words[-1] in made.note


@pytest.mark.parametrize("pair", PAGED, ids=ids)
def test_it_is_made_on_the_page(pair: Any, world: World, sign_in: Any, clock: Any) -> None:
    kind, move = pair
    opened = ready(world, pair)
    person, _ = opened.hand(move)
    client = Client()
    sign_in(client, person, staff=not opened.on_phone(move))
    asks = kind.step(move.name).asks
    if opened.on_phone(move):
        page = client.get(reverse(kind.page("case"), args=[opened.case]))
        target = reverse(kind.page(move.name), args=[opened.case])
        if not kind.is_sure(move):  # asked once more, and nothing has happened before that
            assert target in page.content.decode()
            page = client.get(target)
            assert opened.state in move.sources
        (form,) = [form for form in forms_of(page) if form.action == target]
        answer = form.send(client, **typed(asks))
    else:
        page = client.get(reverse(kind.page("review"), args=[opened.case]))
        (form,) = [form for form in forms_of(page) if "decision" in form.fields or form.action.endswith(opened.case)]
        answer = form.send(client, decision=move.name, **typed(asks))
    assert answer.status_code == 302, answer.content.decode()
    assert opened.state in ends(kind, move)


@pytest.mark.parametrize("pair", PAGED, ids=ids)
def test_it_is_made_by_the_api(pair: Any, world: World, sign_in: Any, clock: Any) -> None:
    kind, move = pair
    opened = ready(world, pair)
    person, _ = opened.hand(move)
    client = Client()
    sign_in(client, person, staff=not opened.on_phone(move))
    given = sent(kind.step(move.name).asks)
    answer = send(client, way(kind, opened, move), None if opened.on_phone(move) and not given else given)
    assert answer.status_code == 200, answer.content.decode()
    assert opened.state in ends(kind, move)


@pytest.mark.parametrize("pair", DESK, ids=ids)
def test_who_stands_elsewhere_or_lacks_the_right_is_refused(pair: Any, world: World, sign_in: Any, clock: Any) -> None:
    kind, move = pair
    opened = ready(world, pair)
    before = opened.state
    review, nobody = kind.page("review"), "0" * 16
    level = min(4, registry_level(world, Case.objects.get(public_id=opened.case).unit_id))
    for role, unit, status in (("ORG", "other_county", 404), (lacking(kind, level), LEVELS[level], 403)):
        client = Client()
        sign_in(client, world.staff_person(role, unit, next(NAMES)), staff=True)
        given = sent(kind.step(move.name).asks)
        assert send(client, way(kind, opened, move), given).status_code == status
        assert client.get(reverse(review, args=[opened.case])).status_code == status
        assert client.post(reverse(review, args=[opened.case]), {"decision": move.name}).status_code == status
        assert client.get(reverse(review, args=[nobody])).status_code == 404
        assert client.get(f"/api/v1/{kind.slug}/{opened.case}").status_code == status
    assert opened.state == before


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if any(move.is_permission for move in kind.workflow.moves)], ids=ids
)
def test_who_chose_nothing_is_told_so_and_the_history_names_who_decided(
    kind: CaseKind, world: World, sign_in: Any, clock: Any
) -> None:
    first = next(move for move in kind.workflow.moves if move.is_permission)
    opened = ready(world, (kind, first))
    person, _ = opened.hand(first)
    desk, address = Client(), reverse(kind.page("review"), args=[opened.case])
    sign_in(desk, person, staff=True)
    if len([move for move in kind.workflow.moves_from(opened.state) if move.by == first.by]) > 1:
        answer = desk.post(address, {})
        assert answer.status_code == 422
        assert "请选择办理意见。" in answer.content.decode()
    desk.post(address, {"decision": first.name, **typed(kind.step(first.name).asks)})
    assert opened.state == first.target
    assert any(
        registry.persons.names([person.pk])[person.pk] in step.who
        for step in cases.timeline(Case.objects.get(public_id=opened.case))
    )


@pytest.mark.parametrize(
    "pair", [(kind, move) for kind, move in MOVES if any(each.required for each in kind.step(move.name).asks)], ids=ids
)
def test_what_a_move_asks_must_be_given_and_right(pair: Any, world: World) -> None:
    kind, move = pair
    opened = ready(world, pair)
    _, actor = opened.hand(move)
    required = {asked.name for asked in kind.step(move.name).asks if asked.required}
    before = opened.state
    with pytest.raises(Invalid, match=r"case\.invalid") as error:
        services.act(kind, actor, opened.case, move.name, {}, now=world.now)
    assert set(error.value.fields) == required
    assert opened.state == before


def _is_reached(kind: CaseKind, move: Move) -> bool:
    """Whether sample answers lead to where it begins."""
    try:
        way_to(kind, kind.workflow.start, move.sources)
    except LookupError:
        return False
    return True


CLOCK_MOVES = [(kind, move) for kind in KINDS for move in kind.workflow.moves if move.by == CLOCK and move.after]


@pytest.mark.parametrize("pair", [pair for pair in CLOCK_MOVES if _is_reached(*pair)], ids=ids)
def test_what_time_does_has_its_effect(pair: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, move = pair
    opened = ready(world, pair)
    heard: list[str] = []
    monkeypatch.setitem(kind.effects, move.name, lambda case, row, **_: heard.append(case.public_id))
    deadlines = Deadline.objects.filter(case__public_id=opened.case, kind="clock", move=move.name)
    fire_due(now=deadlines.get().due_at + timedelta(seconds=1))
    assert (heard, opened.state) == ([opened.case], move.target)


# --- Opening
WAYS_IN = [(kind, opening) for kind in KINDS for opening in kind.openings if opening.by is not By.SYSTEM]


@pytest.mark.parametrize(("kind", "opening"), WAYS_IN, ids=lambda one: getattr(one, "slug", getattr(one, "by", "")))
def test_one_is_opened_on_the_page_and_by_the_api(
    kind: CaseKind, opening: Opening, world: World, sign_in: Any, clock: Any
) -> None:
    cadre = opening.by is By.CADRE
    doors = (False,) if opening.page else (True, False)  # a page by hand has tests of its own
    for by_page in doors:
        member, _ = world.member(name="周三")
        world.consent(member)
        client = Client()
        sign_in(client, holder(world, kind, opening.right) if cadre else member, staff=cadre)
        own = said(kind, world, member, by=opening.by)
        asks = [each for each in opening.asks if not isinstance(each, Papers)]
        if by_page:
            page = client.get(reverse(kind.begins(opening.by)))
            (form,) = [form for form in forms_of(page) if form.method == "post" and not form.action.count("sign-out")]
            assert form.send(client).status_code == 422
            answer = form.send(client, **{each.name: each.typed(own[each.name]) for each in asks})
            assert answer.status_code == 302, answer.content.decode()
        else:
            given = {each.name: each.sent(own[each.name]) for each in asks}
            answer = send(client, f"{'' if cadre else '/me'}/{kind.slug}", given)
            assert answer.status_code in (200, 201), answer.content.decode()
        Case.objects.update(open_key=None)
    assert Case.objects.filter(workflow=kind.workflow.code).count() == len(doors)


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_every_question_has_a_right_answer_that_every_door_takes(kind: CaseKind) -> None:
    opens = [each for opening in kind.openings for each in opening.asks]
    asked = [*opens, *(each for step in kind.steps.values() for each in step.asks)]
    for each in asked:
        kept = each.check(each.sample)
        assert kept == each.sample, each.name
        assert each.show(kept), each.name
        field = each.form_field()
        assert each.check(field.clean(each.typed(kept))) == kept, each.name


# --- Reading
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has_own_page], ids=ids)
def test_others_never_see_ones_own(kind: CaseKind, world: World, sign_in: Any, clock: Any) -> None:
    opened = Opened(world, kind)
    mine, stranger = Client(), Client()
    sign_in(mine, opened.member)
    other, _ = world.member(name="王一")
    world.consent(other)
    sign_in(stranger, other)
    for client, status in ((mine, 200), (stranger, 404)):
        assert client.get(reverse(kind.page("case"), args=[opened.case])).status_code == status
        assert client.get(f"/api/v1/me/{kind.slug}/{opened.case}").status_code == status
    for name, states in kind.shown_when.items():
        assert (
            opened.state in states or mine.get(f"/api/v1/me/{kind.slug}/{opened.case}").json()["answers"][name] is None
        )


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_a_list_of_thirty_costs_what_three_do_and_every_tab_answers(
    kind: CaseKind, world: World, sign_in: Any, clock: Any
) -> None:
    desk = Client()
    sign_in(desk, holder(world, kind, kind.rights[0]), staff=True)
    Opened(world, kind)
    tabs = [selectors.MINE, *(tab.code for tab in kind.tabs)]

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            for tab in tabs:
                assert desk.get(f"{reverse(kind.page('list'))}?view={tab}").status_code == 200
                assert desk.get(f"/api/v1/{kind.slug}?view={tab}").status_code == 200
        return len(asked)

    cost()
    few = cost()
    for _ in range(29):
        Opened(world, kind)
    assert cost() <= few + 2  # what is kept for some seconds may be asked again


@pytest.mark.parametrize("kind", KINDS, ids=ids)
def test_a_tab_is_exported_and_a_case_found_by_its_number(
    kind: CaseKind, world: World, sign_in: Any, clock: Any
) -> None:
    opened = Opened(world, kind)
    Opened(world, kind)
    desk = Client()
    sign_in(desk, holder(world, kind, kind.rights[0]), staff=True)
    tab = next(tab for tab in kind.tabs if kind.workflow.start in tab.states)
    address = reverse(kind.page("list"))
    number = f"{opened.case[:4]}-{opened.case[4:8]}"
    found = desk.get(f"{address}?view={tab.code}&q={number}").content.decode()
    assert reverse(kind.page("review"), args=[opened.case]) in found
    lines = b"".join(desk.get(f"{address}?view={tab.code}&form=csv")).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert AuditEntry.objects.filter(event="audit.list_exported", subject_id=kind.workflow.code).exists()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.workflow.addressees(kind.workflow.start)], ids=ids)
def test_who_decided_goes_on_to_the_next_that_waits_for_him(
    kind: CaseKind, world: World, sign_in: Any, clock: Any
) -> None:
    move = next(move for move in kind.workflow.moves_from(kind.workflow.start) if move.is_permission)
    desk = Client()
    sign_in(desk, holder(world, kind, move.by), staff=True)
    first, second = Opened(world, kind), Opened(world, kind)
    asks = typed(kind.step(move.name).asks)
    answer = desk.post(reverse(kind.page("review"), args=[first.case]), {"decision": move.name, **asks})
    assert answer["Location"] == reverse(kind.page("review"), args=[second.case])


# --- Several at once
@pytest.mark.parametrize("pair", [(kind, kind.workflow.move(name)) for kind in KINDS for name in kind.at_once], ids=ids)
def test_several_are_moved_at_once_and_each_is_answered(pair: Any, world: World, sign_in: Any, clock: Any) -> None:
    kind, move = pair
    both = [ready(world, pair), ready(world, pair)]
    desk, address = Client(), reverse(kind.page("ticked"))
    sign_in(desk, both[0].hand(move)[0], staff=True)
    assert address in desk.get(reverse(kind.page("list"))).content.decode()
    said: dict[str, Any] = {"pick": [opened.case for opened in both], "do": move.name, "agreed": "2"}
    asks = kind.step(move.name).asks
    if any(each.required for each in asks):
        refused = desk.post(address, said)
        assert refused.status_code == 422
        assert refused.content.decode().count(" checked") >= 2
        assert {opened.state for opened in both} <= set(move.sources)
    for each in asks:
        said["reason" if isinstance(each, Choice) else "note"] = each.typed(each.sample)
    answer = desk.post(address, said | {"agreed": ""})
    if answer.status_code == 422:  # some check is in doubt: agreed to below
        assert {opened.state for opened in both} <= set(move.sources)
        answer = desk.post(address, said)
    assert answer.status_code == 200, answer.content.decode()
    assert [opened.state for opened in both] == [move.target] * 2
    for opened in both:
        review = reverse(kind.page("review"), args=[opened.case])
        assert f'<a href="{review}">' in answer.content.decode(), "what became of it leads to it"
    again = desk.post(address, said).content.decode()
    assert again.count("未办理") >= 2
    assert desk.post(address, {"do": move.name}).status_code == 302


# --- A person's own data
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.has_own_page], ids=ids)
def test_what_is_open_is_kept_and_told(kind: CaseKind, world: World) -> None:
    opened = Opened(world, kind)
    subject = DataSubject((opened.member.pk,), opened.member.account_id)
    assert len(selectors.export(kind, subject)) == 1
    assert services.erase(kind, subject, world.now) == 0
    assert sum(line.count for line in selectors.kept(kind, subject, world.now)) == 1


@pytest.mark.parametrize(
    "pair",
    [(kind, move) for kind, move in MOVES if kind.has_own_page and move.target in kind.workflow.closed],
    ids=ids,
)
def test_what_is_over_its_time_goes_but_for_the_archive(pair: Any, world: World) -> None:
    kind, move = pair
    opened = ready(world, pair)
    _, actor = opened.hand(move)
    services.act(kind, actor, opened.case, move.name, samples(kind.step(move.name).asks), now=world.now)
    just_before = world.now + timedelta(days=kind.keep_days - 1)
    later = world.now + timedelta(days=kind.keep_days + 1)
    assert services.forget(kind, just_before, 10, frozenset()) == 0
    assert services.forget(kind, later, 10, frozenset({opened.member.pk})) == 0
    gone = 0 if move.target in kind.archive else 1
    assert services.forget(kind, later, 10, frozenset()) == gone
    if gone:
        with pytest.raises(NotFound):
            selectors.row_of(kind, Case.objects.get(public_id=opened.case))
        assert Case.objects.get(public_id=opened.case).owner_person_id is None
