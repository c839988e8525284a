"""Finding divisions: by words, by point, level by level; and what nonsense in an address answers."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms as django_forms
from django.http import QueryDict
from django.test import Client

from tests.kept import built_once
from zhijia.foundation.regions import forms, selectors, services
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.errors import Invalid

NASTY = (
    "", " ", "0", "-1", "1", "9" * 12, "9" * 400, "1e9", "nan", "３７", "\x00", "370682\x00", "%00", "'", '"><script>',
    "../../etc/passwd", "莱" * 500, "𬭎", "a" * 5_000, "[]", "370682101000'--",
)  # fmt: skip


@pytest.fixture(scope="session")
def shandong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged file's provinces and all of Shandong: 2,012 rows, read in a fraction of the time."""
    lines = gzip.decompress(services.PACKAGED.read_bytes()).decode().splitlines()
    path = tmp_path_factory.mktemp("regions") / "shandong.csv"
    kept = [line for line in lines[1:] if line.startswith("37") or ",province," in line]
    path.write_text("\n".join([lines[0], *kept]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def _country(db: None, now: datetime, shandong: Path) -> None:
    built_once("shandong", lambda: services.load_file(SYSTEM, shandong, valid_from=services.PACKAGED_FROM, now=now))


@pytest.mark.parametrize(
    ("lng", "lat", "county"),
    [
        ("120.7113", "36.9758", "370682000000"),  # 莱阳
        (120.3826, 36.0671, "370202000000"),  # 青岛市政府, 市南区
        ("117.0160", "36.6610", "370102000000"),  # 济南泉城广场
        ("115.4807", "35.2336", "371702000000"),  # 菏泽
    ],
)
@pytest.mark.usefixtures("_country")
def test_a_point_gives_its_county(lng: str | float, lat: str | float, county: str) -> None:
    assert selectors.locate(lng, lat).place.code == county


@pytest.mark.usefixtures("_country")
def test_a_point_just_off_the_simplified_coast_still_gives_the_county() -> None:
    assert selectors.locate("120.3195", "36.0540").place.level == 4  # 栈桥, on the water


@pytest.mark.usefixtures("_country")
@pytest.mark.parametrize(
    ("lng", "lat", "code"),
    [
        ("", "", "region.point"),
        ("abc", "36", "region.point"),
        ("nan", "36", "region.point"),
        ("inf", "-inf", "region.point"),
        ("1e400", "36", "region.point"),
        ("181", "36", "region.point"),
        ("120", "91", "region.point"),
        ("36.97", "120.71", "region.point"),
        ("0", "0", "region.point"),
        ("0.0", "-0", "region.point"),
        ("120" * 500, "36", "region.point"),
        ("116.4074", "39.9042", "region.point_outside"),  # 北京
        ("125.0", "36.0", "region.point_outside"),  # at sea
        ("-70", "40", "region.point_outside"),
    ],
)
def test_what_is_no_point_of_the_province_is_refused_in_a_sentence(lng: str, lat: str, code: str) -> None:
    with pytest.raises(Invalid) as fault:
        selectors.locate(lng, lat)
    assert fault.value.code == code
    assert fault.value.message.endswith("。")


@pytest.mark.usefixtures("_country")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("370682101000", "370682101000"),
        ("370682", "370682000000"),
        ("沐浴店镇", "370682101000"),
        ("莱阳市沐浴店镇", "370682101000"),
        ("山东省烟台市莱阳市沐浴店镇", "370682101000"),
        ("山东省 烟台市 莱阳市 沐浴店镇", "370682101000"),
        ("烟台市沐浴店镇", "370682101000"),
    ],
)
def test_a_code_or_a_name_means_one_division(words: str, code: str) -> None:
    assert selectors.resolve(words, under="37").code == code


@pytest.mark.usefixtures("_country")
def test_an_ambiguous_name_names_the_candidates_and_a_wrong_one_is_unknown() -> None:
    with pytest.raises(Invalid, match=r"region.ambiguous") as fault:
        selectors.resolve("市中区", under="37")
    assert "济南市市中区" in fault.value.message
    for words in ("青岛市沐浴店镇", "没有这个镇", "x", "9" * 12, "12345"):
        with pytest.raises(Invalid, match=r"region.unknown"):
            selectors.resolve(words, under="37")
    with pytest.raises(Invalid, match=r"region.empty"):
        selectors.resolve(" \x00")


