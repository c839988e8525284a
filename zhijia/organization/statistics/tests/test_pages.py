"""The pages of figures: one head, within the scope, numbers with units, lists behind them, files with a trace."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.parameters import services as parameters
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.indicators import Indicator
from zhijia.kernel.registry import Scenario, registry
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.statistics import selectors, services
from zhijia.organization.statistics.models import FigureDelta
from zhijia.organization.statistics.selectors import comparing
from zhijia.organization.unions import services as unions
from zhijia.organization.unions.models import UnionPath

pytestmark = pytest.mark.django_db
PAGES = ("", "/trend", "/ranking", "/pivot", "/comparison", "/outliers")


@pytest.fixture
def cadre(world: World, client: Client, sign_in: Any, clock: Any) -> Client:
    """A county's organization desk, in a county where two joined in August and one this month."""
    clock(world.now)
    UnionPath.objects.update(since=date(2020, 1, 1))
    world.member("plant", "林晓禾")
    world.member("home", "王一", female=False)
    FigureDelta.objects.update(day=date(2026, 8, 20))
    Membership.objects.update(since=date(2026, 8, 20))
    services.take_snapshot(date(2026, 9, 1), now=world.now)
    world.member("plant", "李二")
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    return client


def page(client: Client, path: str, **asked: str) -> str:
    response = client.get(f"/console/statistics{path}?{urlencode(asked)}")
    assert response.status_code == 200, (path, asked, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_for_every_unit_and_day_and_refuses_what_is_out_of_scope(
    cadre: Client, world: World, path: str
) -> None:
    days = ({}, {"day": "2026-08-31"}, {"day": "2026-08-25", "boundaries": "then"}, {"day": "不是日期"})
    for key in ("county", "town", "home", "plant"):
        for asked, code in zip(days, ("members", "join_rate", "joined", "no-such"), strict=True):
            page(cadre, path, unit=world[key].public_id, indicator=code, **asked)
    other = f"/console/statistics{path}?unit={world['other_county'].public_id}"
    assert cadre.get(other).status_code == 404
    assert cadre.get(f"/console/statistics{path}?unit=none").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_see_figures_is_refused(world: World, client: Client, sign_in: Any, clock: Any, path: str) -> None:
    clock(world.now)
    sign_in(client, world.staff_person("PRIVACY", "county"), staff=True)
    assert client.get(f"/console/statistics{path}").status_code == 403


def test_a_change_stands_beside_its_unit_and_a_number_leads_to_its_list(cadre: Client, world: World) -> None:
    text = page(cadre, "")
    assert "较上月末 +1 人" in text
    assert f"/console/members?unit={world['county'].public_id}&amp;state=ACTIVE" in text
    assert f"unit={world['county'].public_id}&amp;state=ACTIVE&amp;sex=2" in text
    listed = cadre.get(f"/console/members?unit={world['county'].public_id}&state=ACTIVE&sex=2").content.decode()
    assert ("林*禾" in listed, "王*" in listed) == (True, False)


def test_a_past_figure_leads_to_the_stays_of_that_day(cadre: Client, world: World) -> None:
    stay = Membership.objects.get(union=world["plant"].pk, since=date(2026, 8, 20))
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="OWN_WISH", on=world.today, now=world.now)
    text = page(cadre, "", day="2026-08-31")
    address = re.search(r'/console/statistics/members\?[^"]+', text)
    assert address is not None
    listed = cadre.get(address[0].replace("&amp;", "&")).content.decode()
    told = [name in listed for name in ("林*禾", "王*", "李*", "林晓禾")]
    assert told == [True, True, False, False]
    outside = f"/console/statistics/members?unit={world['other_home'].public_id}&day=2026-08-31"
    assert cadre.get(outside).status_code == 404


