"""A full file of divisions: what stands in the table afterwards, and what is refused. docs/rules/regions.md#loading"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.regions import selectors, services
from zhijia.foundation.regions.models import Region
from zhijia.kernel.actor import ANONYMOUS, SYSTEM
from zhijia.kernel.errors import Invalid, NotSignedIn

HEAD = "code,parent,level,name\n"
SMALL = HEAD + (
    "370000000000,,province,山东省\n"
    "370600000000,370000000000,city,烟台市\n"
    "370682000000,370600000000,county,莱阳市\n"
    "370682101000,370682000000,township,沐浴店镇\n"
)
DAY = date(2026, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def make(text: str) -> Path:
        path = tmp_path / "regions.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_the_packaged_file_gives_the_counts_of_shandong(now: datetime) -> None:
    loaded = services.load_packaged(SYSTEM, now=now)
    assert (loaded.read, loaded.added, loaded.changed, loaded.absent) == (41_944, 41_944, 0, 0)
    assert {level: len(selectors.list_under("37", level)) for level in (2, 3, 4, 5)} == {2: 1, 3: 16, 4: 136, 5: 1_826}
    assert selectors.full_name("370682101000") == "山东省烟台市莱阳市沐浴店镇"
    assert Region.objects.get(code="370682101000").initials == "mydz"


def test_a_second_run_changes_nothing_and_leaves_no_trail(write: Callable[[str], Path], now: datetime) -> None:
    path = write(SMALL)
    services.load_file(SYSTEM, path, valid_from=DAY, now=now)
    before = list(Region.objects.order_by("id").values())
    again = services.load_file(SYSTEM, path, valid_from=date(2026, 6, 1), now=now)
    assert (again.added, again.changed) == (0, 0)
    assert list(Region.objects.order_by("id").values()) == before
    assert AuditEntry.objects.filter(event="regions.load").count() == 1


def test_a_new_name_closes_the_old_row_on_that_day(write: Callable[[str], Path], now: datetime) -> None:
    services.load_file(SYSTEM, write(SMALL), valid_from=DAY, now=now)
    renamed = SMALL.replace("沐浴店镇", "沐浴街道")
    loaded = services.load_file(SYSTEM, write(renamed), valid_from=date(2027, 1, 1), now=now)
    assert (loaded.added, loaded.changed) == (0, 1)
    assert selectors.name_of("370682101000") == "沐浴街道"
    old, new = (
        selectors.find_on("370682101000", date(2026, 12, 31)),
        selectors.find_on("370682101000", date(2027, 1, 1)),
    )
    assert old is not None and old.name == "沐浴店镇"  # noqa: PT018
    assert new is not None and new.name == "沐浴街道"  # noqa: PT018


def test_a_correction_on_the_same_day_leaves_one_row(write: Callable[[str], Path], now: datetime) -> None:
    services.load_file(SYSTEM, write(SMALL), valid_from=DAY, now=now)
    services.load_file(SYSTEM, write(SMALL.replace("沐浴店镇", "沐浴店乡")), valid_from=DAY, now=now)
    assert list(Region.objects.filter(code="370682101000").values_list("name", "valid_to")) == [("沐浴店乡", None)]


def test_what_the_file_leaves_out_is_counted_and_stays(write: Callable[[str], Path], now: datetime) -> None:
    services.load_file(SYSTEM, write(SMALL), valid_from=DAY, now=now)
    shorter = "\n".join(SMALL.splitlines()[:4]) + "\n"
    assert services.load_file(SYSTEM, write(shorter), valid_from=date(2027, 1, 1), now=now).absent == 1
    assert selectors.exists("370682101000")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "regions.columns"),
        (HEAD, "regions.file"),
        ("a,b,c,d\n1,2,3,4\n", "regions.columns"),
        (HEAD + "37,,province,山东省\n", "regions.code"),
        (HEAD + "３７００００００００００,,province,山东省\n", "regions.code"),
        (HEAD + "370000000000,,land,山东省\n", "regions.level"),
        (HEAD + "370000000000,,province,鲁\n", "regions.name"),
        (HEAD + "370000000000,,province," + "鲁" * 61 + "\n", "regions.name"),
        (HEAD + "370000000000\n", "regions.level"),
        (HEAD + "370000000000,,province,山东省\n370000000000,,province,山东省\n", "regions.twice"),
        (HEAD + "370600000000,370000000000,city,烟台市\n", "regions.parent"),
        (HEAD + "370600000000,,city,烟台市\n", "regions.parent"),
        (HEAD + '370000000000,,province,"山东省\n', "regions.file"),
    ],
)
def test_a_faulty_file_is_refused_whole(write: Callable[[str], Path], now: datetime, text: str, code: str) -> None:
    with pytest.raises(Invalid) as fault:
        services.load_file(SYSTEM, write(text), valid_from=DAY, now=now)
    assert fault.value.code == code
    assert fault.value.message.endswith("。")
    assert not Region.objects.exists()


def test_wrong_code_page_damaged_gzip_and_missing_file_are_refused(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "regions.csv"
    contents = (SMALL.encode("gb18030"), gzip.compress(SMALL.encode())[:40], gzip.compress(b"0" * 70_000_000))
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(Invalid):
            services.load_file(SYSTEM, path, valid_from=DAY, now=now)
    with pytest.raises(Invalid):
        services.load_file(SYSTEM, tmp_path / "nowhere.csv", valid_from=DAY, now=now)


def test_an_earlier_day_than_the_row_is_refused(write: Callable[[str], Path], now: datetime) -> None:
    services.load_file(SYSTEM, write(SMALL), valid_from=DAY, now=now)
    with pytest.raises(Invalid) as fault:
        services.load_file(SYSTEM, write(SMALL.replace("沐浴店镇", "沐浴街道")), valid_from=date(2020, 1, 1), now=now)
    assert fault.value.code == "regions.earlier"


def test_only_who_may_loads(write: Callable[[str], Path], now: datetime) -> None:
    with pytest.raises(NotSignedIn):
        services.load_file(ANONYMOUS, write(SMALL), valid_from=DAY, now=now)


def test_the_command_loads_a_file_and_tells_what_it_did(
    write: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("load_regions", str(write(SMALL)), "--from", "2026-01-01")
    assert "新增4，变更0" in capsys.readouterr().out
    with pytest.raises(CommandError, match="四列"):
        call_command("load_regions", str(write("x\n")))
