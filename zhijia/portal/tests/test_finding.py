"""Finding a union: namesakes told apart, more hits said, a point in no address, and the wish for a union counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.joining.models import JoinApplication
from zhijia.organization.joining.services import applications
from zhijia.organization.unions import services as union_services

pytestmark = pytest.mark.django_db

LAIYANG = {"lng": "120.711", "lat": "36.976"}


@pytest.mark.parametrize("address", ["/find", "/m/find"])
def test_each_hit_names_its_place_and_who_joins_where(
    address: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    sign_in(client, world.person())
    page = client.get(address, {"q": "总工会"}).content.decode()
    assert "烟台市莱阳市" in page
    landing = f"/m/join/{world['town'].code}/"
    assert landing not in page
    home = client.get(address, {"region": "370682101000"}).content.decode()
    assert f"/m/join/{world['home'].code}/" in home
    assert "烟台市莱阳市沐浴店镇" in home


def test_who_is_signed_in_stays_in_his_app(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    sign_in(client, world.person())
    for page in ("/m/", "/m/services"):
        text = client.get(page).content.decode()
        assert 'href="/find' not in text
        assert 'href="/m/find' in text
    assert 'class="zj-tabbar' in client.get("/m/find").content.decode()


def test_more_than_twenty_hits_are_said(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    for n in range(21):
        world.open_plant(f"p{n}", "town", name=f"海滨同名第{n}公司")
    sign_in(client, world.person())
    for address in ("/find", "/m/find"):
        assert "只显示前 20 个" in client.get(address, {"q": "海滨同名"}).content.decode()
        assert "只显示前" not in client.get(address, {"q": "海滨同名第20"}).content.decode()
    person, _ = world.member("plant")
    sign_in(client, person)
    assert "只显示前 20 个" in client.get("/m/transfer", {"q": "海滨同名"}).content.decode()


def test_a_point_ends_at_the_county_and_stands_in_no_address(world: World, client: Client) -> None:
    page = client.get("/find")
    near = next(form for form in forms_of(page) if "lng" in form.fields)
    assert near.method == "post"
    text = near.send(client, **LAIYANG).content.decode()
    assert "沐浴店镇" in text
    assert LAIYANG["lng"] not in text


def test_where_townships_are_known_a_point_ends_at_one_and_the_rest_follow_by_distance(
    world: World, client: Client, settings: Any, tmp_path: Path
) -> None:
    def around(east: float, north: float, half: float) -> list[list[list[float]]]:
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
        return [[[east + half * x, north + half * y] for x, y in corners]]

    def feature(gb: str, kind: str, coordinates: object) -> dict[str, object]:
        return {"properties": {"gb": gb}, "geometry": {"type": kind, "coordinates": coordinates}}

    shapes = [
        feature("156370682", "Polygon", around(120.7, 37.0, 0.2)),
        feature("156370682101", "Polygon", around(120.711, 36.976, 0.02)),
        feature("156370682102", "Point", [120.811, 36.976]),
    ]
    file = tmp_path / "own.geojson"
    file.write_text(json.dumps({"features": shapes}), encoding="utf-8")
    settings.ZHIJIA_BOUNDARIES = str(file)
    inside = regions.locate(**LAIYANG)
    assert inside.place.code == "370682101000"
    assert [(place.name, round(km, 1)) for place, km in inside.near] == [("沐浴店镇", 0.0), ("团旺镇", 8.9)]
    beside = regions.locate("120.76", "36.976")
    assert beside.place.code == "370682000000"
    page = client.post("/find", LAIYANG).content.decode()
    assert world["home"].name in page
    assert "8.9 公里" in page


def test_a_worker_without_a_union_comes_to_the_home_and_his_wish_is_counted(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    employer = union_services.open_employer(
        SYSTEM, name="海滨冷链有限公司", credit_code="", region="370682101000", headcount=40, now=world.now
    )
    person = world.person(mobile="13900001111")
    world.consent(person)
    sign_in(client, person)
    found = client.get("/m/no-union", {"q": "沐浴店"}).content.decode()
    landing = f"/m/join/{world['home'].code}/?wish=1"
    assert landing in found
    client.get(landing)
    confirm = client.get(f"/m/join/{world['home'].code}/confirm")
    form = next(form for form in forms_of(confirm) if "willing" in confirm.content.decode() and form.method == "post")
    assert form.fields["wishes_union"] == ["on"]
    sent = form.send(
        client, work_form="employed", employer_text=employer.name, fallback_by="workplace", willing="on",
        new_form_group=None, go_on="on",
    )  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()
    application = JoinApplication.objects.get()
    assert application.wishes_union
    cadre = world.staff_person("TOWN_WORKER", "town")
    desk = Client()
    sign_in(desk, cadre, staff=True)
    page = desk.get("/console/founding").content.decode()
    assert employer.name in page
    assert "有人希望建会" in page
    applications.withdraw(world.actor(person), application.case.public_id, now=world.now)
    assert employer.name not in desk.get("/console/founding").content.decode()


def test_the_applicant_reads_his_own_data_in_full_before_he_sends_it(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person = world.person("林晓禾", mobile="13900002222")
    world.consent(person)
    sign_in(client, person)
    page = client.get(f"/m/join/{world['plant'].code}/confirm").content.decode()
    for own in ("林晓禾", world.number_of(person), "13900002222", "烟台市莱阳市沐浴店镇", "修改"):
        assert own in page


@pytest.mark.parametrize("typed", ["沐浴店镇。", "“沐浴店”？", "muyudian", "mu yu dian", "myd", "ＭＹＤ"])
@pytest.mark.parametrize("address", ["/find", "/m/find", "/m/no-union"])
def test_a_place_is_found_with_the_marks_of_a_sentence_and_by_its_sound(
    typed: str, address: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    sign_in(client, world.person())
    assert world["home"].name in client.get(address, {"q": typed}).content.decode()


def test_words_of_a_name_may_stand_apart(world: World, client: Client) -> None:
    for text in ("莱阳 精密机械", "精密机械　莱阳", "鲁东精密"):
        assert world["plant"].name in client.get("/find", {"q": text}).content.decode()
    assert world["plant"].name not in client.get("/find", {"q": "青岛 精密机械"}).content.decode()
