"""Every page that sends a code goes on counting down, whatever it answers besides, and says the true seconds."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from zhijia.foundation.accounts.tests.doors import PASSWORD, SECOND

NUMBER = "13800138000"
AGREED = {"privacy": "on", "agreement": "on"}
WRONG = "000000"
pytestmark = pytest.mark.usefixtures("world", "clock")


def seconds(answer) -> list[int]:
    """What the buttons of a page count down from."""
    return [int(found) for found in re.findall(r'data-wait="(\d+)"', answer.content.decode())]


@pytest.mark.parametrize("door", ["/m/sign-in", "/console/sign-in/mobile"])
def test_at_the_door(client, time, door):
    said = {"mobile": NUMBER, "next": "/m/"}
    assert seconds(client.get(door)) == []
    assert seconds(client.post(door, {**said, "send": "sms"})) == [60]
    time.go(seconds=18)
    wrong = client.post(door, {**said, **AGREED, "code": WRONG})
    assert (wrong.status_code, seconds(wrong)) == (422, [42])
    assert seconds(client.post(door, {**said, "code": ""})) == [42], "nor where a box is not ticked"
    part = client.post(door, {**said, **AGREED, "code": WRONG}, headers={"HX-Request": "true"})
    assert seconds(part) == [42]
    again = client.post(door, {**said, "send": "sms"})
    assert (again.status_code, seconds(again)) == (429, [42])
    assert "还需等待 42 秒" in again.content.decode()
    assert seconds(client.post(door, {**said, "mobile": "13800138001", **AGREED, "code": WRONG})) == []
    assert seconds(Client().post(door, {**said, "mobile": "1380", **AGREED, "code": WRONG})) == []
    time.go(seconds=42)
    assert seconds(client.post(door, {**said, **AGREED, "code": WRONG})) == []


def test_where_the_number_is_changed(client, world, sign_in, time):
    person, _ = world.member()
    sign_in(client, person)
    said = {"old_code": "", "mobile": NUMBER, "code": ""}
    assert seconds(client.post("/m/mobile", {**said, "send": "old"})) == [60]
    time.go(seconds=10)
    assert seconds(client.post("/m/mobile", {**said, "send": "new"})) == [50, 60]
    time.go(seconds=5)
    wrong = client.post("/m/mobile", {**said, "old_code": WRONG, "code": WRONG})
    assert (wrong.status_code, seconds(wrong)) == (422, [45, 55])
    assert seconds(client.get("/m/mobile")) == [45], "a page opened anew knows the number of the session"


def test_where_the_number_is_changed_without_the_old_one(client, world, sign_in, time):
    person, _ = world.member()
    sign_in(client, person)
    said = {"mobile": NUMBER, "name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": world.number_of(person)}
    assert seconds(client.post("/m/mobile/without-old", {**said, "send": "new"})) == [60]
    time.go(seconds=7)
    wrong = client.post("/m/mobile/without-old", {**said, "code": WRONG})
    assert (wrong.status_code, seconds(wrong)) == (422, [53])


def test_at_the_second_door(client, cadre, sign_in, time):
    person, _ = cadre("GRASS_ADMIN", "plant", totp=False)
    sign_in(client, person)
    assert settings.SESSION_COOKIE_NAME in client.cookies
    client.post("/console/sign-in", {"password": PASSWORD})
    assert seconds(client.get(SECOND)) == []
    assert seconds(client.post(SECOND, {"send": "sms"})) == [60]
    time.go(seconds=20)
    wrong = client.post(SECOND, {"code": WRONG})
    assert (wrong.status_code, seconds(wrong)) == (422, [40])
    again = client.post(SECOND, {"send": "sms"})
    assert (again.status_code, seconds(again)) == (429, [40])
    assert "还需等待 40 秒" in again.content.decode()
    assert seconds(client.get(SECOND)) == [40]
