"""The real tree of a province at once: the rows that `open_union` would have written."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.forms.models import model_to_dict

from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.regions import services as regions
from zhijia.foundation.regions.models import Region
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.db import unguarded
from zhijia.kernel.errors import NotAllowed, NotFound, WrongState
from zhijia.organization.statistics.models import FigureDelta
from zhijia.organization.unions import building, services
from zhijia.organization.unions.models import Serial, Union, UnionPath
from zhijia.organization.unions.rules import normalize_union_code

SHANDONG = "370000000000"
FOUNDED = date(2018, 5, 1)
CHANCE = {"id", "public_id", "parent", "fund_parent", "county", "city"}


def _described(union: Union) -> dict[str, object]:
    row = {key: value for key, value in model_to_dict(union).items() if key not in CHANCE}
    uppers = {
        key: getattr(union, key).path if getattr(union, key) else None
        for key in ("parent", "fund_parent", "county", "city")
    }
    since = list(UnionPath.objects.filter(union=union).values_list("path", "since", "until"))
    trail = list(
        AuditEntry.objects.filter(subject_id=union.public_id).values_list("event", "unit_id", "after", "detail", "at")
    )
    deltas = list(FigureDelta.objects.filter(union_id=union.pk).values_list("unions", flat=True))
    return {
        **row,
        **uppers,
        "paths": since,
        "trail": [(e, u == union.pk, a, d, t) for e, u, a, d, t in trail],
        "deltas": deltas,
    }


def _small_province() -> None:
    for code, parent, level, name in (
        (SHANDONG, "", 2, "山东省"),
        ("370600000000", SHANDONG, 3, "烟台市"),
        ("370682000000", "370600000000", 4, "莱阳市"),
        ("370682101000", "370682000000", 5, "沐浴店镇"),
        ("370682102000", "370682000000", 5, "团旺镇"),
        ("370200000000", SHANDONG, 3, "青岛市"),
        ("370202000000", "370200000000", 4, "市南区"),
    ):
        Region.objects.create(
            code=code,
            parent_code=parent,
            level=level,
            name=name,
            name_key=name,
            initials="",
            valid_from=date(2026, 1, 1),
        )


def test_rows_of_a_tree_built_at_once_are_those_that_open_union_writes(db: None, now: datetime) -> None:
    _small_province()
    ids = building.build_tree(SYSTEM, SHANDONG, now=now, founded_on=FOUNDED)
    at_once = {union.path: _described(union) for union in Union.objects.all()}
    series = dict(Serial.objects.values_list("name", "next"))
    assert (len(at_once), len(ids)) == (9, 7)
    for model in (FigureDelta, UnionPath, Serial):
        model._default_manager.all().delete()
    with unguarded(AuditEntry):
        AuditEntry.objects.all().delete()
    Union.objects.update(parent=None, fund_parent=None, county=None, city=None)
    Union.objects.all().delete()

    opened: dict[str, Union] = {}
    for level in (2, 3, 4, 5):
        for region in Region.objects.filter(level=level).order_by("code"):
            opened[region.code] = services.open_union(
                SYSTEM, name=f"{region.name}总工会", type="GENERAL", level=level, region=region.code,
                parent=opened.get(region.parent_code), founded_on=FOUNDED, now=now,
            )  # fmt: skip
    one_by_one = {union.path: _described(union) for union in Union.objects.all()}
    assert one_by_one == at_once
    assert dict(Serial.objects.values_list("name", "next")) == series


@pytest.mark.once
def test_the_real_province_has_its_general_unions_and_one_home_a_township(db: None, now: datetime) -> None:
    regions.load_packaged(SYSTEM, now=now)
    ids = building.build_tree(SYSTEM, SHANDONG, now=now, founded_on=FOUNDED)
    levels = {level: Union.objects.filter(type="GENERAL", level=level).count() for level in (2, 3, 4, 5)}
    assert levels == {2: 1, 3: 16, 4: 136, 5: 1826}
    assert Union.objects.filter(type="ONLINE_HOME").count() == 1826
    assert set(ids) == set(Region.objects.filter(code__gte="37", code__lt="38").values_list("code", flat=True))
    home = Union.objects.get(region="370682101000", type="ONLINE_HOME")
    assert home.name == "沐浴店镇网上会员之家"
    assert home.code == normalize_union_code("3706821010900017")
    assert [getattr(home, upper).name for upper in ("county", "city")] == ["莱阳市总工会", "烟台市总工会"]
    assert home.path.startswith(Union.objects.get(pk=ids["370682101000"]).path)


def test_a_union_opened_later_continues_the_numbers(db: None, now: datetime) -> None:
    _small_province()
    ids = building.build_tree(SYSTEM, SHANDONG, now=now, founded_on=FOUNDED)
    town = Union.objects.get(pk=ids["370682101000"])
    later = services.open_union(
        SYSTEM, name="沐浴店镇建筑业工会联合会", type="IND_FED", level=6, region=town.region, parent=town, now=now
    )
    assert later.path == town.path + "0002"


def test_a_tree_is_built_once_by_the_system_for_a_province_that_exists(world, now: datetime) -> None:
    with pytest.raises(WrongState):
        building.build_tree(SYSTEM, SHANDONG, now=now, founded_on=None)
    for code in ("370600000000", "990000000000", "", "\x00"):
        with pytest.raises(NotFound):
            building.build_tree(SYSTEM, code, now=now, founded_on=None)
    with pytest.raises(NotAllowed):
        building.build_tree(world.staff("ORG", "province"), SHANDONG, now=now, founded_on=None)


def test_the_command_builds_the_tree_of_a_new_installation(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError):
        call_command("load_unions", "--tree")
    _small_province()
    call_command("load_unions", "--tree")
    assert "已建立7个总工会" in capsys.readouterr().out
    assert Union.objects.count() == 9
    with pytest.raises(CommandError, match="已经有总工会"):
        call_command("load_unions", "--tree")
    with pytest.raises(CommandError, match="名册文件"):
        call_command("load_unions")
