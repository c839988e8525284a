"""What many do at the same moment, with real connections."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest

from tests.parallel import together
from zhijia.foundation.accounts import selectors
from zhijia.foundation.accounts.models import Account, SignInCode
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.accounts.services import codes, factors, signing_in, stepping
from zhijia.kernel.actor import ANONYMOUS, SYSTEM, Actor, Kind
from zhijia.kernel.errors import Invalid, TooMany

NUMBER = "13800138000"
pytestmark = [pytest.mark.django_db(transaction=True)]


def code_from(texts) -> str:
    return re.search(r"验证码 (\d{6})", texts()[-1][1])[1]


def test_of_two_uses_of_one_code_one_succeeds(texts, transactional_db, now):
    codes.send_code(ANONYMOUS, NUMBER, purpose=Purpose.SIGN_IN, now=now)
    enter = partial(signing_in.sign_in, ANONYMOUS, NUMBER, code_from(texts), agreed=(), now=now)
    outcomes = together([enter] * 2)
    assert len(outcomes.values) == 1
    assert {type(error) for error in outcomes.errors} <= {Invalid, TooMany}
    assert Account.objects.filter(number_digest=selectors.number_digest(NUMBER)).count() == 1


@pytest.mark.postgres
def test_twenty_guesses_at_once_get_five_tries(texts, transactional_db, now):
    codes.send_code(ANONYMOUS, NUMBER, purpose=Purpose.SIGN_IN, now=now)
    right = int(code_from(texts))
    guesses = [
        partial(codes.try_code, ANONYMOUS, NUMBER, f"{(right + n) % 10**6:06d}", purpose=Purpose.SIGN_IN, now=now)
        for n in range(1, 21)
    ]
    outcomes = together(guesses)
    assert outcomes.values == []
    assert sum(isinstance(error, Invalid) for error in outcomes.errors) == 5
    assert sum(isinstance(error, TooMany) for error in outcomes.errors) == 15
    assert SignInCode.objects.get().tries == 5


@pytest.mark.postgres
def test_a_step_of_the_authenticator_serves_once_among_ten(transactional_db, now):
    account = Account.objects.create(number_digest="0" * 32, created_at=now)
    secret = factors.new_totp_secret()
    step = int(now.timestamp()) // 30
    actor = Actor(Kind.PERSON, account_id=account.pk)
    factors.enrol_totp(actor, account, secret, factors.totp_code(secret, step), now=now)
    later = now + timedelta(minutes=1)
    use = partial(factors.use_totp, account, factors.totp_code(secret, step + 2), now=later)
    outcomes = together([use] * 10)
    assert outcomes.errors == []
    assert sorted(outcomes.values) == [False] * 9 + [True]


@pytest.mark.postgres
def test_parallel_passwords_lock_after_five(transactional_db, now, monkeypatch):
    from tests.world import build

    world = build(now)
    actor = world.staff("ORG", "county")
    factors.set_password(SYSTEM, selectors.account_of(actor), "清晨-的-烟台-2026", now=now)
    outcomes = together([partial(stepping.check_password, actor, f"guess-number-{n}", now=now) for n in range(12)])
    kinds = [error.code for error in outcomes.errors]
    assert (kinds.count("step_up.password"), kinds.count("step_up.locked")) == (5, 7)
