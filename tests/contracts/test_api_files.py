"""Files by the API: a roster from the upload to the mended rows, papers of a case, a copy of one's data, exports."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.callers import register, send, signed_headers
from tests.contracts.api_doors import is_error, paper
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.api import MOST_BYTES
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.models import RosterLoad
from zhijia.organization.rosters.tests.files import csv_file, id_number, person_row

pytestmark = pytest.mark.django_db

HEADER = ("职工", "证件号码", "手机号码", "工会编码")


def get(client: Client, path: str, **query: Any) -> Any:
    return client.get("/api/v1" + path, query)


def upload(client: Client, path: str, file: Any, **headers: str) -> Any:
    return client.post("/api/v1" + path, {"file": file}, headers=headers)


def roster(rows: list[list[str]], name: str = "名册.csv") -> Any:
    return paper(name, csv_file(rows, HEADER).getvalue())


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def work(world: World) -> None:
    """The worker does what waits."""
    for job in Job.objects.filter(state="queued"):
        jobs.run_slice(job.public_id, clock=lambda: world.now)


# --- Rosters ----------------------------------------------------------------------------------------------------------
def test_a_roster_goes_from_the_upload_to_the_mended_rows(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    file = roster([person_row(1), ["", *person_row(2)[1:]], ["林晓禾", id_number(3)[:-1] + "A", "", ""]])
    taken = upload(client, f"/unions/{world['plant'].public_id}/rosters", file).json()
    pid = taken["id"]
    assert taken["header"] == list(HEADER)
    assert taken["mapping"] == {"id_number": 1, "mobile": 2, "union_code": 3}
    assert id_number(1) not in taken["sample"]
    assert get(client, f"/rosters/{pid}").json()["progress"] is None
    missing = send(client, f"/rosters/{pid}/check", {})
    assert (missing.status_code, set(missing.json()["fields"])) == (422, {"name"})
    mapping = {**taken["mapping"], "name": 0}
    assert send(client, f"/rosters/{pid}/check", {"mapping": mapping}).json() == {"done": True}
    assert get(client, f"/rosters/{pid}").json()["progress"] == {
        "state": "queued", "done": 0, "total": 4, "message": "",
    }  # fmt: skip
    work(world)
    checked = get(client, f"/rosters/{pid}").json()
    assert (checked["state"], checked["figures"]["new"], checked["figures"]["bad"]) == ("checked", 1, 2)
    assert (checked["progress"]["state"], checked["progress"]["done"]) == ("done", 3)
    assert Membership.objects.count() == 0
    assert send(client, f"/rosters/{pid}/write").json() == {"done": True}
    work(world)
    answer = get(client, f"/rosters/{pid}/refused")
    assert answer["Content-Type"] == "application/octet-stream"
    header, *rows = csv.reader(io.StringIO(content_of(answer).decode("utf-8-sig")))
    rows[0][0], rows[1][1] = "韩立新", id_number(3)
    again = upload(
        client, f"/unions/{world['plant'].public_id}/rosters", paper("改好.csv", csv_file(rows, header).getvalue())
    ).json()
    send(client, f"/rosters/{again['id']}/check", {"mapping": {**again["mapping"], "name": 0}})
    work(world)
    send(client, f"/rosters/{again['id']}/write")
    work(world)
    assert get(client, f"/rosters/{again['id']}").json()["figures"]["added"] == 2
    assert Membership.objects.filter(union=world["plant"]).count() == 3
    assert get(client, "/roster-conflicts").json()["items"] == []


def test_only_who_uploaded_a_file_gets_its_rows_back(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    address = f"/unions/{world['plant'].public_id}/rosters"
    pid = upload(client, address, roster([person_row(1)])).json()["id"]
    for role, unit in (("ORG", "county"), ("GRASS_ADMIN", "plant"), ("ORG", "other_county")):
        other = Client()
        sign_in(other, world.staff_person(role, unit, "李另一"), staff=True)
        assert get(other, f"/rosters/{pid}/refused").status_code == 404
    stats = Client()
    sign_in(stats, world.staff_person("STATS", "county", "钱多"), staff=True)
    assert [upload(one, address, roster([person_row(1)])).status_code for one in (stats, other)] == [403, 404]


def test_the_same_upload_with_its_key_is_one_file(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    address = f"/unions/{world['plant'].public_id}/rosters"
    key = {"Idempotency-Key": "upload-0001"}
    answers = [upload(client, address, roster([person_row(1)]), **key).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert RosterLoad.objects.count() == 1
    other = upload(client, address, roster([person_row(2)]), **key)
    assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{}", "application/json", 415, "request.content_type"),
        (b"", "multipart/form-data; boundary=x", 422, "request.invalid"),
        (b"", "", 422, "request.invalid"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 422, "request.invalid"),
        (b"--x\r\nnonsense", "multipart/form-data", 400, "request.malformed"),
        (b"x" * 40, "multipart/form-data; boundary=\xff", 400, "request.malformed"),
    ],
)
def test_a_body_that_is_no_form_is_said_in_the_one_shape(
    body: bytes, kind: str, status: int, code: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    answer = client.generic("POST", f"/api/v1/unions/{world['plant'].public_id}/rosters", body, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert is_error(answer)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("名册.csv", b"", "table.empty"),
        ("名册.xlsx", b"PK\x03\x04nonsense", "table."),
        ("名册.csv", b"\x00\x01\x02", "table."),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"x" * 99, "file.type"),
    ],
)
def test_what_is_no_table_is_refused(
    name: str, content: bytes, code: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    answer = upload(client, f"/unions/{world['plant'].public_id}/rosters", paper(name, content))
    assert answer.status_code == 422, answer.content.decode()
    assert is_error(answer)
    assert answer.json()["code"].startswith(code)
    assert not RosterLoad.objects.exists()


# --- Papers -----------------------------------------------------------------------------------------------------------
def test_a_paper_is_sent_ahead_and_named_by_the_case(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    admin, (person, _) = world.staff_person("GRASS_ADMIN", "plant", "赵志强"), world.member(name="李二")
    sign_in(client, admin, staff=True)
    address = "/changes"
    said = {"person": person.public_id, "kind": "decease", "reason": "death", "on": "2026-09-15", "note": "家属告知"}
    without = send(client, address, said)
    assert (without.status_code, set(without.json()["fields"])) == (422, {"papers"})
    draft = upload(client, "/files", paper()).json()
    assert (draft["type"], draft["name"], draft["size"]) == ("pdf", "证明.pdf", 209)
    case = send(client, address, {**said, "papers": [draft["id"]]}).json()["id"]
    (named,) = get(client, f"/changes/{case}").json()["papers"]
    assert named["name"] == "证明.pdf"
    assert content_of(get(client, f"/files/{named['id']}")).startswith(b"%PDF-1.7")
    assert AuditEntry.objects.filter(event="files.read", subject_id=named["id"]).exists()
    for role, unit, status in (("GRASS_CHAIR", "plant", 200), ("STATS", "county", 404), ("ORG", "other_county", 404)):
        other = Client()
        sign_in(other, world.staff_person(role, unit, "李另一"), staff=True)
        assert get(other, f"/files/{named['id']}").status_code == status
        assert get(other, f"/files/{draft['id']}").status_code == 404
        assert send(other, address, {**said, "papers": [draft["id"]]}).status_code in (403, 404, 422)
    clock(world.now + timedelta(days=1))
    sign_in(client, admin, staff=True)
    assert get(client, f"/files/{draft['id']}").status_code == 410
    late = send(client, address, {**said, "papers": [draft["id"]]})
    assert (late.status_code, late.json()["fields"]) == (
        422, {"papers.0": "没有找到这份材料，请重新上传；上传的材料保留一天。"},
    )  # fmt: skip


def test_a_member_proves_his_own_request_and_reads_his_paper(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="李二")
    sign_in(client, person)
    draft = upload(client, "/me/files", paper("退休证.pdf")).json()["id"]
    said = {"kind": "retain", "reason": "retired", "papers": [draft]}
    case = send(client, "/me/changes", said).json()["id"]
    (named,) = get(client, f"/me/changes/{case}").json()["papers"]
    assert content_of(get(client, f"/me/files/{named['id']}")).startswith(b"%PDF")
    other = Client()
    sign_in(other, world.member(name="周三")[0])
    assert get(other, f"/me/files/{named['id']}").status_code == 404
    assert send(other, "/me/changes", said).json()["code"] == "file.draft"


@pytest.mark.parametrize("content", [b"MZ\x90\x00" + b"\x00" * 99, b"<html></html>", b"\xff\xd8\xffnonsense"])
def test_a_paper_is_judged_by_its_content(
    content: bytes, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    sign_in(client, world.person())
    answer = upload(client, "/me/files", paper("证明.pdf", content))
    assert (answer.status_code, is_error(answer)) == (422, True)
    assert not StoredFile.objects.exists()


def test_a_large_paper_is_refused_before_it_is_read(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.person())
    answer = upload(client, "/me/files", paper(content=b"%PDF-1.7\n" + b"x" * (11 * 1024 * 1024)))
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_a_name_is_corrected_with_a_paper(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="林晓禾", bound=False)
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    address = f"/members/{person.public_id}/correct"
    said = {"name": "林晓荷", "reason": "名册录入时写错了字", "papers": []}
    assert set(send(client, address, said).json()["fields"]) == {"papers"}
    said["papers"] = [upload(client, "/files", paper("身份证.pdf")).json()["id"]]
    for role, unit, status in (("STATS", "county", 403), ("ORG", "other_county", 404)):
        other = Client()
        sign_in(other, world.staff_person(role, unit, "李另一"), staff=True)
        assert send(other, address, {**said, "papers": []}).status_code == status
    assert send(client, address, said).json() == {"done": True}
    assert Person.objects.get(pk=person.pk).name == "林晓荷"


def test_a_system_sends_no_files(world: World, clock: Any) -> None:
    system = register(world)
    kind = "multipart/form-data; boundary=x"
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 x\r\n--x--\r\n'
    for path, status in (("/files", 403), ("/me/files", 403), (f"/unions/{world['plant'].public_id}/rosters", 403)):
        target = "/api/v1" + path
        signed = signed_headers(system.client_id, system.secret, "POST", target, body, at=world.now)
        answer = system.http.generic("POST", target, body, content_type=kind, headers=signed)
        assert (answer.status_code, is_error(answer)) == (status, True), answer.content.decode()
    large = body + b"x" * MOST_BYTES
    signed = signed_headers(system.client_id, system.secret, "POST", "/api/v1/files", large, at=world.now)
    answer = system.http.generic("POST", "/api/v1/files", large, content_type=kind, headers=signed)
    assert answer.status_code == 413


# --- One's own data ---------------------------------------------------------------------------------------------------
def test_a_member_fetches_his_copy_and_sees_who_looked(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="林晓禾")
    desk = Client()
    sign_in(desk, world.staff_person("ORG", "county", "孙玉梅"), staff=True)
    assert send(desk, f"/members/{person.public_id}/numbers", {"reason": "核对退休手续"}).status_code == 200
    sign_in(client, person)
    (look,) = get(client, "/me/data/looks").json()["items"]
    assert (look["reason"], look["unit"]) == ("核对退休手续", world["county"].name)
    assert {part["code"] for part in get(client, "/me/data").json()["items"]} >= {"files.given"}
    pid = send(client, "/me/data/requests", {"kind": "copy"}).json()["id"]
    assert send(client, "/me/data/requests", {"kind": "copy"}).status_code == 409
    assert get(client, f"/me/data/requests/{pid}").json()["file"] == ""
    work(world)
    found = get(client, f"/me/data/requests/{pid}").json()
    assert (found["state"], found["file_until"]) == ("ANSWERED", "2026-09-22")
    assert content_of(get(client, f"/me/files/{found['file']}")).startswith(b"PK")
    assert [row["id"] for row in get(client, "/me/data/requests").json()["items"]] == [pid]
    clock(world.now + timedelta(days=8))
    assert get(client, f"/me/data/requests/{pid}").json()["file"] == ""


def test_a_deletion_is_asked_for_and_carried_out_by_the_desk(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="林晓禾")
    officer = world.staff_person("PRIVACY", "county", "韩雪")
    sign_in(client, person)
    plan = get(client, "/me/data/deletion-plan").json()
    assert plan["kept"]
    short = send(client, "/me/data/requests", {"kind": "delete", "text": "删"})
    assert (short.status_code, set(short.json()["fields"])) == (422, {"text"})
    pid = send(client, "/me/data/requests", {"kind": "delete", "text": "我不想再留信息。"}).json()["id"]
    other = send(client, "/me/data/requests", {"kind": "explain", "text": "请说明为什么没有通过。"}).json()["id"]
    assert send(client, f"/me/data/requests/{other}/withdraw").json() == {"done": True}
    desk = Client()
    sign_in(desk, officer, staff=True)
    (row,) = get(desk, "/data-requests").json()["items"]
    assert (row["id"], row["person"]) == (pid, "林*禾")
    shown = get(desk, f"/data-requests/{pid}/detail").json()
    assert {line["label"] for line in shown["kept"]} >= {"会籍"}
    assert send(desk, f"/data-requests/{pid}/answer", {"answer": "已经删除。"}).status_code == 409
    assert send(desk, f"/data-requests/{pid}/execute", {"answer": "能删除的已经删除。"}).json() == {"done": True}
    assert get(client, f"/me/data/requests/{pid}").json()["answer"] == "能删除的已经删除。"
    assert {row["id"] for row in get(desk, "/data-requests?view=done").json()["items"]} == {pid, other}
    assert all(row["request"] in ("", pid) for row in get(desk, "/data-deletions").json()["items"])
    assert AuditEntry.objects.filter(event="people.rights_answered").exists()


def test_data_is_held_back_by_two_persons(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="林晓禾")
    asker, checker = (world.staff_person("PRIVACY", "county", name) for name in ("韩雪", "周明"))
    sign_in(client, asker, staff=True)
    other = Client()
    sign_in(other, checker, staff=True)
    said = {"name": "林晓禾", "id_number": world.number_of(person), "reason": "法院调取证据通知书"}
    first = send(client, "/data-holds", said).json()["id"]
    assert send(other, f"/data-holds/{first}/withdraw", {}).status_code == 404
    assert send(client, f"/data-holds/{first}/withdraw", {}).json() == {"done": True}
    pid = send(client, "/data-holds", said).json()["id"]
    same = send(client, f"/data-holds/{pid}/agree", {})
    assert same.json()["code"] == "case.same_person"
    assert send(other, f"/data-holds/{pid}/agree", {}).json() == {"done": True}
    assert get(other, f"/data-holds/{pid}").json()["state"] == "IN_FORCE"
    assert [row["id"] for row in get(client, "/data-holds?view=held").json()["items"]] == [pid]


# --- Exports ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_masked_list_leaves_at_once(form: str, world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="林晓禾")
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant", "赵志强"), staff=True)
    answer = get(client, f"/unions/{world['plant'].public_id}/members-file", form=form)
    content = content_of(answer)
    assert f".{form}" in answer["Content-Disposition"]
    assert content.startswith(b"PK" if form == "xlsx" else b"\xef\xbb\xbf")
    if form == "csv":
        assert "林*禾" in content.decode("utf-8-sig")
        assert world.number_of(person) not in content.decode("utf-8-sig")
    assert AuditEntry.objects.filter(event="rosters.exported").count() == 1


def test_a_whole_list_is_asked_for_allowed_and_fetched_by_its_maker(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, _ = world.member(name="林晓禾")
    maker, chair = (
        world.staff_person("GRASS_ADMIN", "plant", "赵志强"),
        world.staff_person("GRASS_CHAIR", "plant", "王主席"),
    )
    sign_in(client, maker, staff=True)
    other = Client()
    sign_in(other, chair, staff=True)
    said = {"union": world["plant"].public_id, "reason": "办理职工医疗互助参保", "form": "csv"}
    pid = send(client, "/member-exports", said).json()["id"]
    assert send(other, f"/member-exports/{pid}/agree", {}).json() == {"done": True}
    work(world)
    found = get(client, f"/member-exports/{pid}/file").json()
    assert (found["rows"], found["state"]) == (1, "done")
    assert get(other, f"/member-exports/{pid}/file").status_code == 404
    assert get(other, f"/files/{found['file']}").status_code == 404
    text = content_of(get(client, f"/files/{found['file']}")).decode("utf-8-sig")
    assert world.number_of(person) in text
