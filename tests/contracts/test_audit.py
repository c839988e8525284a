"""Nothing is done for somebody, and nothing unmasked, without a trace.

Two looks. The source of every service that acts for somebody must lead to the audit trail, or stand in `SILENT` with
its reason: a new service fails here by its name. And the services of people, access and members are called once each in
the small province: a row must appear.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import calls
from tests.contracts.audited_moves import MOVES, show_wanted
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.cases import open_dispute
from zhijia.organization.joining.services import applications
from zhijia.organization.members import selectors as members
from zhijia.organization.members.models import MemberCard, Membership
from zhijia.organization.members.services import cards, memberships
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import ConsentText, Purpose

AUDIT = "zhijia.foundation.audit.services"
TRAIL = frozenset(
    {(AUDIT, name) for name in ("record", "record_read", "record_many", "record_denied", "record_refused")}
)

SILENT = {
    "foundation.accounts.services.codes.seconds_left": "reads how long he must wait",
    "foundation.accounts.services.invitations.own_invitation": "reads",
    "foundation.accounts.services.stepping.standing_of": "reads",
    "foundation.files.services.open_drafts": "reads one's own drafts, for a service that records",
    "foundation.idempotency.services.keep_answer": "the command inside records",
    "foundation.idempotency.services.first_answer": "reads",
    "foundation.workflow.services.acting_under": "reads",
    "foundation.workflow.services.authorize": "decides",
    "foundation.workflow.services.allowed_moves": "reads",
    "organization.members.services.memberships.open_membership": "part of a move, which records; writes the event",
    "organization.members.services.memberships.correct": "part of what records; writes the event",
    "organization.members.services.moving.change_state": "part of a change's move, which records; writes the event",
    "organization.members.services.memberships.record_event": "writes the event, part of what records",
    "organization.rosters.services.loading.sample": "reads the first row of one's own upload, numbers masked",
    "organization.members.services.rosters.enter": "part of a chunk, which records; writes the events",
    "organization.rosters.services.writing.write_rows": "part of a chunk, which records; writes the events",
    "organization.people.services.identities.file_code_wait": "reads how long he must wait",
    "organization.unions.services.exporting.export_rows": "recorded by record_export before it",
    "organization.unions.services.exporting.export_csv": "recorded by record_export before it",
    "organization.unions.services.exporting.export_xlsx": "recorded by record_export before it",
    "organization.unions.services.printing.packed": "reads what print_codes recorded and made",
}


def _name(function: calls.Function) -> str:
    return f"{function[0].removeprefix('zhijia.')}.{function[1]}"


def acting() -> list[calls.Function]:
    """Public functions of services that take an actor."""
    return sorted(
        function
        for function, value in calls.public_functions("services")
        if "actor" in inspect.signature(value).parameters and function[0] != AUDIT
    )


ACTING = acting()


@pytest.mark.parametrize("function", ACTING, ids=_name)
def test_a_service_that_acts_for_somebody_leads_to_the_trail(function: calls.Function) -> None:
    silent = _name(function) in SILENT
    assert calls.reaches(function, TRAIL) is not silent, (
        "takes an actor and writes no audit row: call audit.services.record, or give the reason in SILENT"
        if not silent
        else "leads to the trail: take it out of SILENT"
    )


def test_the_folder_of_services_makes_no_module_a_service() -> None:
    room = "zhijia.services.coupons"
    assert calls.lies_in(room, f"{room}.services.claiming", "services")
    assert not calls.lies_in(room, f"{room}.models", "services")
    assert not calls.lies_in(room, f"{room}.services.tests.test_claiming", "services")


def test_what_is_silent_exists() -> None:
    assert set(SILENT) - {_name(function) for function in ACTING} == set()
    assert len(ACTING) > 60


# --- What opens sealed columns ---------------------------------------------------------------------------------------
OPENS = {
    "foundation.clients.services.calling": "a system's secret, to check a signature",
    "foundation.accounts.services.factors": "a second factor's secret, to compare",
    "foundation.accounts.sessions": "the session's own number",
    "foundation.accounts.unsent": "what somebody typed, for the browser that carries it",
    "foundation.idempotency.services": "the same person's own answer again",
    "demo.guide": "invented numbers and their codes, in a demonstration alone",
    "foundation.notify.delivery": "the number of a text on its way out",
    "organization.rosters.services.conflicts": "a refused row for whoever corrects it; read_row records",
    "organization.people.selectors.__init__": "a rule's birthday, a text's number, his own copy; read_numbers records",
    "organization.people.selectors.personal": "what he asks to have put right; show_wanted records",
    "organization.people.services.identities": "the number of a decided dispute",
}


def test_sealed_columns_are_opened_in_few_named_places() -> None:
    found = set()
    for path in (calls.ROOT / "zhijia").rglob("*.py"):
        parts = path.relative_to(calls.ROOT).with_suffix("").parts
        if {"tests", "kernel", "migrations"} & set(parts):
            continue
        if ".open_sealed(" in path.read_text(encoding="utf-8"):
            found.add(".".join(parts).removeprefix("zhijia."))
    assert found == set(OPENS)


# --- Called once each ------------------------------------------------------------------------------------------------
FORM = JoinForm(work_form="employed", employer_text="莱阳市鲁东精密机械有限公司")
Scenario = Callable[[World], Callable[[], Any]]


def _chair(world: World) -> Any:
    return world.staff("GRASS_CHAIR", "plant")


def _decided(name: str, **values: Any) -> Scenario:
    def prepare(world: World) -> Callable[[], Any]:
        _, case = world.application()
        chair = _chair(world)
        return lambda: getattr(applications, name)(chair, case, now=world.now, **values)

    return prepare


def _submit(world: World) -> Callable[[], Any]:
    person = world.person()
    world.consent(person)
    actor = world.actor(person)
    return lambda: applications.submit(actor, world["plant"].pk, FORM, channel="web", now=world.now)


def _own(name: str, before: str = "", given: Any = None, **values: Any) -> Scenario:
    """Something the applicant does himself, after a reviewer did `before`."""

    def prepare(world: World) -> Callable[[], Any]:
        person, case = world.application()
        if before:
            getattr(applications, before)(_chair(world), case, now=world.now, **(given or {}))
        actor = world.actor(person)
        return lambda: getattr(applications, name)(actor, case, now=world.now, **values)

    return prepare


def _answer(world: World) -> Callable[[], Any]:
    person, case = world.application()
    applications.ask(_chair(world), case, note="请补充单位全称", now=world.now)
    return lambda: applications.answer(world.actor(person), case, FORM, note="", now=world.now)


def _match(world: World) -> Callable[[], Any]:
    _, case = world.application()
    assert world.employer is not None
    employer, chair = world.employer.public_id, _chair(world)
    return lambda: applications.match_employer(chair, case, employer, now=world.now)


def _many(world: World) -> Callable[[], Any]:
    ids = [world.application(name=name)[1] for name in ("王一", "李二")]
    return lambda: applications.decide_many(_chair(world), ids, decision="approve", now=world.now)


def _dispute(world: World) -> str:
    bound, _ = world.member(name="周三")
    identity = people_services.Identity(bound.name, "RESIDENT_ID", world.number_of(bound), None, bound.sex)
    return open_dispute(
        world.bare_actor(), identity, mobile="13700001111", fallback_union_id=world["plant"].pk, now=world.now
    )


def _replace(world: World) -> Callable[[], Any]:
    person, _ = world.member()
    return lambda: cards.replace(person.pk, actor=world.actor(person), now=world.now)


def _close(world: World) -> Callable[[], Any]:
    _, stay = world.member()
    return lambda: memberships.close_membership(
        SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=world.today, now=world.now
    )


def _consents(world: World) -> Callable[[], Any]:
    person = world.person()
    return lambda: people_services.give_consents(world.actor(person), Purpose.values, channel="web", now=world.now)


def _withdraw_consent(world: World) -> Callable[[], Any]:
    person = world.person()
    world.consent(person)
    return lambda: people_services.withdraw_consent(world.actor(person), Purpose.PRIVACY, now=world.now)


def _identify(world: World) -> Callable[[], Any]:
    actor = world.bare_actor()
    identity = people_services.read_identity("林晓禾", "RESIDENT_ID", "370299199003070010", today=world.today)
    return lambda: people_services.identify(actor, identity, mobile="13700002222", channel="web", now=world.now)


def _rebind(world: World) -> Callable[[], Any]:
    person = world.person()
    other = world.account()
    assert person.account_id is not None
    old = person.account_id
    return lambda: people_services.rebind(
        SYSTEM, person.pk, old_account_id=old, new_account_id=other.pk, mobile="13700003333", now=world.now
    )


def _send_file_code(world: World) -> Callable[[], Any]:
    number = "370299199003070010"
    world.member(bound=False, id_number=number, mobile="13911112222")
    actor = world.bare_actor()
    identity = people_services.read_identity("林晓禾", "RESIDENT_ID", number, today=world.today)
    with pytest.raises(ZhijiaError):
        people_services.identify(actor, identity, mobile="13700002222", channel="web", now=world.now)
    return lambda: people_services.send_file_code(actor, identity, mobile="13700002222", now=world.now)


def _read_numbers(world: World) -> Callable[[], Any]:
    person, _ = world.member()
    org = world.staff("ORG", "county")
    return lambda: people.read_numbers(org, person.pk, reason="核对退休手续", now=world.now)


def _file_from_card(world: World) -> Callable[[], Any]:
    person, _ = world.member()
    serial, chair = MemberCard.objects.get(person=person).serial, _chair(world)

    def look() -> None:
        holder = members.holder_of(serial)
        assert holder is not None
        assert members.file_from_card(chair, holder, now=world.now) == person.public_id

    return look


SCENARIOS: dict[str, Scenario] = MOVES | {
    "joining.services.applications.submit": _submit,
    "joining.services.applications.approve": _decided("approve"),
    "joining.services.applications.reject": _decided("reject", reason="NOT_EMPLOYEE", note=""),
    "joining.services.applications.ask": _decided("ask", note="请补充单位全称"),
    "joining.services.applications.match_employer": _match,
    "joining.services.applications.answer": _answer,
    "joining.services.applications.withdraw": _own("withdraw"),
    "joining.services.applications.appeal": _own(
        "appeal", "reject", {"reason": "NOT_EMPLOYEE", "note": ""}, note="我是本单位职工，请再看"
    ),
    "joining.services.applications.decide_many": _many,
    "joining.cases.open_dispute": lambda world: lambda: _dispute(world),
    "members.services.cards.replace": _replace,
    "members.services.memberships.close_membership": _close,
    "people.services.consents.give_consents": _consents,
    "people.services.consents.withdraw_consent": _withdraw_consent,
    "people.services.identities.identify": _identify,
    "people.services.identities.rebind": _rebind,
    "people.services.identities.send_file_code": _send_file_code,
    "people.selectors.read_numbers": _read_numbers,
    "people.selectors.rights.show_wanted": show_wanted,
    "members.selectors.memberships.file_from_card": _file_from_card,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_once_called_it_has_left_a_row(name: str, world: World) -> None:
    act = SCENARIOS[name](world)
    before = AuditEntry.objects.count()
    act()
    assert AuditEntry.objects.count() > before


def test_every_selector_that_records_a_read_is_called_above() -> None:
    reading = {
        _name(function).removeprefix("organization.")
        for function, _ in calls.public_functions("selectors")
        if (AUDIT, "record_read") in calls.calls_of(function)
    }
    assert reading - set(SCENARIOS) == set()


ELSEWHERE = {
    "access.services.grants.find_people",  # a search; access/tests/test_grants.py
    # By the second person: people/tests/test_consents.py follows each step.
    "people.services.consents.publish_consent_text",
    # Around one file: rosters/tests/test_pages.py, test_every_step_around_a_file_leaves_a_row.
    "rosters.services.loading.take_file",
    "rosters.services.loading.set_mapping",
    "rosters.services.loading.choose_sheet",
    "rosters.services.loading.start_writing",
    "rosters.services.loading.drop_load",
    "rosters.services.handed_back.refused_rows",
    "rosters.services.handed_back.settle_marked",
    "rosters.services.conflicts.read_row",
    "rosters.services.conflicts.register",
    "rosters.services.exporting.record_masked",
    # Whoever is named in an election: posts/tests/test_posts.py.
    "people.services.rosters.enter_person",
    # With codes by text: accounts/tests/test_devices_and_number.py.
    "people.services.mobiles.change_mobile_without_old",
}


def test_every_service_of_a_members_way_is_called_above() -> None:
    wanted = {
        _name(function).removeprefix("organization.")
        for function in ACTING
        if function[0].startswith(
            tuple(
                f"zhijia.organization.{room}."
                for room in ("members", "changes", "transfers", "rosters", "people", "access")
            )
        )
        and _name(function) not in SILENT
    }
    assert wanted - set(SCENARIOS) == ELSEWHERE


@pytest.mark.django_db
def test_a_refused_try_of_a_cadre_leaves_a_row(world: World, client: Any, sign_in: Any) -> None:
    person, _ = world.member()
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    assert client.get(f"/console/members/{person.public_id}").status_code == 404
    assert AuditEntry.objects.filter(event="audit.denied", outcome="denied").count() == 1


@pytest.mark.django_db
def test_what_is_refused_leaves_no_row_of_something_done(world: World) -> None:
    _, case = world.application()
    before = AuditEntry.objects.count()
    with pytest.raises(ZhijiaError):
        applications.approve(world.staff("STATS", "county"), case, now=world.now)
    assert AuditEntry.objects.count() == before
    assert not Membership.objects.exists()
    assert RoleGrant.objects.exists()
    assert ConsentText.objects.exists()
