"""Many at once, with real threads on PostgreSQL: one membership, one decision, exact figures."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tests.world import World, build
from zhijia.foundation.casework import services as casework
from zhijia.foundation.notify.models import Message
from zhijia.foundation.workflow.models import Case, CaseHistory
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.changes.rules import flow_of
from zhijia.organization.changes.tests import asking
from zhijia.organization.changes.tests.asking import Given
from zhijia.organization.documents.cases import BATCHES, CHECKS, batches, checks
from zhijia.organization.documents.models import ListedNumber
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.members.services import memberships, moving
from zhijia.organization.statistics import selectors as figures, services as statistics
from zhijia.organization.transfers.cases.claims import CLAIMS
from zhijia.organization.transfers.tests import asking as transfers
from zhijia.organization.unions.services import editing

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def together(count: int, act: Callable[[int], Any]) -> Counter[str]:
    """Run `act(0..count-1)` in as many threads, all let go at once; counts what each ended with."""
    ready, results, lock = threading.Barrier(count), Counter[str](), threading.Lock()

    def run(number: int) -> None:
        ready.wait()
        try:
            outcome = str(act(number) or "done")
        except ZhijiaError as error:
            outcome = error.code
        finally:
            connection.close()
        with lock:
            results[outcome] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def province(now: datetime) -> World:
    return build(now)


def test_fifty_parallel_applications_of_one_person_make_one_case(province: World) -> None:
    person = province.person()
    province.consent(person)
    actor = province.actor(person)
    targets = [province["plant"].pk, province["home"].pk]
    form = JoinForm("employed", employer_text="某某公司")

    def submit(number: int) -> str:
        applications.submit(actor, targets[number % 2], form, channel="web", now=province.now)
        return "submitted"

    results = together(50, submit)
    assert results == {"submitted": 1, "joining.application.already_open": 49}
    assert Case.objects.filter(owner_person_id=person.pk).count() == 1


def test_fifty_parallel_decisions_take_one_member_in_once(province: World) -> None:
    admins = [province.staff("GRASS_ADMIN", "plant", f"审批{n}") for n in ("甲", "乙")]
    person, case = province.application()
    results = together(
        50, lambda number: applications.approve(admins[number % 2], case, now=province.now) and "approved"
    )
    assert results == {"approved": 1, "case.wrong_state": 49}
    assert Membership.objects.filter(person=person).count() == 1
    assert MembershipEvent.objects.filter(person_id=person.pk).count() == 1
    assert MemberCard.objects.filter(person=person).count() == 1
    assert CaseHistory.objects.filter(move="approve").count() == 1


def test_approval_and_refusal_at_once_end_in_one_of_the_two(province: World) -> None:
    admins = [province.staff("GRASS_ADMIN", "plant", f"审批{n}") for n in ("甲", "乙")]
    person, case = province.application()

    def decide(number: int) -> str:
        if number % 2:
            applications.approve(admins[0], case, now=province.now)
            return "approved"
        applications.reject(admins[1], case, reason="NOT_EMPLOYEE", note="", now=province.now)
        return "rejected"

    results = together(20, decide)
    assert results["case.wrong_state"] == 19
    assert Membership.objects.filter(person=person).count() == results["approved"]


def test_figures_are_exact_under_two_hundred_joins_and_a_running_merge(province: World) -> None:
    admin = province.staff("ORG", "county")
    waiting = [province.application(name=f"会员{chr(0x4E00 + n)}")[1] for n in range(200)]
    done, seen = threading.Event(), []

    def merge() -> None:
        while not done.is_set():
            statistics.merge_deltas(now=province.now, limit=7)
            seen.append(figures.current(province.unions["province"].pk, province.unions["province"].path)["members"])
        connection.close()

    merger = threading.Thread(target=merge)
    merger.start()
    for start in range(0, 200, 20):
        part = waiting[start : start + 20]
        results = together(
            20, lambda number, part=part: applications.approve(admin, part[number], now=province.now) and "approved"
        )
        assert results == {"approved": 20}
    done.set()
    merger.join()
    assert seen == sorted(seen), "a figure never runs backwards while people only join"
    while statistics.merge_deltas(now=province.now):
        pass
    for key in ("province", "city", "county", "town", "plant"):
        values = figures.current(province.unions[key].pk, province.unions[key].path)
        assert (values["members"], values["joined"], values["left"]) == (200, 200, 0)
    assert statistics.recount(now=province.now).differing == 0


# --- Transfers, changes and claims at once
def stays_of(person_id: int) -> list[Membership]:
    return list(Membership.objects.filter(person_id=person_id, until__isnull=True))


def books_are_right(world: World) -> None:
    assert statistics.recount(now=world.now).wrong == []


def test_ten_requests_and_ten_decisions_move_a_member_once(province: World) -> None:
    province.open_plant("works", "other_town")
    person, _ = province.member()
    actor, admin = province.actor(person), province.staff("GRASS_ADMIN", "works")
    target = province["works"].pk
    asked = together(10, lambda _n: transfers.ask(actor, target, now=province.now).workflow and "done")
    assert asked["done"] == 1
    case = Case.objects.get(workflow="transfers.transfer").public_id
    decided = together(10, lambda _n: transfers.act(admin, case, "accept", now=province.now).workflow and "done")
    assert decided["done"] == 1
    (stay,) = stays_of(person.pk)
    assert stay.union_id == target
    assert MembershipEvent.objects.filter(kind="transferred_in").count() == 1
    books_are_right(province)


def test_a_transfer_a_leaving_and_a_retaining_at_once_leave_one_truth(province: World) -> None:
    province.open_plant("works", "other_town")
    admin, chair = province.staff("GRASS_ADMIN", "works"), province.staff("GRASS_CHAIR", "plant", "郑主席")
    for name in ("林晓禾", "王建国", "李敏", "周正", "吴芳"):
        person, stay = province.member(name=name)
        actor = province.actor(person)
        going = transfers.ask(actor, province["works"].pk, now=province.now).public_id
        kept = asking.ask_own(actor, Given("retain", "retired", province.today), now=province.now).public_id

        def act(
            number: int, going: str = going, kept: str = kept, person: Any = person, stay: Membership = stay
        ) -> None:
            if number % 3 == 0:
                transfers.act(admin, going, "accept", now=province.now)
            elif number % 3 == 1:
                asking.act(chair, kept, "agree", now=province.now)
            else:
                with transaction.atomic():
                    moving.take_turn(person.pk)
                    memberships.close_membership(
                        SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=province.today, now=province.now
                    )

        together(6, act)
        assert len(stays_of(person.pk)) <= 1
    books_are_right(province)
    net = sum(
        flow_of(event.kind, event.before.get("state", ""), event.after.get("state", ""))
        for event in MembershipEvent.objects.all()
    )
    assert net == Membership.objects.filter(until__isnull=True, state="ACTIVE").count()


def test_a_claim_and_a_transfer_confirmed_at_once_move_him_once(province: World) -> None:
    province.open_plant("works", "other_town")
    person, stay = province.member("home")
    Membership.objects.filter(pk=stay.pk).update(employer_id=province["plant"].employer_id)
    actor = province.actor(person)
    said = {"union": province["plant"].public_id, "person": person.public_id}
    offer = casework.open_case(CLAIMS, province.staff("GRASS_ADMIN", "plant"), said, now=province.now)
    going = transfers.ask(actor, province["works"].pk, now=province.now).public_id
    admin = province.staff("GRASS_ADMIN", "works", "周正")

    def act(number: int) -> None:
        if number % 2:
            casework.act(CLAIMS, actor, offer, "confirm", now=province.now)
        else:
            transfers.act(admin, going, "accept", now=province.now)

    outcomes = together(8, act)
    assert outcomes["done"] == 1, outcomes
    (now_at,) = stays_of(person.pk)
    assert now_at.union_id in (province["plant"].pk, province["works"].pk)
    assert MembershipEvent.objects.filter(kind="transferred_in").count() == 1
    books_are_right(province)


def test_a_transfer_accepted_while_its_target_is_suspended_is_whole_or_not_at_all(province: World) -> None:
    province.open_plant("works", "other_town")
    person, _ = province.member()
    case = transfers.ask(province.actor(person), province["works"].pk, now=province.now).public_id
    admin = province.staff("GRASS_ADMIN", "works")

    def act(number: int) -> None:
        if number:
            transfers.act(admin, case, "accept", now=province.now)
        else:
            editing.suspend_union(SYSTEM, province["works"], reason="整顿期间暂停", now=province.now)

    together(2, act)
    (stay,) = stays_of(person.pk)
    moved = Case.objects.get(public_id=case).state == "COMPLETED"
    assert stay.union_id == province["works" if moved else "plant"].pk
    books_are_right(province)


def test_listing_and_approving_at_once_take_nobody_in_behind_the_list(province: World) -> None:
    """Whoever is first: approved, then listed; or listed, then refused. Never a member taken in after the listing."""
    chair = province.staff("GRASS_CHAIR", "plant")
    maker, checker = province.staff("ORG", "county", "吴科长"), province.staff("ORG", "county", "郑科长")
    for _ in range(12):
        person, application = province.application()
        said = batches.Proposal("公安机关通报的一批伪造证件", typed=province.number_of(person))
        batch = batches.propose(maker, said, now=province.now)

        def act(number: int, batch: str = batch, application: str = application) -> str:
            if number:
                applications.approve(chair, application, now=province.now)
                return "approved"
            casework.act(BATCHES, checker, batch, "agree", now=province.now)
            return "listed"

        seen = together(2, act)
        assert seen["listed"] == 1
        assert seen["approved"] + seen["document.listed"] == 1
        taken_in = Membership.objects.filter(person=person).exists()
        assert taken_in == (seen["approved"] == 1)
        told = Message.objects.filter(person_id=person.pk, template="documents.check").exists()
        assert told != taken_in


def test_one_number_is_lifted_once(province: World) -> None:
    person = province.person()
    maker, checker = province.staff("ORG", "county", "吴科长"), province.staff("ORG", "county", "郑科长")
    said = batches.Proposal("公安机关通报的一批伪造证件", typed=province.number_of(person))
    batch = batches.propose(maker, said, now=province.now)
    casework.act(BATCHES, checker, batch, "agree", now=province.now)
    entry = ListedNumber.objects.get()
    case = checks.ask_lift_number(maker, batch, entry.pk, note="本人持证到窗口，照片相符", now=province.now)
    casework.act(BATCHES, maker, batch, "ask_undo", {"note": "核对后都是真实证件"}, now=province.now)

    def act(number: int) -> str:
        if number % 2:
            casework.act(CHECKS, checker, case, "lift", now=province.now)
        else:
            casework.act(BATCHES, checker, batch, "undo", now=province.now)
        return "lifted"

    together(6, act)
    entry.refresh_from_db()
    assert not entry.in_force
    assert CaseHistory.objects.filter(case__public_id=case, target="LIFTED").count() == 1
