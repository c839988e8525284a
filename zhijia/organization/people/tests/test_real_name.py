"""Real name: matching, binding, limits, and a source that is down."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.world import World
from zhijia.kernel.actor import Actor
from zhijia.kernel.crypto import sm3
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken, TooMany
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.members import selectors as members
from zhijia.organization.people import services
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.sources import Answer, HttpSource, OfflineSource, Outcome

pytestmark = pytest.mark.django_db

GOOD = "370299199003070010"
NEVER = "37029919900307998X"  # 998 before the check digit: never matches
DOWN = "370299199003079971"  # 997: the source does not answer


class Source:
    """An authority that gives the answers it was told, and counts the questions."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def check(self, name: str, id_type: str, number: str) -> Answer:
        self.asked += 1
        outcome = self.outcomes[min(self.asked, len(self.outcomes)) - 1]
        return Answer(outcome, "test", str(self.asked))


def identify(
    world: World, actor: Actor, name: str, number: str, source: Any, mobile: str = "13700000001"
) -> services.Identified:
    identity = services.read_identity(name, "RESIDENT_ID", number, today=world.today)
    return services.identify(actor, identity, mobile=mobile, channel="web", now=world.now, source=source)


def test_a_match_makes_a_person_of_level_three_whose_numbers_are_sealed(world: World) -> None:
    done = identify(world, world.bare_actor(), "林晓禾", GOOD, Source(Outcome.MATCHED))
    assert (done.person.real_name_level, done.pending, done.bound) == (3, False, False)
    person = Person.objects.get()
    assert GOOD.encode() not in bytes(person.id_sealed)
    assert (person.id_masked, person.mobile_masked, person.sex, person.birth_year) == (
        "3702**********0010", "137****0001", "1", 1990,
    )  # fmt: skip
    assert GOOD not in repr(done)


