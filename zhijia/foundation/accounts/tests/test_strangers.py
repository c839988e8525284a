"""Strangers who ask for codes to somebody's number lock nobody out and are made to work."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client

from zhijia.foundation.accounts import rules
from zhijia.foundation.accounts.addresses import KNOWN
from zhijia.foundation.accounts.models import SignInCode
from zhijia.foundation.accounts.services import puzzles
from zhijia.foundation.limits.models import Counter
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.errors import Invalid, TooMany

NUMBER = "13800138000"
DOOR = "/m/sign-in"
pytestmark = pytest.mark.usefixtures("world", "clock")


def send(client: Client, number: str = NUMBER, **more: str) -> Any:
    return client.post(DOOR, {"send": "sms", "mobile": number, **more})


def enter(client: Client, code: str) -> Any:
    return client.post(DOOR, {"mobile": NUMBER, "code": code, "privacy": "on", "agreement": "on"})


def code_in(texts: Any) -> str:
    return re.search(r"验证码 (\d{6})", texts()[-1][1])[1]


def strangers(first: int = 0) -> Any:
    """Each from a network of his own."""
    return (Client(REMOTE_ADDR=f"198.51.{n // 200}.{n % 200 + 1}") for n in count(first))


def puzzle_of(page: Any) -> tuple[str, int, str]:
    text = page.content.decode()
    challenge, bits = re.search(r'data-puzzle="([^"]+)" data-bits="(\d+)"', text).groups()
    return challenge, int(bits), re.search(r"(.加.等于几)", text)[1]


def prove(challenge: str, bits: int) -> str:
    for n in count():
        if rules.is_proof(challenge, str(n), bits):
            return str(n)
    raise AssertionError


# --- The owner ------------------------------------------------------------------------------------------------------
def test_ten_requests_of_strangers_do_not_lock_the_owner_out(texts, clock, now):
    """His browser is known since the last time, and his number's strangers are counted apart."""
    owner = Client()
    send(owner)
    assert enter(owner, code_in(texts)).status_code == 302
    owner.post("/m/sign-out")
    for _, stranger in zip(range(60), strangers(), strict=False):
        send(stranger)
    clock(now + timedelta(minutes=1))
    assert send(owner).status_code == 200
    assert enter(owner, code_in(texts)).status_code == 302


def test_an_owner_on_a_new_device_comes_in_too(texts, clock, now):
    for _, stranger in zip(range(10), strangers(), strict=False):
        send(stranger)
    clock(now + timedelta(minutes=1))
    owner = Client(REMOTE_ADDR="203.0.113.77")
    asked = send(owner)
    assert asked.status_code == 422
    challenge, bits, _ = puzzle_of(asked)
    texts()
    assert send(owner, puzzle=challenge, proof=prove(challenge, bits)).status_code == 200
    assert enter(owner, code_in(texts)).status_code == 302


def test_a_strangers_request_does_not_end_the_owners_code(texts):
    owner = Client()
    send(owner)
    code = code_in(texts)
    send(next(strangers()))
    assert enter(owner, code).status_code == 302


def test_a_strangers_request_does_not_make_the_owner_wait(texts):
    send(next(strangers()))
    assert send(Client()).status_code == 200


def test_a_known_browser_is_known_for_its_own_number_alone(texts, clock, now):
    thief = Client()
    send(thief, "13800138999")
    said = {"mobile": "13800138999", "code": code_in(texts), "privacy": "on", "agreement": "on"}
    assert thief.post(DOOR, said).status_code == 302
    assert KNOWN in thief.cookies
    thief.post("/m/sign-out")
    for _, stranger in zip(range(5), strangers(), strict=False):
        send(stranger)
    clock(now + timedelta(minutes=1))
    assert send(thief).status_code == 422, "for another's number he is a stranger"


@pytest.mark.parametrize("forged", ["", "x", "0123456789abcdef.", "0123456789abcdef." + "0" * 32, "é" * 30])
def test_a_forged_cookie_makes_nobody_known(forged):
    for _, stranger in zip(range(5), strangers(), strict=False):
        send(stranger)
    client = Client(REMOTE_ADDR="203.0.113.5")
    client.cookies[KNOWN] = forged
    assert send(client).status_code == 422


# --- The work -------------------------------------------------------------------------------------------------------
@pytest.fixture
def suspicious() -> None:
    for _, stranger in zip(range(5), strangers(), strict=False):
        assert send(stranger).status_code == 200


