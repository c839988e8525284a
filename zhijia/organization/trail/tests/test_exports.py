"""A part of the trail leaves as a file only with a second person, and the sealed log is checked from a page."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.world import World
from zhijia.foundation.audit import services as audit
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import exports as kit
from zhijia.foundation.casework.selectors import get_case
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.ledger import heads, services as ledger
from zhijia.foundation.ledger.models import LogCheck
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, WrongState
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people import selectors as people
from zhijia.organization.trail import cases, presenting, rules, services
from zhijia.organization.trail.models import TrailExport
from zhijia.organization.trail.selectors import Question

pytestmark = pytest.mark.django_db
REASON = "纪检来函〔2026〕8 号，核查查看情况"


def last_days(world: World, **given: Any) -> Question:
    return Question(rules.days_of(None, None, today=world.today, named=False), **given)


def ask(world: World, actor: Actor, question: Question, *, form: str = "csv", reason: str = REASON) -> str:
    return open_case(cases.EXPORTS, actor, cases.said_of(question, reason=reason, form=form), now=world.now)


def decide(world: World, actor: Actor, case: str, move: str = "agree", note: str = "") -> None:
    act(cases.EXPORTS, actor, case, move, {"note": note}, now=world.now)


def looked(world: World, union: str = "county", reason: str = "核对退休手续") -> Actor:
    officer = world.staff("ORG", union, "马建国")
    person, _ = world.member("plant" if union == "county" else "other_home")
    people.read_numbers(officer, person.pk, reason=reason, now=world.now, unit_id=officer.grants[0].unit_id)
    return officer


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_filtered_leaves_with_a_second_person_and_a_mark(
    form: str, world: World, client: Client, sign_in: Any, clock: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(kit, "PART", 2)
    for _ in range(5):
        looked(world, reason="=HYPERLINK(1) 13800138000")
    first, second = (world.staff_person("AUDIT_ADMIN", "province", name) for name in ("何亮", "高岩"))
    sign_in(client, first, staff=True)
    query = {"event": "people.numbers_read", "outcome": "read"}
    address = f"{reverse('trail:export')}?event=people.numbers_read&outcome=read"
    assert "查看完整号码" in client.get(reverse("trail:export"), query).content.decode()
    assert client.post(address, {"form": form, "reason": "要"}).status_code == 422
    sent = client.post(address, {"form": form, "reason": REASON})
    assert sent.status_code == 302
    page = sent["Location"]
    export = TrailExport.objects.get()
    assert (export.case.unit_id, export.case.state) == (world["province"].pk, "PROPOSED")
    assert "须由另一人复核" in client.get(page).content.decode()
    assert client.post(page, {"decision": "agree", "version": 1}).status_code == 422
    audit.record_read(  # after the asking: not in the file
        world.actor(second, staff=True), "people.numbers_read", ("person", "x"), now=world.now + timedelta(seconds=1)
    )
    sign_in(client, second, staff=True)
    assert REASON in client.get(page).content.decode()
    assert client.post(page, {"decision": "agree", "version": 1}).status_code == 302
    export.refresh_from_db()
    jobs.run_slice(export.job, clock=lambda: world.now + timedelta(minutes=5))
    export.refresh_from_db()
    assert (export.rows, export.case.state) == (5, "IN_FORCE")
    file = reverse("files:console", args=[export.file])
    assert client.get(file).status_code == 404  # who allowed it does not fetch it
    sign_in(client, first, staff=True)
    assert "下载" in client.get(page).content.decode()
    content = b"".join(client.get(file).streaming_content)
    if form == "csv":
        rows: list[Any] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert tuple(rows[0]) == (*presenting.EXPORT_HEADERS, kit.MARK)
    assert len(rows) == 6
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["人员"] == "马*国"
    assert told["涉及人员"] == "林*禾"
    assert told["理由"] == "'=HYPERLINK(1) 138***8000"
    assert told["水印"].startswith("何亮 2026-09-15 10:00 编号")
    assert "13800138000" not in content.decode("utf-8", "ignore")
    kept = StoredFile.objects.get(public_id=export.file)
    assert kept.keep_until is not None
    assert kept.keep_until <= world.now + timedelta(days=3, minutes=5)
    assert AuditEntry.objects.filter(event="trail.exported").get().detail == {"entries": 5, "form": form}
    assert AuditEntry.objects.filter(event="files.read", person_id=first.pk).exists()


def test_the_file_is_read_with_the_right_of_the_moment(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    looked(world)
    maker, checker = world.staff_person("AUDIT_ADMIN", "province"), world.staff("AUDIT_ADMIN", "province", "高岩")
    case = ask(world, world.actor(maker, staff=True), last_days(world))
    decide(world, checker, case)
    export = TrailExport.objects.get()
    jobs.run_slice(export.job, clock=lambda: world.now)
    export.refresh_from_db()
    file = reverse("files:console", args=[export.file])
    sign_in(client, maker)
    assert client.get(file).status_code == 302  # no step-up
    RoleGrant.objects.filter(person=maker).update(in_force=False)
    world.grant(maker, "ORG", "province")
    sign_in(client, maker, staff=True)
    assert client.get(file).status_code == 404


def test_nobody_below_or_beside_decides_and_the_level_above_may(world: World) -> None:
    looked(world)
    maker, sibling = world.staff("AUDIT_ADMIN", "city"), world.staff("AUDIT_ADMIN", "other_city")
    above = world.staff("AUDIT_ADMIN", "province")
    case = ask(world, maker, last_days(world), form="csv")
    with pytest.raises(NotFound):
        decide(world, sibling, case)
    with pytest.raises(NotFound):
        get_case(cases.EXPORTS, sibling, case)
    with pytest.raises(NotAllowed):
        decide(world, world.staff("SECURITY_ADMIN", "city"), case)
    with pytest.raises(RuleBroken) as refused:
        decide(world, maker, case)
    assert refused.value.code == "case.same_person"
    with pytest.raises(Invalid):
        decide(world, above, case, "refuse", "")
    decide(world, above, case, "refuse", "请缩短日期")
    assert TrailExport.objects.get().case.state == "REFUSED"
    with pytest.raises(WrongState):
        decide(world, maker, case, "withdraw")


def test_a_city_gets_only_its_own_part_whatever_the_checker_sees(world: World) -> None:
    looked(world)
    looked(world, "other_county")
    maker, above = world.staff("AUDIT_ADMIN", "city"), world.staff("AUDIT_ADMIN", "province")
    case = ask(world, maker, last_days(world, event="people.numbers_read"), form="csv")
    decide(world, above, case)
    export = TrailExport.objects.get()
    jobs.run_slice(export.job, clock=lambda: world.now)
    export.refresh_from_db()
    assert export.rows == 1


def test_whose_own_entries_they_are_does_not_agree(world: World) -> None:
    looked(world)
    maker, concerned = world.staff("AUDIT_ADMIN", "province"), world.staff("AUDIT_ADMIN", "province", "高岩")
    audit.record(concerned, "accounts.signed_out", now=world.now)
    facts = people.get_facts(concerned.person_id or 0)
    question = Question(rules.Days(None, None), person=facts)
    case = ask(world, maker, question, form="xlsx")
    with pytest.raises(RuleBroken) as refused:
        decide(world, concerned, case)
    assert refused.value.code == "trail.own"
    decide(world, maker, case, "withdraw")
    assert TrailExport.objects.get().case.state == "WITHDRAWN"


def test_what_cannot_be_asked_for(world: World, monkeypatch: Any) -> None:
    maker = world.staff("AUDIT_ADMIN", "province")
    looked(world)
    looked(world)
    question = last_days(world, event="people.numbers_read")
    with pytest.raises(Invalid):
        ask(world, maker, question, form="pdf")
    with pytest.raises(Invalid):
        ask(world, maker, question, reason="  要  ")
    with pytest.raises(RuleBroken) as nothing:
        ask(world, maker, last_days(world, event="unions.move"), form="csv")
    assert nothing.value.code == "trail.nothing"
    assert cases.most_rows(world.now) == 20_000
    monkeypatch.setattr(cases, "most_rows", lambda _now: 1)
    with pytest.raises(RuleBroken) as large:
        ask(world, maker, question, form="csv")
    assert large.value.message.startswith("一次最多导出 1 条")
    monkeypatch.setattr(cases, "most_rows", lambda _now: 2)
    ask(world, maker, question, form="csv")
    with pytest.raises(Duplicate), transaction.atomic():
        ask(world, maker, question, form="csv")
    with pytest.raises(NotAllowed):
        ask(world, world.staff("ORG", "province"), question)


def test_where_one_waits_already_that_one_is_shown_and_no_form(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    looked(world)
    maker = world.staff_person("AUDIT_ADMIN", "province", "何亮")
    case = ask(world, world.actor(maker, staff=True), last_days(world))
    sign_in(client, maker, staff=True)
    for answer in (client.get(reverse("trail:export")), client.post(reverse("trail:export"), {"reason": REASON})):
        assert (answer.status_code, answer["Location"]) == (302, reverse("trail:exports:review", args=[case]))
    act(cases.EXPORTS, world.actor(maker, staff=True), case, "withdraw", now=world.now)
    assert client.get(reverse("trail:export")).status_code == 200


# --- The sealed log --------------------------------------------------------------------------------------------------
@pytest.fixture
def sealed_log(world: World, settings: Any, tmp_path: Path) -> World:
    settings.VAR_DIR = tmp_path
    for _ in range(4):
        looked(world)
    while ledger.seal(now=world.now):
        pass
    heads.note(now=world.now)
    return world


def check_all(world: World, client: Client) -> str:
    assert client.post(reverse("trail:check")).status_code == 302
    job = Job.objects.filter(kind=services.VERIFY).latest("id")
    jobs.run_slice(job.public_id, clock=lambda: world.now)
    return client.get(reverse("trail:ledger")).content.decode()


def test_the_log_is_checked_part_by_part_and_the_verdict_is_in_words(
    sealed_log: World, client: Client, sign_in: Any, clock: Any, monkeypatch: Any
) -> None:
    world = sealed_log
    monkeypatch.setattr(ledger, "CHUNK", 3)
    sign_in(client, world.staff_person("AUDIT_ADMIN", "province"), staff=True)
    before = client.get(reverse("trail:ledger")).content.decode()
    assert "还没有逐条核对过" in before
    assert "没有发现改动" not in before
    shown = check_all(world, client)
    assert "没有发现改动" in shown
    size = ledger.newest_size()
    found = LogCheck.objects.get()
    assert (found.begin, found.end, found.size, found.state) == (0, size, size, "ok")
    row = AuditEntry.objects.filter(event="people.numbers_read").first()
    assert row is not None
    with db.unguarded(AuditEntry):
        AuditEntry.objects.filter(pk=row.pk).update(detail={"reason": "改过"})
    shown = check_all(world, client)
    assert "发现不一致" in shown
    assert f"“audit.entry”第 {row.pk} 号记录被改动。" in shown
    assert Job.objects.filter(kind=services.VERIFY).latest("id").report["不一致"] == [
        f"“audit.entry”第 {row.pk} 号记录被改动。"
    ]


def test_a_shortened_log_contradicts_what_was_kept_elsewhere(
    sealed_log: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, sealed_log.staff_person("AUDIT_ADMIN", "province"), staff=True)
    address = reverse("trail:ledger")
    (kept,) = heads.kept()
    good = client.post(address, {"head": f" {kept.size}：{kept.root.upper()} "})
    assert "今天的存证延续了这个树根" in good.content.decode()
    longer = client.post(address, {"head": f"{kept.size + 9}:{kept.root}"})
    assert f"另存的树根是 {kept.size + 9} 条时的" in longer.content.decode()
    other = client.post(address, {"head": f"{kept.size}:{'0' * 64}"})
    assert f"前 {kept.size} 条的树根与另存的不同" in other.content.decode()
    for wrong in ("abc", "12", "1:zz", "-1:" + "0" * 64):
        answer = client.post(address, {"head": wrong})
        assert answer.status_code == 422
        assert "树根要写成" in answer.content.decode()
    with heads.file().open("a") as lines:
        lines.write(f"2026-09-15T03:00:00+00:00 {kept.size + 5}:{kept.root}\n")
    assert "发现不一致" in client.get(address).content.decode()
    assert AuditEntry.objects.filter(event="trail.compared").count() == 3


def test_a_check_under_way_is_found_and_not_begun_twice(sealed_log: World) -> None:
    first, second = sealed_log.staff("AUDIT_ADMIN", "province"), sealed_log.staff("AUDIT_ADMIN", "province", "高岩")
    job = services.start_verifying(first, now=sealed_log.now)
    assert services.start_verifying(second, now=sealed_log.now) == job
    with pytest.raises(NotAllowed):
        services.start_verifying(sealed_log.staff("OPERATOR", "province"), now=sealed_log.now)
