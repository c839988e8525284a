"""Members out: masked at once, whole with a second person and a mark."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework import exports as kit
from zhijia.foundation.casework.selectors import get_case
from zhijia.foundation.files import selectors as files, services as file_services
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.jobs import services as jobs
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.crypto import SealBroken
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.cases.exports import EXPORTS
from zhijia.organization.rosters.models import RosterConflict, RosterExport
from zhijia.organization.rosters.services import conflicts, exporting, handed_back, loading

from .asking import ask, decide, settle
from .files import csv_file, id_number, person_row
from .test_pages import loaded, take

pytestmark = pytest.mark.django_db


def test_a_masked_list_leaves_at_once(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, stay = world.member("plant", "林晓禾")
    Membership.objects.filter(pk=stay.pk).update(employer_text="=2+3")
    world.member("other_home", "钱在外")
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    address = reverse("rosters:export")
    assert client.get(address).status_code == 200
    answer = client.post(address, {"numbers": "masked", "form": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 2
    assert rows[1][0] == "林*禾"
    assert world.number_of(person) not in text
    assert "'=2+3" in rows[1]
    assert AuditEntry.objects.filter(event="rosters.exported").count() == 1
    book = client.post(address, {"numbers": "masked", "form": "xlsx"})
    made = io.BytesIO(b"".join(book.streaming_content))
    assert [cells[0] for cells in CalamineWorkbook.from_filelike(made).get_sheet_by_index(0).iter_rows()] == [
        "姓名",
        "林*禾",
    ]
    assert client.post(address, {"numbers": "masked", "form": "pdf"}).status_code == 422
    assert client.post(address, {"numbers": "whole", "form": "csv", "reason": "要"}).status_code == 422


def test_full_numbers_need_a_second_person_and_carry_a_mark(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member("plant", "林晓禾")
    admin, chair = world.staff_person("GRASS_ADMIN", "plant"), world.staff_person("GRASS_CHAIR", "plant", "宋立军")
    maker = world.actor(admin, staff=True)
    case = ask(world, maker)
    with pytest.raises(Duplicate), _savepoint():
        ask(world, maker)
    sign_in(client, admin, staff=True)
    assert f"/console/member-exports/{case}" in client.get("/console/members/export").content.decode()
    with pytest.raises(NotAllowed):
        decide(world, maker, case)
    checker = world.actor(chair, staff=True)
    own = ask(world, checker, reason="自己申请自己批")
    with pytest.raises(RuleBroken):
        decide(world, checker, own)
    with pytest.raises(Invalid):
        decide(world, checker, case, "refuse")
    sign_in(client, chair, staff=True)
    page = reverse(EXPORTS.page("review"), args=[case])
    assert "办理互助保障参保" in client.get(page).content.decode()
    assert client.post(page, {"decision": "refuse"}).status_code == 422
    assert client.post(page, {"decision": "agree"}).status_code == 302
    export = RosterExport.objects.get(case__public_id=case)
    jobs.run_slice(export.job, clock=lambda: world.now)
    export.refresh_from_db()
    assert export.rows == 1
    address = reverse("files:console", args=[export.file])
    assert client.get(address).status_code == 404  # who allowed it does not fetch it
    sign_in(client, admin, staff=True)
    assert "下载" in client.get(page).content.decode()
    answer = client.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(text))
    assert row[2] == world.number_of(person)
    assert "孙玉梅" in row[-1]
    assert case in row[-1]
    assert "2026-09-15 10:00" in row[-1]
    assert StoredFile.objects.get(public_id=export.file).keep_until == world.now + timedelta(days=1)
    assert AuditEntry.objects.filter(event="people.numbers_read", concerns_person_id=person.pk).exists()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_whole_list_of_many_parts_is_one_file(form: str, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(kit, "PART", 3)
    numbers = {world.number_of(world.member(name=f"林{sign}")[0]) for sign in "一二三四五六七"}
    maker, chair = world.staff("GRASS_ADMIN", "plant"), world.staff("GRASS_CHAIR", "plant", "宋立军")
    case = ask(world, maker, form=form)
    decide(world, chair, case)
    export = RosterExport.objects.get()
    for minutes in range(5):  # a worker a chunk, at another minute
        jobs.run_slice(export.job, clock=lambda late=minutes: world.now + timedelta(minutes=late), seconds=0)
    export.refresh_from_db()
    file = files.find(export.file)
    assert file is not None
    assert (export.rows, file.keep_until) == (7, world.now + timedelta(days=1, minutes=0 if form == "csv" else 3))
    content = b"".join(file_services.read_pieces(file))
    if form == "csv":
        assert len(content) == file.size
        rows: list[Any] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert tuple(rows[0]) == (*exporting.HEADERS, kit.MARK)
    assert {row[2] for row in rows[1:]} == numbers
    assert {row[-1] for row in rows[1:]} == {f"孙玉梅 2026-09-15 10:00 编号{case} 仅限申请用途，不得转发"}
    assert file_services.drop(SYSTEM, file.public_id, reason="expired", now=world.now)
    assert file_services.drop_expired(now=world.now + timedelta(days=2)) == (3 if form == "csv" else 0)


def test_a_joined_file_without_one_of_its_parts_is_not_read(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(kit, "PART", 1)
    for sign in "一二三":
        world.member(name=f"林{sign}")
    maker, chair = world.staff("GRASS_ADMIN", "plant"), world.staff("GRASS_CHAIR", "plant", "宋立军")
    case = ask(world, maker)
    decide(world, chair, case)
    export = RosterExport.objects.get()
    jobs.run_slice(export.job, clock=lambda: world.now)
    export.refresh_from_db()
    file = files.find(export.file)
    part = StoredFile.objects.filter(use="rosters.export_part").order_by("id")[1]
    file_services.drop(SYSTEM, part.public_id, reason="test", now=world.now)
    assert file is not None
    with pytest.raises(SealBroken):
        b"".join(file_services.read_pieces(file))


def test_how_many_members_leave_in_one_file_is_a_parameter(
    world: World, monkeypatch: Any, client: Client, sign_in: Any, clock: Any
) -> None:
    for sign in "一二三":
        world.member(name=f"林{sign}")
    admin = world.staff_person("GRASS_ADMIN", "plant")
    actor = world.actor(admin, staff=True)
    assert exporting.most_whole(world.now) == 200_000
    monkeypatch.setattr(exporting, "MOST_IN_A_BOOK", 2)
    with pytest.raises(RuleBroken) as refused:
        ask(world, actor, form="xlsx")
    assert refused.value.message == "超过2人的完整名册请选择 CSV 格式，或选择下级工会分别申请。"
    monkeypatch.setattr(exporting, "most_whole", lambda _now: 2)
    with pytest.raises(RuleBroken) as refused:
        ask(world, actor, form="csv")
    assert refused.value.message == "完整名册一次最多导出2人，请选择下级工会分别申请。"
    monkeypatch.undo()
    ask(world, actor, form="csv")
    sign_in(client, admin, staff=True)
    assert "200,000" in client.get(reverse("rosters:export")).content.decode()


def _savepoint() -> Any:
    from django.db import transaction

    return transaction.atomic()


def test_a_wish_for_full_numbers_is_taken_back(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    admin = world.staff_person("GRASS_ADMIN", "plant")
    sign_in(client, admin, staff=True)
    sent = client.post(reverse("rosters:export"), {"numbers": "whole", "form": "xlsx", "reason": "办理互助保障参保"})
    assert client.post(sent["Location"], {"decision": "withdraw"}).status_code == 302
    assert RosterExport.objects.get().case.state == "WITHDRAWN"
    stranger = world.staff("GRASS_CHAIR", "other_home")
    with pytest.raises(NotFound):
        get_case(EXPORTS, stranger, RosterExport.objects.get().case.public_id)


def test_a_roster_member_is_activated_by_himself(world: World) -> None:
    loaded(world, [person_row(1)])
    actor = world.bare_actor()
    identity = people_services.read_identity("林晓禾", "RESIDENT_ID", id_number(1), today=world.today)
    number = people.mobile_for_message(Person.objects.get(id_digest=people.id_digest("RESIDENT_ID", id_number(1))).pk)
    done = people_services.identify(actor, identity, mobile=number, channel="web", now=world.now)
    assert done.bound
    stay = Membership.objects.get(person_id=done.person.id)
    assert (stay.activated, stay.real_name_level) == (True, 3)


def test_memberships_that_left_are_no_longer_exported(world: World) -> None:
    _, stay = world.member("plant")
    memberships.close_membership(SYSTEM, stay.pk, kind="withdrawn", reason="own_wish", on=world.today, now=world.now)
    assert list(exporting.masked_rows(world.facts("plant"))) == []


def test_every_step_around_a_file_leaves_a_row(world: World) -> None:
    person, _ = world.member("other_home", "钱在外")
    actor = world.staff("GRASS_ADMIN", "plant")
    rows = [["钱在外", world.number_of(person), "", ""], person_row(1), ["", *person_row(2)[1:]], ["错", "1", "", ""]]
    seen = AuditEntry.objects.count()

    def left_a_row() -> bool:
        nonlocal seen
        before, seen = seen, AuditEntry.objects.count()
        return seen > before

    load = take(world, actor, csv_file(rows))
    assert left_a_row()
    loading.set_mapping(actor, load, load.mapping, now=world.now)
    assert left_a_row()
    load.refresh_from_db()
    jobs.run_slice(load.job, clock=lambda: world.now)
    load.refresh_from_db()
    left_a_row()
    job = loading.start_writing(actor, load, now=world.now)
    assert left_a_row()
    jobs.run_slice(job, clock=lambda: world.now)
    assert left_a_row()
    handed_back.refused_rows(actor, load, now=world.now)
    assert left_a_row()
    elsewhere, nameless, wrong = [row.case.public_id for row in RosterConflict.objects.order_by("number")]
    conflicts.read_row(actor, RosterConflict.objects.get(case__public_id=wrong), now=world.now)
    assert left_a_row()
    settle(world, actor, nameless, name="林晓苗")
    assert left_a_row()
    settle(world, actor, elsewhere, "offer")
    assert left_a_row()
    settle(world, actor, wrong, "dismiss", note="号码无从核实。")
    assert left_a_row()
    other = take(world, actor, csv_file(rows))
    left_a_row()
    loading.drop_load(actor, other, now=world.now)
    assert left_a_row()
    exporting.record_masked(actor, world.facts("plant"), "csv", now=world.now)
    assert left_a_row()