def test_nothing_is_sent_before_the_work_is_done(suspicious, texts):
    texts()
    answer = send(Client(REMOTE_ADDR="203.0.113.5"))
    assert answer.status_code == 422
    assert "请先完成安全验证" in answer.content.decode()
    assert texts() == []
    assert SignInCode.objects.count() == 5


def test_who_cannot_run_a_script_answers_a_question_in_words(suspicious, texts):
    client = Client(REMOTE_ADDR="203.0.113.5")
    challenge, _, question = puzzle_of(send(client))
    total = sum("零一二三四五六七八九".index(sign) for sign in question if sign in "一二三四五六七八九")
    wrong = send(client, puzzle=challenge, answer=str(total + 1))
    assert wrong.status_code == 422
    assert "答案不对" in wrong.content.decode()
    assert send(client, puzzle=challenge, answer=rules.in_words(total)).status_code == 200


def test_answers_in_words_are_few_from_one_network(suspicious, now):
    actor = Actor(Kind.ANONYMOUS, address="203.0.113.5")
    for _ in range(10):
        with pytest.raises(Invalid):
            puzzles.require(actor, puzzles.Answer(puzzles.make(now=now).challenge, words="0"), now=now)
    with pytest.raises(TooMany):
        puzzles.require(actor, puzzles.Answer(puzzles.make(now=now).challenge, words="0"), now=now)


def test_one_piece_of_work_is_one_code(now):
    actor, puzzle = Actor(Kind.ANONYMOUS, address="203.0.113.5"), puzzles.make(now=now)
    answer = puzzles.Answer(puzzle.challenge, proof=prove(puzzle.challenge, puzzle.bits))
    puzzles.require(actor, answer, now=now)
    with pytest.raises(Invalid):
        puzzles.require(actor, answer, now=now)


@pytest.mark.parametrize("spoil", ["late", "easier", "signature", "nonsense", "no proof"])
def test_work_on_another_puzzle_than_ours_counts_for_nothing(now, spoil):
    puzzle = puzzles.make(now=now)
    parts = puzzle.challenge.split(".")
    if spoil == "easier":
        parts[2] = "1"
    if spoil == "signature":
        parts[3] = "0" * 32
    challenge = "a.b" if spoil == "nonsense" else ".".join(parts)
    bits = int(parts[2])
    proof = "x" if spoil == "no proof" else prove(challenge, bits)
    at = now + timedelta(minutes=11) if spoil == "late" else now
    with pytest.raises(Invalid) as caught:
        puzzles.require(Actor(Kind.ANONYMOUS), puzzles.Answer(challenge, proof=proof), now=at)
    assert caught.value.code == "code.puzzle"


def test_a_network_that_asks_for_many_numbers_works_too():
    client = Client(REMOTE_ADDR="203.0.113.5")
    statuses = [send(client, f"138001380{n:02d}").status_code for n in range(21)]
    assert statuses == [200] * 20 + [422]


def test_a_line_of_ipv6_is_one_network():
    statuses = [
        send(Client(REMOTE_ADDR=f"2408:8207:1:2::{n + 1:x}"), f"138001380{n:02d}").status_code for n in range(21)
    ]
    assert statuses == [200] * 20 + [422]


def test_a_number_that_strangers_ask_for_is_at_rest_after_ten_an_hour(now, clock, texts):
    """They may work as much as they like: its owner's phone does not ring all night."""
    for n, stranger in zip(range(11), strangers(), strict=False):
        asked = send(stranger)
        if asked.status_code == 422:
            challenge, bits, _ = puzzle_of(asked)
            asked = send(stranger, puzzle=challenge, proof=prove(challenge, bits))
        assert asked.status_code == (200 if n < 10 else 429)
    assert len(texts()) == 10


def test_no_counter_names_a_number_or_an_address(suspicious):
    kept = " ".join(Counter.objects.values_list("key", flat=True))
    assert NUMBER not in kept
    assert "198.51" not in kept


def test_the_api_gives_the_work_and_takes_it(suspicious, texts):
    client = Client(REMOTE_ADDR="203.0.113.5")
    address = "/api/v1/session/code"
    refused = client.post(address, {"mobile": NUMBER}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "code.puzzle")
    puzzle = client.get("/api/v1/session/puzzle").json()
    said = {"mobile": NUMBER, "puzzle": puzzle["challenge"], "proof": prove(puzzle["challenge"], puzzle["bits"])}
    assert client.post(address, said, content_type="application/json").status_code == 200