def test_name_and_number_name_every_fault_at_once(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        services.read_identity("x" * 40, "RESIDENT_ID", "370299199003070011", today=world.today)
    assert set(caught.value.fields) == {"name", "id_number"}


def test_a_mismatch_is_told_and_counts_five_a_day(world: World) -> None:
    actor, source = world.bare_actor(), Source(Outcome.MISMATCH)
    for _ in range(5):
        with pytest.raises(Invalid) as caught:
            identify(world, actor, "林晓禾", GOOD, source)
        assert caught.value.code == "real_name.mismatch"
    with pytest.raises(TooMany):
        identify(world, actor, "林晓禾", GOOD, source)
    assert source.asked == 5
    assert RealNameCheck.objects.count() == 5
    world.now += timedelta(days=1, minutes=1)
    assert identify(world, actor, "林晓禾", GOOD, Source(Outcome.MATCHED)).person.real_name_level == 3


def test_failures_are_counted_per_number_too_so_that_accounts_cannot_be_swapped(world: World) -> None:
    source = Source(Outcome.MISMATCH)
    for _ in range(5):
        with pytest.raises(Invalid):
            identify(world, world.bare_actor(), "林晓禾", GOOD, source)
    with pytest.raises(TooMany):
        identify(world, world.bare_actor(), "林晓禾", GOOD, source)


def test_with_the_source_down_the_person_waits_and_a_later_check_verifies_him(world: World) -> None:
    actor = world.bare_actor()
    done = identify(world, actor, "林晓禾", GOOD, Source(Outcome.UNAVAILABLE))
    assert (done.person.real_name_level, done.pending) == (2, True)
    assert services.recheck_pending(now=world.now, source=Source(Outcome.UNAVAILABLE)) == (0, 0)
    assert services.recheck_pending(now=world.now, source=Source(Outcome.MATCHED)) == (1, 0)
    assert Person.objects.get().real_name_level == 3
    assert services.recheck_pending(now=world.now, source=Source(Outcome.MATCHED)) == (0, 0)


@pytest.mark.parametrize(("answer", "state"), [(Outcome.MATCHED, "PENDING"), (Outcome.MISMATCH, "REJECTED")])
def test_an_application_that_waited_goes_on_or_ends_with_the_later_answer(
    world: World, answer: Outcome, state: str
) -> None:
    person, _ = world.application(level=2)
    application = JoinApplication.objects.select_related("case").get(person=person)
    assert application.case.state == "SUBMITTED"
    assert application.case.due_at is None
    services.recheck_pending(now=world.now, source=Source(answer))
    application.case.refresh_from_db()
    assert application.case.state == state
    assert (application.case.due_at is not None) is (state == "PENDING")


def test_a_roster_member_who_signs_in_with_the_rosters_number_is_bound(world: World) -> None:
    person, membership = world.member(bound=False, id_number=GOOD, mobile="13700000001")
    actor = world.bare_actor()
    done = identify(world, actor, "林晓禾", GOOD, Source(Outcome.MATCHED))
    assert done.bound is True
    person.refresh_from_db()
    membership.refresh_from_db()
    assert (person.account_id, membership.activated) == (actor.account_id, True)
    assert members.living_card(person.pk) is not None


def test_a_roster_member_with_another_name_is_not_bound(world: World) -> None:
    world.member(bound=False, id_number=GOOD)
    with pytest.raises(Invalid):
        identify(world, world.bare_actor(), "张三丰", GOOD, Source(Outcome.MATCHED))
    assert Person.objects.get().account_id is None


def test_a_roster_member_is_not_bound_while_the_source_is_down(world: World) -> None:
    world.member(bound=False, id_number=GOOD)
    with pytest.raises(RuleBroken) as caught:
        identify(world, world.bare_actor(), "林晓禾", GOOD, Source(Outcome.UNAVAILABLE))
    assert caught.value.code == "real_name.try_later"
    assert Person.objects.get().account_id is None


def test_a_number_bound_to_another_account_is_never_taken_over(world: World) -> None:
    person, _ = world.member(id_number=GOOD)
    with pytest.raises(Duplicate) as caught:
        identify(world, world.bare_actor(), "林晓禾", GOOD, Source(Outcome.MATCHED))
    assert caught.value.code == "real_name.bound_elsewhere"
    before = person.account_id
    person.refresh_from_db()
    assert person.account_id == before


def test_an_account_is_one_person_for_good(world: World) -> None:
    actor = world.bare_actor()
    identify(world, actor, "林晓禾", GOOD, Source(Outcome.MATCHED))
    with pytest.raises(RuleBroken) as caught:
        identify(world, actor, "张伟", "370299196512310031", Source(Outcome.MATCHED))
    assert caught.value.code == "real_name.other_person"


@pytest.mark.parametrize("name", ["王𬭎", "古丽·阿依", "司马相如", "Anna Petrova"])
def test_rare_dotted_long_and_latin_names_pass(world: World, name: str) -> None:
    assert identify(world, world.bare_actor(), name, GOOD, Source(Outcome.MATCHED)).person.name == name


def test_the_offline_source_reaches_every_answer(world: World) -> None:
    assert identify(world, world.bare_actor(), "林晓禾", DOWN, None).pending is True
    with pytest.raises(Invalid):
        identify(world, world.bare_actor(), "林晓禾", NEVER, None)


def test_a_check_keeps_nothing_that_tells_the_number(world: World) -> None:
    """Known birthdays and places leave a million numbers: a plain hash of one is tried back in a moment."""
    identify(world, world.bare_actor(), "林晓禾", GOOD, None)
    check = RealNameCheck.objects.get()
    texts = [f"{kind}{glue}{GOOD}" for kind in ("RESIDENT_ID", "") for glue in (":", "", "\0", "|")]
    plain = {make(text.encode()).hexdigest() for text in texts for make in (hashlib.md5, hashlib.sha1, hashlib.sha256)}
    plain |= {sm3(text.encode()).hex() for text in texts}
    assert check.reference
    assert not any(digest.startswith(kept) for kept in (check.reference, check.id_digest) for digest in plain)
    again = OfflineSource().check("林晓禾", "RESIDENT_ID", GOOD)
    assert again.reference != check.reference, "random, not a function of the number"


class _Gateway(BaseHTTPRequestHandler):
    answers: list[tuple[int, str]] = []
    seen: list[tuple[str, dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.headers["X-Signature"], json.loads(body)))
        status, text = self.answers[min(len(self.seen), len(self.answers)) - 1]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


def test_the_http_source_signs_its_question_and_takes_odd_answers_as_down() -> None:
    _Gateway.answers = [
        (200, '{"result": "matched", "reference": "r1"}'),
        (200, '{"result": "mismatch"}'),
        (500, "oops"),
        (200, "[]"),
        (200, '{"result": "yes"}'),
    ]
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        source = HttpSource(f"http://127.0.0.1:{server.server_port}/", "secret")
        outcomes = [source.check("林晓禾", "RESIDENT_ID", GOOD).outcome for _ in range(5)]
    finally:
        server.shutdown()
        server.server_close()
    assert outcomes == [Outcome.MATCHED, Outcome.MISMATCH, *[Outcome.UNAVAILABLE] * 3]
    assert len(_Gateway.seen[0][0]) == 64
    assert _Gateway.seen[0][1]["number"] == GOOD
    assert source.check("林晓禾", "RESIDENT_ID", GOOD).outcome is Outcome.UNAVAILABLE
