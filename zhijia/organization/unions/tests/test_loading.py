"""Files of unions: checked first, written as a job, never twice. docs/rules/unions.md#loading"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from zhijia.organization.statistics.models import FigureDelta
from zhijia.organization.unions import reading, selectors, services
from zhijia.organization.unions.models import CoveredUnit, Employer, Union, UnionLoad, UnionLoadRow
from zhijia.organization.unions.selectors import loads
from zhijia.organization.unions.services import loading

HEAD = ",".join(reading.LABELS.values())
FIELDS = tuple(reading.LABELS)
GOOD = {
    "name": "莱阳市第二机械厂工会委员会", "type": "基层工会", "parent_name": "沐浴店镇总工会",
    "employer_name": "莱阳市第二机械厂", "employer_code": "81370682MC0A0002XA", "headcount": "1,120", "industry": "C34",
    "ownership": "私营", "founded_on": "2020-05-01", "phone": "0535-7200000", "address": "沐浴店镇工业路1号",
}  # fmt: skip


def line(**cells: str) -> str:
    return ",".join(f'"{cells.get(name, "")}"' for name in FIELDS)


def csv_of(*rows: dict[str, str]) -> io.BytesIO:
    return io.BytesIO("\n".join([HEAD, *(line(**row) for row in rows)]).encode())


def take(world: World, *rows: dict[str, str], actor: Any = None, unit: str = "county") -> UnionLoad:
    actor = actor or world.staff("ORG", unit)
    return services.take_file(actor, world[unit], csv_of(*rows), "名册.csv", now=world.now)


def write(world: World, load: UnionLoad, actor: Any = None) -> UnionLoad:
    job = services.write_load(actor or world.staff("ORG", "county"), load, now=world.now)
    jobs.run_slice(job, clock=lambda: world.now)
    load.refresh_from_db()
    return load


def faults(load: UnionLoad) -> list[tuple[int, str, str]]:
    return [
        (row.number, fault["column"], fault["reason"]) for row in load.lines.order_by("number") for fault in row.errors
    ]


def test_a_dry_run_writes_nothing_and_a_commit_writes_what_open_union_would(world: World) -> None:
    before = Union.objects.count()
    load = take(world, GOOD)
    assert (load.state, load.figures, Union.objects.count()) == ("checked", {"new": 1}, before)
    load = write(world, load)
    assert (load.state, load.figures) == ("done", {"opened": 1})
    union = Union.objects.get(name=GOOD["name"])
    assert (union.parent_id, union.level, union.region) == (world["town"].pk, 7, "370682101000")
    assert (union.phone, union.address, str(union.founded_on)) == ("0535-7200000", "沐浴店镇工业路1号", "2020-05-01")
    assert union.code.startswith("37068210104")
    employer = Employer.objects.get(credit_code="81370682MC0A0002XA")
    assert (employer.headcount, employer.industry, employer.ownership) == (1120, "C34", "30")
    assert union.employer_id == employer.pk
    assert CoveredUnit.objects.filter(union=union, employer=employer, until=None).count() == 1
    counted = FigureDelta.objects.filter(union_id=union.pk).aggregate(*map(Sum, ("unions", "employers", "workers")))
    assert counted == {"unions__sum": 1, "employers__sum": 1, "workers__sum": 1120}
    assert AuditEntry.objects.filter(event="unions.open", unit_id=union.pk).count() == 1


def test_the_same_file_a_second_time_adds_nothing(world: World) -> None:
    write(world, take(world, GOOD))
    counts = Union.objects.count(), Employer.objects.count(), CoveredUnit.objects.count()
    again = take(world, GOOD)
    assert again.figures == {"same": 1}
    with pytest.raises(WrongState) as nothing:
        services.write_load(world.staff("ORG", "county"), again, now=world.now)
    assert nothing.value.code == "load.nothing"
    assert (Union.objects.count(), Employer.objects.count(), CoveredUnit.objects.count()) == counts


def test_parents_may_be_rows_of_the_same_file_in_any_order(world: World) -> None:
    load = write(
        world,
        take(
            world,
            {"name": "物流园司机联合工会", "type": "联合基层工会", "parent_name": "沐浴店镇物流园工会联合会"},
            {"name": "沐浴店镇物流园工会联合会", "type": "区域工会联合会", "region": "莱阳市沐浴店镇"},
        ),
    )
    assert load.figures == {"opened": 2}
    child = Union.objects.get(name="物流园司机联合工会")
    assert child.parent is not None
    assert (child.parent.name, child.parent.parent_id) == ("沐浴店镇物流园工会联合会", world["town"].pk)


def test_a_township_row_brings_its_home_and_a_code_may_name_the_parent(world: World) -> None:
    load = write(
        world,
        take(
            world,
            {"name": "团旺镇总工会", "type": "总工会", "region": "370682102000", "parent_code": world["county"].code},
        ),
    )
    assert load.figures == {"opened": 1}
    assert selectors.home_of_region("370682102000") is not None


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"name": "短"}, "name", "4 到 60"),
        ({"name": "长" * 61}, "name", "4 到 60"),
        ({"name": "=SUM(A1)工会委员会"}, "name", "开头"),
        ({"type": "工会"}, "type", "基层工会"),
        ({"type": ""}, "type", "没有填写"),
        ({"type": "网上会员之家"}, "type", "基层工会"),
        ({"level": "乡镇"}, "level", "不能设在这一层级"),
        ({"level": "九"}, "level", "层级应填"),
        ({"type": "产业工会", "employer_name": "", "employer_code": ""}, "level", "请填写层级"),
        ({"parent_code": "3706821010900018"}, "parent_code", "编码"),
        ({"parent_code": "0000000000000000"}, "parent_code", "没有这个编码"),
        ({"parent_name": "没有的总工会"}, "parent_name", "没有叫这个名称"),
        ({"parent_name": "青岛市总工会"}, "parent_name", "没有叫这个名称"),
        ({"parent_name": ""}, "parent_code", "请填写上级"),
        ({"parent_name": "", "region": "莱阳市团旺镇"}, "parent_code", "没有可作上级"),
        ({"region": "莱阳市团旺镇"}, "parent_name", "上级工会所在区划"),
        ({"region": "青岛市市南区"}, "region", "没有找到"),
        ({"parent_name": "莱阳市鲁东精密机械有限公司工会委员会"}, "parent_name", "下面不能再设"),
        ({"credit_code": "91370200MA3C0A123W"}, "credit_code", "81或89"),
        ({"employer_code": "81370682MC0A0002XB"}, "employer_code", "校验"),
        ({"employer_code": "91370200MA3C0A123W"}, "employer_code", "已由"),
        ({"employer_name": "", "employer_code": "89370000MC0A00038R"}, "employer_name", "请填写单位名称"),
        ({"type": "总工会", "region": "370682102000", "parent_name": "莱阳市总工会"}, "employer_name", "只有基层工会"),
        ({"headcount": "很多"}, "headcount", "整数"),
        ({"headcount": "-3"}, "headcount", "整数"),
        ({"industry": "Z"}, "industry", "行业"),
        ({"ownership": "外星"}, "ownership", "国有"),
        ({"founded_on": "去年"}, "founded_on", "日期"),
        ({"founded_on": "2050-01-01"}, "founded_on", "以前"),
        ({"founded_on": "2026-02-30"}, "founded_on", "日期"),
        ({"phone": "123"}, "phone", "电话"),
        ({"address": "长" * 201}, "address", "200"),
    ],
)
def test_a_faulty_cell_is_reported_by_row_column_and_reason(
    world: World, change: dict[str, str], column: str, words: str
) -> None:
    load = take(
        world,
        {**GOOD, **change},
        {"name": "好的联合工会委员会", "type": "联合基层工会", "parent_name": "沐浴店镇总工会"},
    )
    found = faults(load)
    assert found, load.figures
    assert {row for row, _, _ in found} == {2}
    assert column in {name for _, name, _ in found}
    assert any(words in reason for _, name, reason in found if name == column)
    assert load.figures == {"bad": 1, "new": 1}


def test_every_faulty_cell_of_a_row_is_named_at_once(world: World) -> None:
    load = take(world, {**GOOD, "phone": "1", "headcount": "x", "founded_on": "y"})
    assert {column for _, column, _ in faults(load)} == {"phone", "headcount", "founded_on"}


def test_rows_that_meet_in_one_file_are_told_of_each_other(world: World) -> None:
    other = {**GOOD, "name": "莱阳市第三机械厂工会委员会", "credit_code": "81370200MC0A000115"}
    load = take(
        world,
        GOOD,
        GOOD,
        other,
        {**other, "name": "莱阳市第四机械厂工会委员会", "employer_code": "", "employer_name": "第四机械厂"},
    )
    by_row: dict[int, list[tuple[str, str]]] = {}
    for number, column, reason in faults(load):
        by_row.setdefault(number, []).append((column, reason))
    assert any("第2行" in reason for _, reason in by_row[3])
    assert ("employer_code", "与第2行是同一个单位，一个单位只能由一个工会涵盖。") in by_row[4]
    assert by_row[5] == [("credit_code", "与第4行的代码相同。")]


def test_who_is_quicker_keeps_the_name_and_the_others_row_says_so(world: World) -> None:
    load = take(world, GOOD, {"name": "好的联合工会委员会", "type": "联合基层工会", "parent_name": "沐浴店镇总工会"})
    services.open_union(
        world.staff("TOWN_WORKER", "town"), name=GOOD["name"], type="JOINT", level=7, region="370682101000",
        parent=world["town"], now=world.now,
    )  # fmt: skip
    employer = services.open_employer(
        world.staff("TOWN_WORKER", "town"), name="x单位", credit_code="81370682MC0A0002XA", region="370682101000",
        now=world.now,
    )  # fmt: skip
    assert employer.pk
    load = write(world, load)
    assert load.figures == {"same": 1, "opened": 1}


def test_a_collision_in_the_last_moment_costs_one_row_not_the_chunk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    joint = {"type": "联合基层工会", "parent_name": "沐浴店镇总工会"}
    load = take(world, {"name": "甲联合工会委员会", **joint}, {"name": "乙联合工会委员会", **joint})
    true_check = loading.check_rows

    def check_then_lose(*args: Any, **kwargs: Any) -> Any:
        checked = true_check(*args, **kwargs)
        if not Union.objects.filter(name="甲联合工会委员会").exists():
            services.open_union(
                world.staff("TOWN_WORKER", "town"), name="甲联合工会委员会", type="JOINT", level=7,
                region="370682101000", parent=world["town"], now=world.now,
            )  # fmt: skip
        return checked

    monkeypatch.setattr(loading, "check_rows", check_then_lose)
    load = write(world, load)
    assert load.figures == {"bad": 1, "opened": 1}
    assert faults(load)[0][0] == 2


def test_a_worker_that_dies_in_the_middle_loses_nothing_and_repeats_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "WRITE_CHUNK", 2)
    rows = [
        {"name": f"第{number}联合工会委员会", "type": "联合基层工会", "parent_name": "沐浴店镇总工会"}
        for number in range(5)
    ]
    load = take(world, *rows)
    job_id = services.write_load(world.staff("ORG", "county"), load, now=world.now)
    true_open = loading.building.open_many
    calls: list[int] = []

    def die_the_second_time(*args: Any, **kwargs: Any) -> Any:
        opened = true_open(*args, **kwargs)
        calls.extend([len(opened)] if opened else [])
        if opened and len(calls) == 2:
            raise RuntimeError("the worker dies")
        return opened

    monkeypatch.setattr(loading.building, "open_many", die_the_second_time)
    jobs.run_slice(job_id, clock=lambda: world.now)
    assert Union.objects.filter(name__contains="联合工会委员会", type="JOINT").count() == 2
    later = world.now + timedelta(minutes=2)
    jobs.run_slice(job_id, clock=lambda: later)
    load.refresh_from_db()
    job = Job.objects.get(public_id=job_id)
    assert (load.state, load.figures, job.done, job.total) == ("done", {"opened": 5}, 5, 5)
    assert Union.objects.filter(type="JOINT").count() == 5


def test_a_large_file_is_checked_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "AT_ONCE", 1)
    load = take(world, GOOD, {**GOOD, "name": "x"})
    assert (load.state, bool(load.job)) == ("checking", True)
    jobs.run_slice(load.job, clock=lambda: world.now)
    load.refresh_from_db()
    assert (load.state, load.figures) == ("checked", {"bad": 1, "new": 1})


def test_checking_costs_the_same_queries_for_3_and_30_rows(world: World, django_assert_max_num_queries: Any) -> None:
    counts = []
    for many in (3, 30):
        load = take(world, *({**GOOD, "name": f"第{n}厂工会委员会", "employer_code": ""} for n in range(many)))
        with django_assert_max_num_queries(40) as queries:
            loading.check_rows(load, list(load.lines.all()), now=world.now)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_who_may_load_and_only_in_his_subtree(world: World) -> None:
    with pytest.raises(NotAllowed):
        take(world, GOOD, actor=world.staff("TOWN_WORKER", "town"), unit="town")
    with pytest.raises(NotFound):
        take(world, GOOD, actor=world.staff("ORG", "other_county"))
    load = take(world, GOOD)
    foreign = world.staff("ORG", "other_county")
    for call in (services.write_load, services.drop_load):
        with pytest.raises(NotFound):
            call(foreign, load, now=world.now)
    with pytest.raises(NotFound):
        loads.get_load(foreign, load.public_id)


def test_a_file_that_is_thrown_away_leaves_no_rows(world: World) -> None:
    load = take(world, GOOD)
    services.drop_load(world.staff("ORG", "county"), load, now=world.now)
    assert not UnionLoadRow.objects.exists()
    with pytest.raises(WrongState):
        services.drop_load(world.staff("ORG", "county"), load, now=world.now)


def test_rows_are_forgotten_after_30_days_and_figures_stay(world: World) -> None:
    load = take(world, GOOD)
    assert loading.forget_old_rows(now=world.now + timedelta(days=29)) == 0
    assert loading.forget_old_rows(now=world.now + timedelta(days=31)) == 1
    load.refresh_from_db()
    assert load.figures == {"new": 1}


# --- Files that are no rosters --------------------------------------------------------------------------------------
def _xlsx(rows: list[list[Any]], merge: str = "") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    if merge:
        page.merge_range(merge, "合并")
    book.close()
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    small = io.BytesIO(_xlsx([["工会名称", "工会类型"], ["a", "b"]]))
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b" " * 40_000_000 + b"</sheetData>")
            target.writestr(name, content)
    return out.getvalue()


_HEADERS = list(reading.LABELS.values())
_ROW = [GOOD.get(name, "") for name in FIELDS]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bytes, "table.empty"),
        (HEAD.encode, "table.no_rows"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"0" * 600, "table.old_or_locked"),
        (lambda: b"PK\x03\x04" + b"0" * 600, "table.damaged"),
        (lambda: b"\xff\xfe" + HEAD.encode("utf-16-le"), "table.encoding"),
        ("编号,姓名\n1,张三".encode, "table.header_missing"),
        ((HEAD + "," + HEAD + "\n" + "x").encode, "table.header_twice"),
        (lambda: _xlsx([_HEADERS, _ROW, _ROW], merge="A2:A3"), "table.merged_cells"),
        (lambda: _xlsx([_HEADERS + [f"列{n}" for n in range(60)], _ROW + ["x"] * 60]), "table.too_many_columns"),
        ((HEAD + "\n" + "x" * 2_000_000).encode, "table.long_line"),
        ((HEAD + '\n"x').encode, "table.quotes"),
        (_bomb, ""),
    ],
)
def test_a_file_that_is_no_roster_is_refused_in_a_sentence(world: World, content: Any, code: str) -> None:
    with pytest.raises(Invalid) as fault:
        services.take_file(world.staff("ORG", "county"), world["county"], io.BytesIO(content()), "x", now=world.now)
    assert fault.value.message.endswith("。")
    assert fault.value.code == code or not code
    assert not UnionLoad.objects.exists()
    assert not UnionLoadRow.objects.exists()


def test_excel_dates_gb18030_and_formulas_are_read_as_people_see_them(world: World) -> None:
    actor = world.staff("ORG", "county")
    gb = "\n".join([HEAD, line(**GOOD)]).encode("gb18030")
    load = services.take_file(actor, world["county"], io.BytesIO(gb), "名册.csv", now=world.now)
    assert load.figures == {"new": 1}
    cells = [*_ROW]
    cells[FIELDS.index("address")] = '=HYPERLINK("http://x","点我")'
    load = services.take_file(
        actor, world["county"], io.BytesIO(_xlsx([["XX县工会名册"], [], _HEADERS, cells])), "名册.xlsx", now=world.now
    )
    assert load.rows == 1
    assert load.figures in ({"new": 1}, {"bad": 1})  # the formula's stored value is empty or refused, never run


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "C:\\x\\名册.xlsx", "\x00\r\n", "长" * 400])
def test_a_file_name_of_any_kind_is_kept_short_and_plain(world: World, name: str) -> None:
    load = services.take_file(world.staff("ORG", "county"), world["county"], csv_of(GOOD), name, now=world.now)
    assert 0 < len(load.file_name) <= 100
    assert load.file_name.isprintable()
    assert "/" not in load.file_name


# --- The command ----------------------------------------------------------------------------------------------------
def test_the_command_checks_then_loads_and_a_second_time_adds_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "unions.csv"
    path.write_bytes(csv_of(GOOD, {**GOOD, "name": "x"}).getvalue())
    before = Union.objects.count()
    call_command("load_unions", str(path), "--dry-run")
    assert "将新建1，已有0，有错1" in capsys.readouterr().out
    assert Union.objects.count() == before
    call_command("load_unions", str(path))
    out = capsys.readouterr().out
    assert "第3行 工会名称" in out
    assert "新建1个工会，未写入1行" in out
    call_command("load_unions", str(path))
    assert "将新建0，已有1" in capsys.readouterr().out
    assert Union.objects.count() == before + 1
    for arguments in ([str(tmp_path / "nowhere.csv")], [str(path), "--under", "x"]):
        with pytest.raises(CommandError):
            call_command("load_unions", *arguments)


# --- Typed, pasted, handed back
def handed_back(client: Client, load: UnionLoad) -> list[list[str]]:
    answer = client.get(reverse("unions:load_bad", args=[load.public_id, "csv"]))
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_faulty_rows_come_back_as_written_and_load_with_only_the_fault_mended(
    world: World, client: Client, sign_in: Any
) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    load = take(
        world,
        {"name": "=莱阳甲厂工会委员会", "type": "基层工会", "region": "沐浴店镇", "phone": "+86 138-0013-0001"},
        {
            "name": "莱阳乙厂工会委员会",
            "type": "基层工会",
            "region": "沐浴店镇",
            "parent_code": "3706821010900010",
            "address": "-",
        },
        {"name": "莱阳丙厂工会委员会", "type": "基层工会", "region": "沐浴店镇", "phone": "2 号线"},
    )
    header, *rows = handed_back(client, load)
    assert [row[0] for row in rows] == ["'=莱阳甲厂工会委员会", "莱阳乙厂工会委员会", "莱阳丙厂工会委员会"]
    at = {label: place for place, label in enumerate(header)}
    assert rows[0][at["联系电话"]] == "'+86 138-0013-0001"
    rows[0][0], rows[1][at["上级工会编码"]], rows[2][at["联系电话"]] = "'莱阳甲厂工会委员会", "无", "0535-7200000"
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    again = services.take_file(
        world.staff("ORG", "county"), world["county"], io.BytesIO(out.getvalue().encode()), "改.csv", now=world.now
    )
    assert (faults(again), again.ignored, again.figures) == ([], [], {"new": 3})
    write(world, again)
    opened = Union.objects.filter(name__contains="厂工会").order_by("name")
    assert sorted(union.phone for union in opened) == ["", "0535-7200000", "13800130001"]


def test_the_template_and_sums_below_the_list_never_become_unions(world: World, client: Client, sign_in: Any) -> None:
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    content = b"".join(client.get(reverse("unions:load_template")).streaming_content)
    load = services.take_file(
        world.staff("ORG", "county"), world["county"], io.BytesIO(content), "模板.xlsx", now=world.now
    )
    assert load.figures == {"bad": 1}
    assert [fault["code"] for row in UnionLoadRow.objects.all() for fault in row.errors] == ["unions.row_of_nobody"]
    summed = take(world, {"name": "合计：2 个", "type": ""})
    assert [fault["code"] for row in summed.lines.all() for fault in row.errors] == ["unions.row_of_nobody"]


def test_codes_that_a_spreadsheet_rounded_are_told(world: World) -> None:
    book = io.BytesIO()
    writer = xlsxwriter.Workbook(book)
    page = writer.add_worksheet()
    page.write_row(0, 0, ["工会名称", "工会类型", "上级工会编码", "备注"])
    page.write_row(1, 0, ["莱阳丁厂工会委员会", "基层工会", int(world["town"].code), "x"])
    writer.close()
    load = services.take_file(world.staff("ORG", "county"), world["county"], book, "a.xlsx", now=world.now)
    (row,) = load.lines.all()
    assert [(fault["column"], fault["code"]) for fault in row.errors] == [("parent_code", "cell.lost_digits")]
    assert row.cells["parent_code"] == world["town"].code[:15] + "?"
    assert (load.sheet, load.ignored) == ("Sheet1", ["备注"])
