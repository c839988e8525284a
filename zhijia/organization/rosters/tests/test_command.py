"""`zhijia load members`: the fast path, the same rules; killed, repeated, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.kernel.actor import SYSTEM
from zhijia.organization.members.models import Membership, MembershipEvent
from zhijia.organization.members.selectors import stock_counts
from zhijia.organization.members.services.memberships import event_digest
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.rosters import from_disk
from zhijia.organization.rosters.models import RosterConflict, RosterFault, RosterLoad
from zhijia.organization.statistics import services as statistics
from zhijia.organization.statistics.models import FigureDelta

from .files import csv_file, id_number, person_row, xlsx_file

pytestmark = pytest.mark.django_db(transaction=True)


def _load(world: World, path: Path, *, dry_run: bool = False, under: str = "province") -> RosterLoad:
    return from_disk.load_file(
        path, world.facts(under), dry_run=dry_run, clock=lambda: world.now, say=lambda text: None
    )


@pytest.fixture(params=["csv", "gb18030", "xlsx"])
def written(request: Any, tmp_path: Path) -> Callable[[list[list[str]]], Path]:
    def write(rows: list[list[str]]) -> Path:
        kind = request.param
        path = tmp_path / f"名册.{'xlsx' if kind == 'xlsx' else 'csv'}"
        made = (
            xlsx_file(rows) if kind == "xlsx" else csv_file(rows, encoding="gb18030" if kind != "csv" else "utf-8-sig")
        )
        path.write_bytes(made.getvalue())
        return path

    return write


def _mixed(world: World) -> tuple[list[list[str]], dict[str, Any]]:
    """Rows of every outcome, and the people they meet."""
    plant, home = world["plant"].code, world["home"].code
    here, _ = world.member("plant", "周在册")
    elsewhere, _ = world.member("other_home", "钱在外")
    known = world.person("孙已知", bound=True)
    rows = [person_row(serial, (plant, home)[serial % 2], name=f"林{'禾苗秀'[serial % 3]}") for serial in range(1, 31)]
    rows += [
        ["周在册", world.number_of(here), "", plant],
        ["钱在外", world.number_of(elsewhere), "", plant],
        ["孙已知", world.number_of(known), "", plant],
        ["", id_number(900), "", plant],
        ["错号码", "370299199003070011", "", plant],
        ["小朋友", id_number(1, born=date(2015, 3, 8)), "", plant],
        person_row(1, home, name="林苗"),
        person_row(901, "3706821010900018"),
        ["=1+1", id_number(902), "", plant],
    ]
    return rows, {"here": here, "elsewhere": elsewhere, "known": known}


def test_a_roster_becomes_persons_members_events_and_figures(world: World, written: Any) -> None:
    rows, met = _mixed(world)
    before = Membership.objects.count()
    load = _load(world, written(rows))
    assert {key: load.figures.get(key) for key in ("added", "bound", "same", "bad")} == {
        "added": 30, "bound": 1, "same": 1, "bad": 7,
    }  # fmt: skip
    assert load.state == "done"
    assert load.rows == 39
    assert Membership.objects.count() == before + 31
    first = people.find_by_id_number("RESIDENT_ID", id_number(1))
    assert first is not None
    person = Person.objects.get(pk=first.id)
    assert (person.real_name_level, person.verify_pending, person.account_id) == (2, False, None)
    full = people.read_numbers(SYSTEM, person.pk, reason="核对测试数据", now=world.now)
    assert (full.id_number, full.mobile) == (id_number(1), "13800000001")
    assert people.find_by_mobile("13800000001")[0].id == person.pk
    stay = Membership.objects.get(person=person)
    assert (stay.union_id, stay.since, stay.joined_on, stay.until) == (
        world["home"].pk, world.today, world.today, None,
    )  # fmt: skip
    assert (stay.county_unit, stay.city_unit) == (world["county"].pk, world["city"].pk)
    event = MembershipEvent.objects.get(membership_id=stay.pk)
    assert (event.kind, event.reason) == ("entered", "roster")
    columns = [f.attname for f in MembershipEvent._meta.concrete_fields if f.attname not in ("id", "digest")]
    assert event.digest == event_digest({name: getattr(event, name) for name in columns})
    bound = Membership.objects.get(person=met["known"])
    assert bound.activated
    assert bound.real_name_level == 3
    numbers = Membership.objects.values_list("member_number", flat=True)
    assert len(set(numbers)) == len(numbers)
    while statistics.merge_deltas(now=world.now):
        pass
    assert statistics.recount(now=world.now).wrong == []
    assert stock_counts()[world["home"].pk]["members"] == 15
    assert AuditEntry.objects.filter(event="rosters.file", subject_id=load.public_id).count() == 2


def test_refused_rows_are_told_by_row_column_and_reason(world: World, written: Any) -> None:
    rows, _ = _mixed(world)
    load = _load(world, written(rows))
    told = {row.number: [(column, code) for column, code, _ in row.faults] for row in load.refused.order_by("number")}
    assert told == {
        33: [("id_number", "roster.elsewhere")],
        35: [("name", "cell.required")],
        36: [("id_number", "id_number.check_digit")],
        37: [("id_number", "join.too_young")],
        38: [("id_number", "roster.twice")],
        39: [("union_code", "union_code.check_digit")],
        40: [("name", "cell.formula")],
    }
    words = [reason for row in load.refused.all() for _, _, reason in row.faults]
    assert all(reason.endswith("。") for reason in words)
    assert "第2行" in load.refused.get(number=38).faults[0][2]
    assert load.refused.get(number=36).name == "错*码"
    assert RosterConflict.objects.count() == 6  # the row that stands twice is settled


def test_a_dry_run_tells_the_same_and_writes_nothing(world: World, written: Any) -> None:
    rows, _ = _mixed(world)
    counted = (Person.objects.count(), Membership.objects.count(), FigureDelta.objects.count())
    load = _load(world, written(rows), dry_run=True)
    assert {key: load.figures.get(key) for key in ("new", "known", "same", "bad")} == {
        "new": 30, "known": 1, "same": 1, "bad": 7,
    }  # fmt: skip
    assert (Person.objects.count(), Membership.objects.count(), FigureDelta.objects.count()) == counted
    assert RosterConflict.objects.count() == 0
    assert RosterFault.objects.filter(load=load).count() == 7


def test_the_same_file_again_changes_nothing(world: World, written: Any) -> None:
    rows, _ = _mixed(world)
    path = written(rows)
    _load(world, path)
    counted = (Person.objects.count(), Membership.objects.count(), MembershipEvent.objects.count())
    cases = RosterConflict.objects.count()
    again = _load(world, path)
    assert {key: again.figures.get(key) for key in ("added", "bound", "same", "bad")} == {
        "added": None, "bound": None, "same": 32, "bad": 7,
    }  # fmt: skip
    assert (Person.objects.count(), Membership.objects.count(), MembershipEvent.objects.count()) == counted
    assert RosterConflict.objects.count() == cases


def test_a_joining_day_is_kept_and_the_stay_begins_today(world: World, tmp_path: Path) -> None:
    path = tmp_path / "名册.csv"
    day = world.today - timedelta(days=900)
    header = ("入会日期", "姓名", "身份证号")
    rows = [
        [day.isoformat(), "林晓禾", id_number(1)],
        [(world.today + timedelta(days=1)).isoformat(), "林晓苗", id_number(2)],
        ["1999-01-01", "林晓秀", id_number(3)],
    ]
    path.write_bytes(csv_file(rows, header).getvalue())
    load = _load(world, path, under="plant")
    stay = Membership.objects.get()
    assert (stay.joined_on, stay.since, stay.employer_id) == (day, world.today, world["plant"].employer_id)
    assert sorted(row.faults[0][1] for row in load.refused.all()) == ["roster.joined_future", "roster.joined_young"]


def test_who_left_does_not_come_back_by_a_file(world: World, tmp_path: Path) -> None:
    from zhijia.organization.members.services import memberships

    person, stay = world.member()
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=world.today, now=world.now)
    path = tmp_path / "名册.csv"
    path.write_bytes(csv_file([["林晓禾", world.number_of(person), "", ""]]).getvalue())
    assert _load(world, path, under="plant").refused.get().faults[0][1] == "roster.left"


def test_the_command_says_what_became_of_the_file(world: World, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "名册.csv"
    path.write_bytes(csv_file([person_row(1), ["", id_number(2), "", ""]]).getvalue())
    call_command("load_members", str(path), "--under", world["plant"].code)
    said = capsys.readouterr().out
    assert "2行：新增1" in said
    assert "第3行 姓名：“姓名”没有填写" in said
    with pytest.raises(CommandError, match="没有这个文件"):
        call_command("load_members", str(tmp_path / "nothing.csv"))
    with pytest.raises(CommandError, match="工会编码"):
        call_command("load_members", str(path.with_name("x.csv").write_bytes(b"a") and path), "--under", "1" * 16)
    nameless = tmp_path / "无.csv"
    nameless.write_bytes(csv_file([["1", "2"]], ("甲", "乙")).getvalue())
    with pytest.raises(CommandError, match="列的对应关系还不完整"):
        call_command("load_members", str(nameless), "--under", world["plant"].code)


def test_nobody_has_two_memberships(world: World, written: Any) -> None:
    rows, _ = _mixed(world)
    _load(world, written(rows + rows[:10]))
    open_stays = Membership.objects.filter(until=None).values("person").annotate(n=Count("id"))
    assert Counter(row["n"] for row in open_stays) == Counter({1: len(open_stays)})
