"""Opening, covering, listing, relating, moving and suspending unions: docs/rules/unions.md"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.regions.models import Region
from zhijia.kernel.actor import ANONYMOUS, SYSTEM
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, Stale, WrongState, ZhijiaError
from zhijia.organization.statistics import services as statistics
from zhijia.organization.statistics.models import Figure
from zhijia.organization.unions import selectors, services
from zhijia.organization.unions.models import CoveredUnit, Employer, MemberUnion, Union, UnionPath

TOWN = "370682101000"


def open_one(world: World, actor: Any = SYSTEM, **changes: Any) -> Union:
    facts = {
        "name": "沐浴店镇联合工会委员会", "type": "JOINT", "level": 7, "region": TOWN, "parent": world["town"],
        "now": world.now,
    }  # fmt: skip
    return services.open_union(actor, **(facts | changes))


def employer(world: World, code: str = "81370682MC0A0002XA", name: str = "莱阳市第二机械厂") -> Employer:
    return services.open_employer(SYSTEM, name=name, credit_code=code, region=TOWN, headcount=30, now=world.now)


# --- Opening --------------------------------------------------------------------------------------------------------
def test_a_town_worker_opens_a_union_in_his_township_and_it_leaves_a_trail(world: World) -> None:
    actor = world.staff("TOWN_WORKER", "town")
    union = open_one(world, actor)
    assert union.path.startswith(world["town"].path)
    assert (union.county_id, union.city_id) == (world["county"].pk, world["city"].pk)
    assert union.fund_parent_id == world["town"].pk
    assert (union.name_key[:10], union.initials) == ("mu yu dian", "mydzlhghwyh")
    entry = AuditEntry.objects.get(event="unions.open", subject_id=union.public_id)
    assert (entry.account_id, entry.unit_id) == (actor.account_id, union.pk)


def test_a_township_brings_its_online_home_along(world: World) -> None:
    Region.objects.create(
        code="370682103000", parent_code="370682000000", level=5, name="穴坊镇", name_key="x", initials="xfz",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    actor = world.staff("ORG", "county")
    town = open_one(
        world, actor, name="穴坊镇总工会", type="GENERAL", level=5, region="370682103000", parent=world["county"]
    )
    home = selectors.home_of_region("370682103000")
    assert home is not None
    assert (home.name, home.parent_id, home.is_open) == ("穴坊镇网上会员之家", town.pk, True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "短"}, "union.name"),
        ({"name": "x" * 500}, "union.name"),
        ({"type": "FEDERATION"}, "union.type"),
        ({"type": ""}, "union.type"),
        ({"type": "ONLINE_HOME", "level": 6}, "union.home_comes_along"),
        ({"level": 5}, "union.level"),
        ({"level": 99}, "union.level"),
        ({"region": "370682102000"}, "union.parent_region"),
        ({"region": "999999999999"}, "union.region"),
        ({"region": "\x00"}, "union.region"),
        ({"credit_code": "91370200MA3C0A123W"}, "union.credit_code"),
        ({"credit_code": "81370682MC0A0002XB"}, "uscc.check_digit"),
        ({"founded_on": date(1900, 1, 1)}, "union.founded_on"),
        ({"founded_on": date(2030, 1, 1)}, "union.founded_on"),
        ({"phone": "12"}, "phone.format"),
        ({"address": "长" * 121}, "union.text"),
        ({"hours": "a\x07b"}, "union.text"),
    ],
)
def test_a_faulty_union_is_not_opened(world: World, changes: dict[str, Any], code: str) -> None:
    before = Union.objects.count()
    with pytest.raises(ZhijiaError) as fault:
        open_one(world, world.staff("TOWN_WORKER", "town"), **changes)
    assert fault.value.code == code
    assert fault.value.message.endswith("。")
    assert Union.objects.count() == before


def test_a_name_and_a_credit_code_are_taken_once(world: World) -> None:
    open_one(world, credit_code="81370682MC0A0002XA")
    with pytest.raises(Duplicate) as name:
        open_one(world)
    assert name.value.code == "union.name_taken"
    with pytest.raises(Duplicate) as code:
        open_one(world, name="另一个联合工会", credit_code="81370682MC0A0002XA")
    assert code.value.code == "union.credit_code_taken"


def test_a_second_home_cannot_stand_in_a_township(world: World) -> None:
    with pytest.raises(Duplicate):
        open_one(world, name="沐浴店镇第二会员之家", type="ONLINE_HOME", level=6)


def test_who_has_no_right_there_opens_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        open_one(world, world.staff("GRASS_ADMIN", "plant"), parent=world["plant"])
    with pytest.raises(NotFound):
        open_one(world, world.staff("TOWN_WORKER", "other_town"))
    with pytest.raises(RuleBroken):
        open_one(world, world.staff("TOWN_WORKER", "town"), parent=None)


# --- Employers ------------------------------------------------------------------------------------------------------
def test_a_joint_union_covers_many_and_each_employer_has_one_union(world: World) -> None:
    actor = world.staff("TOWN_WORKER", "town")
    joint = open_one(world)
    services.cover_named(actor, joint, credit_code="81370682MC0A0002XA", name="莱阳市第二机械厂", now=world.now)
    services.cover_named(actor, joint, credit_code="89370000MC0A00038R", name="莱阳市第三机械厂", now=world.now)
    assert selectors.coverage_figures(joint.pk) == (2, 0)
    with pytest.raises(Duplicate) as fault:
        services.cover_named(actor, joint, credit_code="91370200MA3C0A123W", name="", now=world.now)
    assert fault.value.code == "union.employer_covered"
    assert "鲁东精密机械" in fault.value.message


@pytest.mark.parametrize(
    ("credit_code", "name", "code"),
    [
        ("", "", "employer.unnamed"),
        ("", "没有登记过的单位", "employer.unknown"),
        ("81370682MC0A0002XA", "", "employer.unknown"),
        ("81370682MC0A0002XB", "某单位", "uscc.check_digit"),
        ("9" * 400, "某单位", "uscc.length"),
        ("81370682MC0A0002XA", "长" * 200, "employer.name"),
    ],
)
def test_an_employer_must_be_known_or_named_in_full(world: World, credit_code: str, name: str, code: str) -> None:
    joint = open_one(world)
    with pytest.raises(Invalid) as fault:
        services.cover_named(SYSTEM, joint, credit_code=credit_code, name=name, now=world.now)
    assert fault.value.code == code


def test_a_name_borne_by_two_employers_asks_for_the_code(world: World) -> None:
    joint = open_one(world)
    for code in ("81370682MC0A0002XA", "89370000MC0A00038R"):
        employer(world, code, "同名单位")
    with pytest.raises(Invalid) as fault:
        services.cover_named(SYSTEM, joint, credit_code="", name="同名单位", now=world.now)
    assert fault.value.code == "employer.ambiguous"


def test_a_grassroots_union_covers_its_own_employer_alone_and_keeps_it(world: World) -> None:
    other = employer(world)
    with pytest.raises(RuleBroken) as one:
        services.cover(SYSTEM, world["plant"], other, now=world.now)
    assert one.value.code == "union.covers_one"
    row = CoveredUnit.objects.get(union=world["plant"])
    with pytest.raises(RuleBroken) as own:
        services.uncover(SYSTEM, world["plant"], row.pk, now=world.now)
    assert own.value.code == "union.own_employer"
    with pytest.raises(RuleBroken) as none:
        services.cover(SYSTEM, world["town"], other, now=world.now)
    assert none.value.code == "union.covers_none"


def test_what_is_uncovered_may_be_covered_by_another_union(world: World) -> None:
    first, second = open_one(world), open_one(world, name="第二联合工会委员会")
    other = employer(world)
    row = services.cover(SYSTEM, first, other, now=world.now)
    with pytest.raises(NotFound):
        services.uncover(SYSTEM, second, row.pk, now=world.now)
    services.uncover(SYSTEM, first, row.pk, now=world.now)
    with pytest.raises(WrongState):
        services.uncover(SYSTEM, first, row.pk, now=world.now)
    services.cover(SYSTEM, second, other, now=world.now)
    found = selectors.union_covering(other.pk)
    assert found is not None
    assert found.id == second.pk
    with pytest.raises(NotFound):
        services.uncover(SYSTEM, first, 2**63 - 1, now=world.now)


def test_a_foreign_cadre_covers_nothing(world: World) -> None:
    with pytest.raises(NotFound):
        services.cover_named(
            world.staff("ORG", "other_county"), world["plant"], credit_code="", name="x", now=world.now
        )
    with pytest.raises(NotAllowed):
        services.cover_named(world.staff("STATS", "county"), world["plant"], credit_code="", name="x", now=world.now)


# --- Federations ----------------------------------------------------------------------------------------------------
@pytest.fixture
def federation(world: World) -> Union:
    return open_one(world, name="沐浴店镇机械行业工会联合会", type="IND_FED", level=6)


def test_a_federation_lists_a_union_whose_parent_stays(world: World, federation: Union) -> None:
    parent = world["plant"].parent_id
    services.list_member_union(world.staff("TOWN_WORKER", "town"), federation, world["plant"].code, now=world.now)
    assert [row.member_id for row in selectors.list_member_unions(federation.pk).rows] == [world["plant"].pk]
    assert world["plant"].parent_id == parent
    with pytest.raises(Duplicate):
        services.list_member_union(SYSTEM, federation, world["plant"].code, now=world.now)
    row = MemberUnion.objects.get()
    services.unlist_member_union(SYSTEM, federation, row.pk, now=world.now)
    with pytest.raises(WrongState):
        services.unlist_member_union(SYSTEM, federation, row.pk, now=world.now)
    services.list_member_union(SYSTEM, federation, world["plant"].code, now=world.now)


def test_only_open_grassroots_unions_nearby_are_listed(world: World, federation: Union) -> None:
    far = open_one(world, name="八大湖街道联合工会", region="370202012000", parent=world["other_town"])
    cases = (
        (federation, federation.code, "federation.itself"),
        (federation, world["home"].code, "federation.member_type"),
        (federation, far.code, "federation.member_unknown"),
        (federation, "3706821010900018", "union_code.check_digit"),
        (federation, "x", "union_code.format"),
        (world["plant"], far.code, "federation.type"),
    )
    for union, code, fault_code in cases:
        with pytest.raises(ZhijiaError) as fault:
            services.list_member_union(SYSTEM, union, code, now=world.now)
        assert fault.value.code == fault_code
    services.suspend_union(SYSTEM, world["plant"], reason="临时停办整顿", now=world.now)
    with pytest.raises(WrongState):
        services.list_member_union(SYSTEM, federation, world["plant"].code, now=world.now)


# --- Editing --------------------------------------------------------------------------------------------------------
def test_public_facts_change_once_for_each_version(world: World) -> None:
    actor = world.staff("GRASS_ADMIN", "plant")
    plant = world["plant"]
    services.edit_union(actor, plant, {"phone": "0535-7200000", "notice": "欢迎"}, version=plant.version, now=world.now)
    assert (world["plant"].phone, world["plant"].notice, world["plant"].version) == ("0535-7200000", "欢迎", 2)
    with pytest.raises(Stale):
        services.edit_union(actor, world["plant"], {"notice": "又改"}, version=1, now=world.now)
    for faulty in ({"phone": "x"}, {"notice": "长" * 301}, {"hours": "\x00"}):
        with pytest.raises(Invalid) as fault:
            services.edit_union(actor, world["plant"], faulty, version=2, now=world.now)
        assert set(fault.value.fields) == set(faulty)
    with pytest.raises(NotFound):
        services.edit_union(world.staff("ORG", "other_county"), plant, {}, version=2, now=world.now)


def test_relations_are_set_by_the_upper_desk_with_checks(world: World) -> None:
    actor = world.staff("ORG", "county")
    industry = open_one(
        world, name="烟台市机械冶金工会", type="INDUSTRY", level=3, region="370600000000", parent=world["province"]
    )
    plant = world["plant"]
    services.set_relations(
        actor,
        plant,
        industry_parent=industry.code,
        fund_parent=world["county"].code,
        version=plant.version,
        now=world.now,
    )
    plant = world["plant"]
    assert (plant.industry_parent_id, plant.fund_parent_id) == (industry.pk, world["county"].pk)
    services.set_relations(actor, plant, industry_parent="", fund_parent="", version=plant.version, now=world.now)
    plant = world["plant"]
    assert (plant.industry_parent_id, plant.fund_parent_id) == (None, plant.parent_id)
    for guide, code in (
        (world["county"].code, "union.relation_type"),
        (plant.code, "union.relation_level"),
        ("3706821010900018", "union_code.check_digit"),
        ("0" * 16, "union.relation_unknown"),
    ):
        with pytest.raises(ZhijiaError) as fault:
            services.set_relations(
                actor, plant, industry_parent=guide, fund_parent="", version=plant.version, now=world.now
            )
        assert fault.value.code == code
        assert "industry_parent" in fault.value.fields
    with pytest.raises(NotAllowed):
        services.set_relations(
            world.staff("GRASS_ADMIN", "plant"), plant, industry_parent="", fund_parent="", version=1, now=world.now
        )


def test_suspension_is_decided_above_and_closes_the_door(world: World) -> None:
    actor = world.staff("ORG", "county")
    services.suspend_union(actor, world["plant"], reason="换届整顿，暂停受理", now=world.now)
    assert not world.facts("plant").is_open
    with pytest.raises(ZhijiaError, match=r"union.closed") as closed:
        selectors.require_open(world.facts("plant"))
    assert closed.value.facts["nearest"] == world["home"].public_id
    with pytest.raises(WrongState):
        services.suspend_union(actor, world["plant"], reason="换届整顿，暂停受理", now=world.now)
    services.resume_union(actor, world["plant"], reason="整顿结束，恢复受理", now=world.now)
    assert world.facts("plant").is_open
    with pytest.raises(RuleBroken) as own:
        services.suspend_union(actor, world["county"], reason="自己停自己不行", now=world.now)
    assert own.value.code == "union.own_status"
    for reason in ("", "短", "长" * 201):
        with pytest.raises(Invalid):
            services.suspend_union(actor, world["plant"], reason=reason, now=world.now)


# --- Moving ---------------------------------------------------------------------------------------------------------
def _second_town(world: World) -> Union:
    return open_one(world, name="团旺镇总工会", type="GENERAL", level=5, region="370682102000", parent=world["county"])


def test_a_subtree_moves_with_its_history_and_figures(world: World) -> None:
    world.member("plant")
    while statistics.merge_deltas(now=world.now):
        pass
    town, old = _second_town(world), world["plant"].path
    Union.objects.filter(pk=world["plant"].pk).update(direct=True)
    actor = world.staff("ORG", "county")
    later = world.now + timedelta(days=40)
    services.move_union(
        actor, world["plant"], town.code, reason="莱工〔2026〕9 号", version=world["plant"].version, now=later
    )
    plant = world["plant"]
    assert plant.path.startswith(town.path)
    assert (plant.parent_id, plant.fund_parent_id) == (town.pk, town.pk)
    on = timezone.localdate(later)
    history = list(UnionPath.objects.filter(union=plant).order_by("since").values_list("path", "until"))
    assert history == [(old, on), (plant.path, None)]
    members = dict(Figure.objects.values_list("union_id", "members"))
    assert (members.get(world["town"].pk, 0), members[town.pk], members[world["county"].pk]) == (0, 1, 1)


def test_county_and_city_follow_a_moved_township(world: World) -> None:
    county = open_one(
        world, name="烟台开发区总工会", type="GENERAL", level=4, region="370682000000", parent=world["city"]
    )
    services.move_union(SYSTEM, world["town"], county.code, reason="区划调整文件", version=1, now=world.now)
    for key in ("town", "home", "plant"):
        assert world[key].county_id == county.pk
        assert world[key].city_id == world["city"].pk
    paths = UnionPath.objects.filter(union=world["plant"])
    assert [row.path for row in paths] == [world["plant"].path]  # opened and moved on one day


def test_a_move_that_breaks_the_tree_is_refused(world: World) -> None:
    actor = world.staff("ORG", "province")
    town = world["town"]
    cases: tuple[tuple[Union, str, str], ...] = (
        (town, town.code, "union.cycle"),
        (town, world["plant"].code, "union.cycle"),
        (town, world["county"].code, "union.parent_same"),
        (town, world["other_county"].code, "union.parent_region"),
        (world["county"], world["other_town"].code, "union.parent_level"),
        (world["plant"], world["other_home"].code, "union.parent_type"),
        (world["home"], world["county"].code, "union.home_stays"),
        (world["province"], world["county"].code, "union.home_stays"),
        (town, "3706821010900018", "union_code.check_digit"),
        (town, "0" * 16, "union.parent_unknown"),
    )
    before = list(Union.objects.order_by("pk").values_list("path", flat=True))
    for union, code, fault_code in cases:
        with pytest.raises(ZhijiaError) as fault:
            services.move_union(actor, union, code, reason="区划调整文件", version=union.version, now=world.now)
        assert fault.value.code == fault_code
    with pytest.raises(Stale):
        services.move_union(
            actor, world["plant"], world["county"].code, reason="区划调整文件", version=99, now=world.now
        )
    assert list(Union.objects.order_by("pk").values_list("path", flat=True)) == before


def test_a_county_moves_nothing_into_or_out_of_another(world: World) -> None:
    actor = world.staff("ORG", "county")
    with pytest.raises(Invalid) as unseen:
        services.move_union(
            actor, world["plant"], world["other_town"].code, reason="区划调整文件", version=1, now=world.now
        )
    assert unseen.value.code == "union.parent_unknown"


# --- Finding --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["鲁东精密", "莱阳鲁东精密", "laiyangshilu", "lai yang shi lu", "lysldj", "91370200MA3C0A123W", "ＬＹＳＬＤＪ"],
)
def test_a_union_is_found_by_name_pinyin_initials_and_codes(world: World, text: str) -> None:
    scope = world.staff("ORG", "county").scope
    assert world["plant"].pk in {row.id for row in selectors.search(scope, text)}
    assert world["plant"].pk in {row.id for row in selectors.search(scope, world["plant"].code)}
    assert selectors.search(world.staff("ORG", "other_county").scope, text) == []
    assert selectors.search(ANONYMOUS.scope, text) == []


def test_nobody_reads_a_foreign_union(world: World, now: datetime) -> None:
    actor = world.staff("ORG", "other_county")
    for public_id in (world["plant"].public_id, "0" * 16, "", "\x00", "x" * 500):
        with pytest.raises(NotFound):
            selectors.get_union(actor, public_id)
