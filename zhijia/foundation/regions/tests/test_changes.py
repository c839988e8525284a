"""A yearly list of changes as a job: each line done once, or refused with its reason. docs/rules/regions.md#changes"""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.regions import selectors, services
from zhijia.foundation.regions.models import Region, RegionChange
from zhijia.kernel.actor import ANONYMOUS, SYSTEM
from zhijia.kernel.errors import Invalid, NotSignedIn
from zhijia.kernel.names import text_initials, text_key

HEAD = "code,name,parent,level,change,replaced_by,effective date\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county() -> None:
    for code, parent, level, name in (
        ("370000000000", "", 2, "山东省"),
        ("370600000000", "370000000000", 3, "烟台市"),
        ("370682000000", "370600000000", 4, "莱阳市"),
        ("370685000000", "370600000000", 4, "招远市"),
        ("370682101000", "370682000000", 5, "沐浴店镇"),
        ("370682102000", "370682000000", 5, "团旺镇"),
        ("370682103000", "370682000000", 5, "穴坊镇"),
    ):
        Region.objects.create(
            code=code, parent_code=parent, level=level, name=name, name_key=text_key(name, length=160),
            initials=text_initials(name, length=40), valid_from=date(2020, 1, 1),
        )  # fmt: skip


def run(text: str, now: datetime) -> tuple[Job, dict[int, tuple[str, str]]]:
    """Carry a list out; the job, and row → (outcome, reason)."""
    public_id = services.take_changes(SYSTEM, io.BytesIO((HEAD + text).encode()), now=now)
    jobs.run_slice(public_id, clock=lambda: now)
    job = Job.objects.get(public_id=public_id)
    rows = RegionChange.objects.filter(batch=job.payload["batch"])
    return job, {row.number: (row.outcome, row.reason) for row in rows}


ALL_KINDS = (
    "370682104000,羊郡街道,370682000000,township,new,,2026-07-01\n"
    "370682101000,沐浴街道,,,rename,,2026-07-01\n"
    "370682103000,,370685000000,,move,,2026-07-01\n"
    "370682102000,,,,merge,370682104000,2026-08-01\n"
)


def test_each_kind_of_change_dates_its_rows(now: datetime) -> None:
    job, rows = run(ALL_KINDS, now)
    assert set(rows.values()) == {("done", "")}
    assert job.report == {"已办": 4}
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    assert selectors.name_of("370682101000") == "沐浴街道"
    assert [place.code for place in selectors.children("370685000000")] == ["370682103000"]
    assert not selectors.exists("370682102000")
    merged = selectors.successor("370682102000")
    assert merged is not None
    assert merged.code == "370682104000"
    on_july = selectors.find_on("370682102000", date(2026, 7, 31))
    assert on_july is not None
    assert selectors.find_on("370682102000", date(2026, 8, 1)) is None
    assert AuditEntry.objects.filter(event="regions.change").count() == 1


def test_the_same_list_a_second_time_changes_nothing(now: datetime) -> None:
    run(ALL_KINDS, now)
    before = list(Region.objects.order_by("id").values())
    job, rows = run(ALL_KINDS, now + timedelta(hours=1))
    assert {outcome for outcome, _ in rows.values()} == {"same"}
    assert job.report == {"原已如此": 4}
    assert list(Region.objects.order_by("id").values()) == before


def test_days_decide_the_order_not_the_rows(now: datetime) -> None:
    _, rows = run(
        "370682102000,,,,merge,370682104000,2026-08-01\n370682104000,羊郡街道,370682000000,township,new,,2026-07-01\n",
        now,
    )
    assert {outcome for outcome, _ in rows.values()} == {"done"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("370682999000,,,,abolish,,2026-07-01", "没有这个现行区划"),
        ("370682101000,,,,rename,,2026-07-01", "须填写新名称"),
        ("370682101000,沐浴街道,,,rename,,2019-07-01", "才开始"),
        ("370682101000,沐浴街道,,,rename,,2027-07-01", "才生效"),
        ("370682000000,,,,abolish,,2026-07-01", "还有下级区划"),
        ("370682101000,,,,merge,,2026-07-01", "须填写接续的代码"),
        ("370682101000,,,,merge,370682101000,2026-07-01", "接续的区划不存在"),
        ("370682101000,,,,merge,370699101000,2026-07-01", "接续的区划不存在"),
        ("370682101000,,,,abolish,,2020-01-01", "同一天"),
        ("370682101000,,370682102000,,move,,2026-07-01", "层级不高于"),
        ("370682101000,,,,move,,2026-07-01", "新的上级代码"),
        ("370682200000,新乡,,,new,,2026-07-01", "须填写"),
        ("370682200000,新乡,370699000000,township,new,,2026-07-01", "不存在"),
        ("370682101000,别的镇,370682000000,township,new,,2026-07-01", "现为"),
    ],
)
def test_a_line_that_cannot_be_done_says_why_and_stops_no_other(now: datetime, line: str, words: str) -> None:
    job, rows = run(f"{line}\n370682103000,穴坊街道,,,rename,,2026-07-01\n", now)
    outcome, reason = rows[2]
    assert outcome == "refused"
    assert words in reason
    assert rows[3] == ("done", "")
    assert job.report["未办的行"] == [f"第2行 {line[:12]}：{reason}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "37068,沐浴街道,,,rename,,2026-07-01\n",
        "370682101000,沐浴街道,,,改名,,2026-07-01\n",
        "370682101000,沐浴街道,,,rename,,七月\n",
        "370682101000,沐浴街道,,hamlet,rename,,2026-07-01\n",
        "370682101000,=cmd(),,,rename,,2026-07-01\n",
        f"370682101000,{'长' * 61},,,rename,,2026-07-01\n",
    ],
)
def test_a_list_with_an_unreadable_cell_is_refused_whole(now: datetime, text: str) -> None:
    good = "370682103000,穴坊街道,,,rename,,2026-07-01\n" if text else ""
    with pytest.raises(Invalid) as fault:
        services.take_changes(SYSTEM, io.BytesIO((HEAD + good + text).encode()), now=now)
    assert fault.value.message.endswith("。")
    assert not RegionChange.objects.exists()
    assert not Job.objects.exists()


def test_only_the_operator_hands_in_changes(now: datetime) -> None:
    with pytest.raises(NotSignedIn):
        services.take_changes(ANONYMOUS, io.BytesIO((HEAD + ALL_KINDS).encode()), now=now)


def test_the_command_says_what_became_of_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(HEAD + ALL_KINDS.replace("2026-0", "2025-0"), encoding="utf-8")
    call_command("load_regions", str(path), "--changes")
    assert "第3行 370682101000 更名：已办" in capsys.readouterr().out
