"""Many at once, with real threads on PostgreSQL: one membership, one decision, exact figures."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tests.world import World, build
from zhijia.foundation.workflow.models import Case, CaseHistory
from zhijia.kernel.errors import ZhijiaError
from zhijia.organization.members.applying import JoinForm
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.members.services import joining
from zhijia.organization.statistics import selectors as figures, services as statistics

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
        joining.submit(actor, targets[number % 2], form, channel="web", now=province.now)
        return "submitted"

    results = together(50, submit)
    assert results == {"submitted": 1, "members.join.already_open": 49}
    assert Case.objects.filter(owner_person_id=person.pk).count() == 1


def test_fifty_parallel_decisions_take_one_member_in_once(province: World) -> None:
    admins = [province.staff("GRASS_ADMIN", "plant", f"审批{n}") for n in ("甲", "乙")]
    person, case = province.application()
    results = together(50, lambda number: joining.approve(admins[number % 2], case, now=province.now) and "approved")
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
            joining.approve(admins[0], case, now=province.now)
            return "approved"
        joining.reject(admins[1], case, reason="NOT_EMPLOYEE", note="", now=province.now)
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
            20, lambda number, part=part: joining.approve(admin, part[number], now=province.now) and "approved"
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
