"""Cadres in every stage of their set-up."""

from __future__ import annotations

import pytest
from django.conf import settings

from zhijia.foundation.accounts.services import factors
from zhijia.foundation.accounts.tests.doors import DESK, DOOR, PASSWORD, Clock
from zhijia.foundation.parameters.selectors import forget
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.people.models import Person


@pytest.fixture(autouse=True)
def _parameters_as_declared():
    forget()
    yield
    forget()


@pytest.fixture
def time(clock, now):
    return Clock(clock, now)


@pytest.fixture
def cadre(world, time):
    """`cadre(role, union)`: a person with a role, a password and an authenticator; his account and recovery codes."""

    def make(role: str = "ORG", union: str = "county", *, password: bool = True, totp: bool = True):
        person = Person.objects.get(pk=world.staff(role, union).person_id)
        actor = world.actor(person)
        account = person.account
        if password:
            factors.set_password(SYSTEM, account, PASSWORD, now=time.now)
        codes = []
        if totp:
            secret = factors.new_totp_secret()
            code = factors.totp_code(secret, int(time.now.timestamp()) // 30)
            codes = factors.enrol_totp(actor, account, secret, code, now=time.now)
            time.go(minutes=1)
        person.account = account
        return person, codes

    return make


@pytest.fixture
def enter(client, sign_in, time):
    """Sign in as a member and give the password; the second factor is up to the test."""

    def go(person: Person, password: str = PASSWORD, wanted: str = DESK):
        if settings.SESSION_COOKIE_NAME not in client.cookies:
            sign_in(client, person)
        return client.post(DOOR, {"password": password, "next": wanted})

    return go