@pytest.mark.usefixtures("_country")
def test_search_knows_names_initials_and_codes() -> None:
    for text in ("沐浴店", "mydz", "370682101"):
        assert "370682101000" in {place.code for place in selectors.search(text, under="37")}
    assert selectors.search("") == []


@pytest.mark.usefixtures("_country")
def test_children_come_as_json_and_never_as_the_whole_tree(client: Client) -> None:
    answer = client.get("/regions/children", {"parent": "370682000000"}).json()
    assert len(answer["children"]) == 18
    assert answer["children"][0] == {"code": "370682001000", "name": "城厢街道", "level": 5}
    assert len(client.get("/regions/children").json()["children"]) == 34
    assert client.get("/regions/children", {"parent": "370699000000"}).status_code == 404


@pytest.mark.usefixtures("_country")
def test_search_answers_json_with_full_names(client: Client) -> None:
    places = client.get("/regions/search", {"q": "沐浴店"}).json()["places"]
    assert places[0]["full_name"] == "山东省烟台市莱阳市沐浴店镇"


@pytest.mark.usefixtures("_country")
@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("htmx", [False, True])
def test_nonsense_in_an_address_never_breaks_the_parts(client: Client, value: str, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    for address, name in (
        ("/regions/children", "parent"),
        ("/regions/children", "name"),
        ("/regions/children", "under"),
        ("/regions/children", "deepest"),
        ("/regions/children", "region"),
        ("/regions/search", "q"),
    ):
        assert client.get(address, {name: value}, headers=headers).status_code in {200, 400, 404, 422}
    assert client.post("/regions/search", {"q": value}).status_code in {403, 405}


class _Form(django_forms.Form):
    region = forms.RegionField(under="370000000000", levels=(5,))


def _data(*codes: str, **others: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.setlist("region", list(codes))
    data.update(others)
    return data


@pytest.mark.usefixtures("_country")
def test_the_field_takes_the_deepest_level_and_asks_on_above_it() -> None:
    town = _Form(_data("370600000000", "370682000000", "370682101000"))
    assert town.is_valid()
    assert town.cleaned_data["region"] == "370682101000"
    county = _Form(_data("370600000000", "370682000000", ""))
    assert county.errors["region"] == ["请继续选到下一级区划。"]
    assert _Form(_data("110000000000", "")).errors["region"] == ["没有这个区划，请重新选择。"]
    assert _Form(_data("x" * 12)).errors["region"] == ["没有这个区划，请重新选择。"]


@pytest.mark.usefixtures("_country")
def test_a_changed_city_leaves_its_old_county_behind() -> None:
    form = _Form(_data("370200000000", "370682000000", "370682101000"))
    assert form["region"].value() == "370200000000"


@pytest.mark.usefixtures("_country")
def test_without_script_a_button_goes_one_level_down() -> None:
    form = _Form(_data("370600000000", region_down="1"))
    assert forms.going_down(form.data, form)
    shown = str(form["region"])
    assert shown.count("<select") == 2
    assert "莱阳市" in shown
    assert "region_down" in shown


@pytest.mark.usefixtures("_country")
def test_htmx_gets_the_same_selects_one_level_deeper(client: Client) -> None:
    page = client.get(
        "/regions/children",
        {"name": "region", "under": "370000000000", "parent": "370000000000", "region": "370600000000"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert page.count("<select") == 2
    assert '<option value="370600000000" selected>' in page
    back = client.get(
        "/regions/children",
        {"name": "region", "under": "370000000000", "parent": "370000000000", "region": ""},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert back.count("<select") == 1


@pytest.mark.usefixtures("_country")
def test_choosing_costs_the_same_for_small_and_large_counties(client: Client, django_assert_num_queries: Any) -> None:
    for parent in ("370682000000", "370902000000"):
        with django_assert_num_queries(2):
            client.get("/regions/children", {"parent": parent})
