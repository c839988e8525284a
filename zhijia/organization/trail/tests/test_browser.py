"""The pages of the trail in a browser: axe finds nothing serious, nothing scrolls sideways, forms work."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit import services as audit
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.ledger import heads, services as ledger
from zhijia.kernel.actor import Actor
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.trail import cases, rules, selectors
from zhijia.organization.trail.models import TrailExport
from zhijia.organization.trail.selectors import Question

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("ZHIJIA_SHOTS", "")
"""A folder for pictures of every page; none are taken without it."""
SIZES = [(390, 844), (1440, 900)]


@dataclass
class Stage:
    """The small province, and who looks: an audit and a security administrator."""

    world: World
    holders: dict[str, Actor]


@pytest.fixture
def stage(world: World, settings: Any, tmp_path: Path) -> Stage:
    """Looks with reasons, refused tries that strike, a file that waits and one that is ready, a sealed log."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    officer = world.staff("ORG", "county", "马建国")
    for place, name in enumerate(("林晓禾", "王一", "欧阳娜娜")):
        person, _ = world.member(name=name)
        at = world.now - timedelta(hours=place)
        people.read_numbers(officer, person.pk, reason="核对退休手续，对照身份证", now=at)
        audit.record_denied(officer, code="auth.not_allowed", where="access:list", now=at)
    for minute in range(6):
        at = world.now - timedelta(minutes=minute)
        audit.record_refused(officer, "accounts.step_up_failed", now=at, detail={"factor": "password"})
    first, second = (world.staff("AUDIT_ADMIN", "province", name) for name in ("何亮", "高岩"))
    days = rules.days_of(None, None, today=world.today, named=False)
    for actor in (first, second):
        said = cases.said_of(Question(days, outcome="read"), reason="年度抽查，核对查看理由", form="csv")
        open_case(cases.EXPORTS, actor, said, now=world.now)
    ready = TrailExport.objects.earliest("id")
    act(cases.EXPORTS, second, ready.case.public_id, "agree", now=world.now)
    ready.refresh_from_db()
    jobs.run_slice(ready.job, clock=lambda: world.now)
    while ledger.seal(now=world.now):
        pass
    heads.note(now=world.now)
    ledger.check(now=world.now)
    holders = {"audit": first, "security": world.staff("SECURITY_ADMIN", "province", "周明")}
    return Stage(world, holders)


def pages(name: str) -> list[tuple[str, str]]:
    if name == "security":
        failed = AuditEntry.objects.filter(event="accounts.step_up_failed").latest("id")
        return [
            ("denied", reverse("trail:denied")),
            ("denied-entry", reverse("trail:denied_entry", args=[selectors.entry_key(failed)])),
            ("denied-people", reverse("trail:denied_people")),
        ]
    look = AuditEntry.objects.filter(event="people.numbers_read").latest("id")
    ready, waiting = TrailExport.objects.order_by("id").values_list("case__public_id", flat=True)
    return [
        ("trail", reverse("trail:entries")),
        ("trail-wrong", f"{reverse('trail:entries')}?unit=总工会&first=2026-09-10"),
        ("trail-nothing", f"{reverse('trail:entries')}?event=unions.move"),
        ("looks", reverse("trail:looks")),
        ("entry", reverse("trail:entry", args=[selectors.entry_key(look)])),
        ("people", reverse("trail:people")),
        ("export", f"{reverse('trail:export')}?outcome=read"),
        ("exports", reverse(cases.EXPORTS.page("list"))),
        ("export-ready", reverse(cases.EXPORTS.page("review"), args=[ready])),
        ("export-decide", reverse(cases.EXPORTS.page("review"), args=[waiting])),
        ("ledger", reverse("trail:ledger")),
    ]


def enter(stage: Stage, page: Any, sign_in: Callable[..., str], name: str) -> Any:
    sign_in(page, Person.objects.get(pk=stage.holders[name].person_id), staff=True)
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["audit", "security"])
def test_every_page_is_free_of_serious_findings(
    stage: Stage, open_page: Callable[..., Any], sign_in: Callable[..., str], axe: Callable[[Any], list[str]],
    clock: Callable[..., None], size: tuple[int, int], name: str,
) -> None:  # fmt: skip
    page = enter(stage, open_page(*size, mobile=size[0] < 500), sign_in, name)
    for called, address in pages(name):
        page.goto(address)
        assert axe(page) == [], called
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], called
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{called}-{size[0]}.png"), full_page=True)


@pytest.mark.parametrize("script", [True, False])
def test_a_person_is_found_and_his_entries_are_narrowed(
    stage: Stage, open_page: Callable[..., Any], sign_in: Callable[..., str], clock: Callable[..., None], script: bool
) -> None:
    page = enter(stage, open_page(1280, 800, java_script_enabled=script), sign_in, "audit")
    page.goto(reverse("trail:entries"))
    page.get_by_role("link", name="按人员查").click()
    page.get_by_role("textbox", name="人员").fill("马建国")
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_role("link", name="马*国").click()
    page.get_by_text("人员：马*国").wait_for()
    page.get_by_label("事项", exact=True).select_option("people.numbers_read")
    if not script:
        page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_role("link", name="查看完整号码").first.wait_for()
    page.get_by_label("单位名称或工会编码").fill(stage.world["county"].name)
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_text(f"单位：{stage.world['county'].name}及下级", exact=True).wait_for()
    page.get_by_label("去掉条件 人员：马*国").click()
    page.get_by_text(f"单位：{stage.world['county'].name}及下级", exact=True).wait_for()
    assert page.get_by_text("人员：马*国").count() == 0


def test_a_head_from_paper_is_compared(
    stage: Stage, open_page: Callable[..., Any], sign_in: Callable[..., str], clock: Callable[..., None]
) -> None:
    page = enter(stage, open_page(390, 844, mobile=True), sign_in, "audit")
    page.goto(reverse("trail:ledger"))
    (head,) = heads.kept()
    page.get_by_role("textbox", name="纸面上的树根").fill(f"{head.size}:{head.root}")
    page.get_by_role("button", name="比对").click()
    page.get_by_text("今天的存证延续了这个树根").wait_for()
    page.get_by_role("button", name="现在核对").click()
    page.get_by_text("核对存证的进度").or_(page.get_by_text("正在排队，马上开始")).first.wait_for()
