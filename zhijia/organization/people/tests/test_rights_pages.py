"""The pages of a person's rights: what he asks, what he is told, and the privacy desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import LegalHold, RightsRequest
from zhijia.organization.people.tests import asking

pytestmark = pytest.mark.django_db


def run_jobs(now: Any) -> None:
    for job in Job.objects.filter(state="queued").values_list("public_id", flat=True):
        jobs.run_slice(job, clock=lambda: now)


def newest() -> RightsRequest:
    return RightsRequest.objects.select_related("case").latest("id")


def test_what_is_kept_and_why_stands_on_the_phone(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    page = client.get("/m/data").content.decode()
    for word in ("身份信息", "会籍", "避免一人多份会籍", "保存多久", "索取副本", "撤回同意"):
        assert word in page
    assert "/m/data" in client.get("/m/me").content.decode()


def test_a_copy_is_asked_for_fetched_and_gone_after_seven_days(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    answer = client.post("/m/data/ask/copy")
    case = newest().case.public_id
    assert answer["Location"] == f"/m/data/{case}"
    assert "正在准备" in client.get(answer["Location"]).content.decode()
    run_jobs(world.now)
    page = client.get(answer["Location"]).content.decode()
    file = newest().file
    assert f"/m/files/{file}" in page
    assert b"".join(client.get(f"/m/files/{file}").streaming_content)[:2] == b"PK"
    other = Client()
    stranger, _ = world.member(name="王建国")
    world.consent(stranger)
    sign_in(other, stranger)
    assert other.get(f"/m/files/{file}").status_code == 404
    assert other.get(f"/m/data/{case}").status_code == 404
    clock(world.now + timedelta(days=7))
    assert client.get(f"/m/files/{file}").status_code == 410
    page = client.get(answer["Location"]).content.decode()
    assert "已过七天保存期限" in page
    assert f"/m/files/{file}" not in page


def test_bad_wishes_get_a_sentence(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    assert client.get("/m/data/ask/steal").status_code == 404
    for text in ("", "删"):
        answer = client.post("/m/data/ask/delete", {"text": text})
        assert answer.status_code == 422
    assert client.post("/m/data/ask/delete", {"text": "不想再留信息。", "scope": "x"}).status_code == 422
    assert client.post("/m/data/ask/delete", {"text": "不想再留信息。", "scope": "all"}).status_code == 302
    again = client.post("/m/data/ask/delete", {"text": "不想再留信息。", "scope": "all"})
    assert again.status_code == 302
    assert "正在办理" in client.get(again["Location"]).content.decode()
    first = client.post("/m/data/ask/copy")
    assert client.post("/m/data/ask/copy")["Location"] == first["Location"]
    assert client.get("/m/data/looks?after=nonsense").status_code == 422


def test_a_deletion_shows_both_lists_to_the_desk_and_to_him(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    clock(world.now)
    officer = world.staff_person("PRIVACY", "county", "韩雪")
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    page = client.get("/m/data/ask/delete").content.decode()
    assert "现在须保存的" in page
    client.post("/m/data/ask/delete", {"text": "不想再留信息。", "scope": "all"})
    case = newest().case.public_id
    desk = Client()
    sign_in(desk, officer, staff=True)
    assert "林*禾" in desk.get("/console/data-requests").content.decode()
    page = desk.get(f"/console/data-requests/{case}").content.decode()
    assert "须保存" in page
    assert "工会档案，按规定永久保存" in page
    assert desk.post(f"/console/data-requests/{case}", {"decision": "execute", "answer": ""}).status_code == 422
    said = {"decision": "execute", "answer": "可以删除的已删除，会籍档案依法保存。", "version": 1}
    assert desk.post(f"/console/data-requests/{case}", said).status_code == 302
    assert desk.post(f"/console/data-requests/{case}", said).status_code in (409, 422)
    assert "林*禾" in desk.get("/console/data-requests?view=done").content.decode()
    page = client.get(f"/m/data/{case}").content.decode()
    assert "须保存的" in page
    assert "可以删除的已删除，会籍档案依法保存。" in page
    desk.get("/console/data-deletions")


def test_the_desk_of_another_county_finds_nothing(world: World, client: Client, sign_in: Any) -> None:
    person, _ = world.member()
    case = asking.ask(world.actor(person), "explain", text="请说明处理依据。", now=world.now)
    sign_in(client, world.staff_person("PRIVACY", "other_county"), staff=True)
    assert client.get(f"/console/data-requests/{case}").status_code == 404
    assert (
        client.post(f"/console/data-requests/{case}", {"decision": "answer", "answer": "已向您说明。"}).status_code
        == 404
    )


def test_he_withdraws_and_reads_who_looked(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    person, _ = world.member()
    world.consent(person)
    sign_in(client, person)
    assert "没有人看过" in client.get("/m/data/looks").content.decode()
    officer = world.staff("ORG", "county", "孙玉梅")
    for _ in range(21):
        people.read_numbers(officer, person.pk, reason="核对退休手续", now=world.now)
    page = client.get("/m/data/looks").content.decode()
    assert page.count("核对退休手续") == 20
    assert "组织岗" in page
    assert "孙玉梅" not in page
    onward = page.split('href="?after=')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(f"/m/data/looks?after={onward}").content.decode().count("核对退休手续") == 1
    client.post("/m/data/ask/explain", {"text": "请说明处理依据。"})
    case = newest().case.public_id
    assert client.post(f"/m/data/{case}/withdraw").status_code == 302
    assert client.post(f"/m/data/{case}/withdraw").status_code == 409


def test_a_hold_is_proposed_and_agreed_on_the_console(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    clock(world.now)
    person, _ = world.member()
    number = world.number_of(person)
    sign_in(client, world.staff_person("PRIVACY", "county", "韩雪"), staff=True)
    said = {"name": "林晓禾", "id_type": "RESIDENT_ID", "id_number": number, "reason": "法院调查令〔2026〕8号"}
    assert client.post("/console/data-holds/new", {**said, "reason": ""}).status_code == 422
    assert client.post("/console/data-holds/new", {**said, "name": "王建国"}).status_code == 422
    answer = client.post("/console/data-holds/new", said)
    assert answer.status_code == 302
    address = answer["Location"]
    assert client.post(address, {"decision": "agree", "note": ""}).status_code == 422
    second = Client()
    sign_in(second, world.staff_person("PRIVACY", "county", "李静"), staff=True)
    assert "同意保全" in second.get(address).content.decode()
    assert second.post(address, {"decision": "agree", "note": "", "version": 1}).status_code == 302
    assert LegalHold.objects.get().in_force
    assert second.post(address, {"decision": "lift", "note": ""}).status_code == 422
    assert second.post(address, {"decision": "lift", "note": "案件已经结案。"}).status_code == 302
    assert not LegalHold.objects.get().in_force
    assert "已解除" in client.get("/console/data-holds?view=after").content.decode()