def test_a_figure_whose_list_one_may_not_read_leads_nowhere(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    world.member("plant")
    sign_in(client, world.staff_person("STATS", "county"), staff=True)
    assert "/console/members?" not in page(client, "")
    past = f"/console/statistics/members?unit={world['county'].public_id}&day=2026-08-31"
    assert client.get(past).status_code == 403


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_table_may_be_taken_along_and_leaves_a_row_in_the_trail(
    cadre: Client, world: World, path: str, form: str
) -> None:
    response = cadre.get(f"/console/statistics{path}?form={form}&indicator=join_rate")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    row = AuditEntry.objects.filter(event="audit.list_exported").latest("id")
    assert row.detail["form"] == form
    assert row.detail["unit"] == world["county"].public_id


def test_beyond_ones_own_scope_numbers_are_rounded_and_ranks_are_true(cadre: Client, world: World) -> None:
    for _ in range(7):
        world.member("other_home")
    peers = [world.facts("county"), world.facts("other_county")]
    moment = selectors.Moment(world.today, world.today)
    one = next(each for each in registry.indicators() if each.code == "members")
    scope = world.staff("ORG", "county", "李敏").scope_for("statistics:figure:view")
    lines = {line.union.id: line for line in comparing.rank_peers(one, peers, moment, scope)}
    other, own = lines[world["other_county"].pk], lines[world["county"].pk]
    assert (other.reading.count, other.rank, other.inside) == (5, 1, False)
    assert (own.reading.count, own.rank, own.inside) == (3, 2, True)
    text = page(cadre, "/ranking", among=world["province"].public_id)
    assert "取整到 5 的倍数" in text
    saved = b"".join(cadre.get(f"/console/statistics/ranking?form=csv&among={world['province'].public_id}"))
    assert "市南区总工会,1,2,5\r\n" in saved.decode("utf-8-sig")


def test_a_join_rate_above_the_whole_is_shown_as_an_anomaly_and_never_cut(cadre: Client, world: World) -> None:
    world["plant"].employer.__class__.objects.update(headcount=1)
    FigureDelta.objects.create(
        union_id=world["plant"].pk, path=world["plant"].path, day=world.today,
        workers=1 - selectors.current(world["plant"].pk, world["plant"].path)["workers"],
    )  # fmt: skip
    text = page(cadre, "", unit=world["plant"].public_id)
    assert "200.0%" in text
    assert "超过 100%，请核对" in text


def test_federations_count_where_the_region_says_so(cadre: Client, world: World) -> None:
    unions.open_union(
        SYSTEM, name="沐浴店镇物流行业工会联合会", type="IND_FED", level=6, region=world["town"].region,
        parent=world["town"], now=world.now,
    )  # fmt: skip

    def told() -> int | None:
        one = [each for each in registry.indicators() if each.code == "unions"]
        moment = selectors.Moment(world.today, world.today)
        return selectors.read_many(one, [world.facts("town")], moment)[world["town"].pk]["unions"].number

    assert told() == 1
    parameters.schedule_value(
        SYSTEM, "unions.count_federation", True, valid_from=world.today, source="省总工会通知", made_by=None,
        checked_by=None, now=world.now,
    )  # fmt: skip
    assert told() == 2
    assert services.recount(now=world.now).wrong == []


def test_a_capability_may_keep_figures_of_its_own(cadre: Client, world: World, monkeypatch: Any) -> None:
    """R5 and the like: counted by who owns them, shown, ranked and saved as any other."""
    asked: list[tuple[date, date]] = []

    def counted(places: Any, since: date, until: date) -> dict[int, tuple[int, int]]:
        asked.append((since, until))
        return dict.fromkeys(places, (1, 4))

    one = Indicator(
        "activity", "月活跃度", "当月有过有效活动的会员 ÷ 激活会员", 34, counted=counted, share_of_own=True, unit="%"
    )
    monkeypatch.setitem(registry._scenarios, "activity", Scenario("activity", "活跃", indicators=(one,)))
    assert "25.0%" in page(cadre, "")
    assert "25.0%" in page(cadre, "/ranking", indicator="activity", among=world["province"].public_id)
    assert (date(2026, 9, 1), world.today) in asked


def test_the_trend_tells_how_a_month_balances(cadre: Client, world: World, now: Any) -> None:
    services.take_snapshot(date(2026, 10, 1), now=now + timedelta(days=20))
    text = page(cadre, "/trend")
    assert "会员变动" not in text  # one month end more is needed
    told = selectors.list_months(
        world.facts("county"), [each for each in registry.indicators() if each.code == "members"],
        until=date(2026, 10, 5),
    )  # fmt: skip
    assert [line.readings["members"].number for line in told] == [2, 3]


def test_outlines_are_those_of_the_units_below_and_small(cadre: Client, world: World, sign_in: Any) -> None:
    sign_in(cadre, world.staff_person("ORG", "province", "李敏"), staff=True)
    cities = cadre.get(f"/console/statistics/outlines?unit={world['province'].public_id}")
    names = {each["properties"]["name"] for each in json.loads(cities.content)["features"]}
    assert names == {"烟台市", "青岛市"}  # of the sixteen, those that are divisions here
    assert len(cities.content) < 60_000
    counties = cadre.get(f"/console/statistics/outlines?unit={world['city'].public_id}")
    assert [each["properties"]["name"] for each in json.loads(counties.content)["features"]] == ["莱阳市"]
    assert cadre.get(f"/console/statistics/outlines?unit={world['town'].public_id}").status_code == 404


def test_a_moved_union_is_told_beside_both_boundaries(cadre: Client, world: World) -> None:
    plant = world["plant"]
    unions.move_union(
        SYSTEM, plant, world["county"].code, reason="隶属关系调整", version=plant.version, now=world.now
    )  # fmt: skip
    assert "有 1 个工会调整过隶属" in page(cadre, "", day="2026-08-31")
    town = {"unit": world["town"].public_id, "day": "2026-08-31"}
    assert world["plant"].name in page(cadre, "", boundaries="then", **town)
    assert world["plant"].name not in page(cadre, "", boundaries="now", **town)


def test_the_api_tells_a_day_and_a_pivot(cadre: Client, world: World) -> None:
    address = f"/api/v1/figures/{world['county'].public_id}"
    told = cadre.get(f"{address}/on?day=2026-08-31&boundaries=now").json()
    assert (told["day"], told["total"]["members"]) == ("2026-08-31", 2)
    found = {each["code"]: each for each in told["indicators"]}
    assert (found["real_name"]["count"], found["real_name"]["whole"], found["real_name"]["value"]) == (2, 2, 100.0)
    now = cadre.get(f"{address}/on").json()
    assert (now["day"], now["total"]["members"]) == (world.today.isoformat(), 3)
    crossed = cadre.get(f"{address}/pivot?rows=sex&columns=age").json()
    assert (crossed["total"], crossed["exact"], crossed["counted_on"]) == (3, True, None)
    assert cadre.get(f"{address}/pivot?rows=name").status_code == 422
