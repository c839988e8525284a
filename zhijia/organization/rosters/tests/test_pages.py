"""A roster through the pages: columns, report, writing, conflicts, the file handed back, exports."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.files.models import StoredFile
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.foundation.workflow import clock as deadlines
from zhijia.foundation.workflow.models import Case, InboxEntry
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from zhijia.kernel.tables import HANDED_BACK
from zhijia.organization.members import selectors as members
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterConflict, RosterFault, RosterLoad
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.services import conflicts, handed_back, loading
from zhijia.organization.transfers.selectors import transfers as transfer_reads
from zhijia.organization.transfers.tests import asking as going

from .asking import settle
from .files import HEADER, csv_file, id_number, person_row, xlsx_file

pytestmark = pytest.mark.django_db


def take(world: World, actor: Actor, file: io.BytesIO, unit: str = "plant") -> RosterLoad:
    return loading.take_file(actor, world.facts(unit), file, "名册.csv", now=world.now)


def check(world: World, actor: Actor, load: RosterLoad, mapping: dict[str, int] | None = None) -> RosterLoad:
    loading.set_mapping(actor, load, mapping or load.mapping, now=world.now)
    load.refresh_from_db()
    jobs.run_slice(load.job, clock=lambda: world.now)
    load.refresh_from_db()
    return load


def write(world: World, actor: Actor, load: RosterLoad) -> RosterLoad:
    jobs.run_slice(loading.start_writing(actor, load, now=world.now), clock=lambda: world.now)
    load.refresh_from_db()
    return load


def loaded(world: World, rows: list[list[str]], unit: str = "plant", header: Any = HEADER) -> tuple[Actor, RosterLoad]:
    actor = world.staff("GRASS_ADMIN" if unit == "plant" else "ORG", unit)
    load = check(world, actor, take(world, actor, csv_file(rows, header), unit))
    return actor, write(world, actor, load)


def test_a_file_goes_from_upload_to_result(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    admin = world.staff_person("GRASS_ADMIN", "plant")
    sign_in(client, admin, staff=True)
    file = csv_file([person_row(1), person_row(2), ["", *person_row(3)[1:]]], ("甲", "证件", "手机", "乙"))
    file.name = "车间.csv"
    sent = client.post(reverse("rosters:loads"), {"file": file})
    page = client.get(sent["Location"])
    assert "对应名册的列" in page.content.decode()
    assert id_number(1) not in page.content.decode()
    load = RosterLoad.objects.get()
    address = reverse("rosters:columns", args=[load.public_id])
    wrong = client.post(address, {"name": "0", "id_number": "0"})
    assert wrong.status_code == 422
    assert "这一列已经选给了另一项" in wrong.content.decode()
    assert client.post(address, {"name": "0"}).status_code == 422
    assert client.post(address, {"name": "0", "id_number": "1", "mobile": "2"}).status_code == 302
    load.refresh_from_db()
    assert client.get(sent["Location"]).status_code == 200
    checking = load.job
    jobs.run_slice(checking, clock=lambda: world.now)
    report = client.get(sent["Location"]).content.decode()
    assert "写入 2 行" in report
    assert "“姓名”没有填写" in report
    assert Membership.objects.count() == 0
    client.post(reverse("rosters:write", args=[load.public_id]))
    load.refresh_from_db()
    jobs.run_slice(load.job, clock=lambda: world.now)
    result = client.get(sent["Location"]).content.decode()
    assert "已写入" in result
    assert Membership.objects.count() == 2
    assert load.job != checking
    for job in (checking, load.job):
        assert client.get(reverse("rosters:of_job", args=[job]))["Location"] == sent["Location"]
    assert Job.objects.get(public_id=load.job).report == {"新增": 2, "有错": 1, "待处理事项": 1}
    listed = client.get(reverse("rosters:loads")).content.decode()
    assert "车间.csv" in listed
    assert "名册待处理" in listed


def test_columns_are_proposed_in_any_order_and_remembered(world: World) -> None:
    actor = world.staff("GRASS_ADMIN", "plant")
    header = ("联系电话", "序号", "身份证", "职工姓名")
    rows = [["13800000001", "1", id_number(1), "林晓禾"]]
    first = take(world, actor, csv_file(rows, header))
    assert first.mapping == {"mobile": 0, "id_number": 2, "name": 3}
    odd = take(world, actor, csv_file(rows, ("一", "二", "三", "四")))
    assert odd.mapping == {}
    check(world, actor, odd, {"name": 3, "id_number": 2})
    assert take(world, actor, csv_file(rows, ("一", "二", "三", "四"))).mapping == {"name": 3, "id_number": 2}


def test_a_refused_row_is_mended_in_the_file_and_loaded_again(world: World, client: Client, sign_in: Any) -> None:
    admin = world.staff_person("GRASS_ADMIN", "plant")
    actor = world.actor(admin, staff=True)
    bad = person_row(2)
    load = check(world, actor, take(world, actor, csv_file([person_row(1), ["", *bad[1:]]])))
    sign_in(client, admin, staff=True)
    for form in ("csv", "xlsx"):
        answer = client.get(reverse("rosters:refused", args=[load.public_id, form]))
        assert answer.status_code == 200
    text = b"".join(client.get(reverse("rosters:refused", args=[load.public_id, "csv"])).streaming_content).decode(
        "utf-8-sig"
    )
    header, row = csv.reader(io.StringIO(text))
    assert header == [*HEADER, *HANDED_BACK]
    assert row[-3:] == ["3", "姓名：“姓名”没有填写，请补充后重新导入。", f"{load.public_id}-3"]
    row[0] = "林晓苗"
    write(world, actor, load)
    conflict = _case("data")
    assert conflict.case.closed_at is None
    again = write(world, actor, check(world, actor, take(world, actor, csv_file([row], header))))
    assert again.figures["added"] == 1
    conflict.refresh_from_db()
    assert (conflict.case.state, bytes(conflict.row_sealed)) == ("RESOLVED", b"")
    assert not InboxEntry.objects.filter(case=conflict.case, closed_at__isnull=True).exists()
    assert AuditEntry.objects.filter(event="rosters.rows").exists()
    other = world.staff("GRASS_ADMIN", "plant", "李另一")
    with pytest.raises(NotFound):
        handed_back.refused_rows(other, load, now=world.now)


def test_a_mark_of_another_unions_row_settles_nothing(world: World) -> None:
    _, load = loaded(world, [["", *person_row(2)[1:]]])
    works = world.open_plant("works", "other_town", name="青岛海滨机械有限公司")
    actor = world.staff("GRASS_ADMIN", "works", "赵志强")
    row = ["林晓苗", id_number(2), "", "", "3", "", f"{load.public_id}-2"]
    theirs = take(
        world, actor, csv_file([row, [*person_row(3), "", "", "nonsense-9"]], [*HEADER, *HANDED_BACK]), "works"
    )
    assert write(world, actor, check(world, actor, theirs)).figures["added"] == 2
    assert Membership.objects.filter(union=works).count() == 2
    assert _case("data").case.state == "TO_MEND"


# --- Conflicts ------------------------------------------------------------------------------------------------------
def _case(kind: str) -> RosterConflict:
    return RosterConflict.objects.get(kind=kind)


def test_a_wrong_number_becomes_a_case_and_is_corrected(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    actor, _ = loaded(world, [["林晓禾", id_number(1)[:-1] + "A", "13800000001", ""], person_row(2)])
    conflict = _case("data")
    assert conflict.case.title == "林*禾"
    assert InboxEntry.objects.get(case=conflict.case).unit_id == world["plant"].pk
    assert id_number(1)[:-1].encode() not in bytes(conflict.row_sealed)
    admin = people.get_facts(actor.person_id or 0)
    sign_in(client, _person(admin.id), staff=True)
    address = reverse("rosters:conflicts:review", args=[conflict.case.public_id])
    page = client.get(address).content.decode()
    assert id_number(1)[:-1] + "A" in page
    assert AuditEntry.objects.filter(event="rosters.row").exists()
    wrong = client.post(address, {"decision": "mend", "name": "林晓禾", "id_number": "3702"})
    assert wrong.status_code == 422
    assert "18位" in wrong.content.decode()
    right = client.post(address, {"decision": "mend", "name": "林晓禾", "id_number": id_number(1)})
    assert right.status_code == 302
    conflict.refresh_from_db()
    assert (conflict.case.state, bytes(conflict.row_sealed)) == ("RESOLVED", b"")
    found = people.find_by_id_number("RESIDENT_ID", id_number(1))
    assert found is not None
    assert Membership.objects.filter(person_id=found.id, union=world["plant"]).count() == 1
    with pytest.raises(WrongState):
        settle(world, actor, conflict.case.public_id)


def _person(key: int) -> Any:
    from zhijia.organization.people.models import Person

    return Person.objects.get(pk=key)


def test_a_member_elsewhere_is_invited_and_never_taken(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, stay = world.member("other_home", "钱在外")
    actor, _ = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    conflict = _case("elsewhere")
    sign_in(client, _person(actor.person_id or 0), staff=True)
    address = reverse("rosters:conflicts:review", args=[conflict.case.public_id])
    assert "邀请本人转会" in client.get(address).content.decode()
    with pytest.raises(Invalid, match=r"roster\.row"):
        settle(world, actor, conflict.case.public_id)
    assert client.post(address, {"decision": "offer"}).status_code == 302
    conflict.case.refresh_from_db()
    assert conflict.case.state == "OFFERED"
    stay.refresh_from_db()
    assert (stay.union_id, stay.until) == (world["other_home"].pk, None)
    case = transfer_reads.open_transfer(person.pk)
    assert case is not None
    assert (case.state, case.unit_id) == ("INVITED", world["plant"].pk)
    going.act(world.actor(person), case.public_id, "confirm", now=world.now)
    stay.refresh_from_db()
    assert stay.until is None
    going.act(actor, case.public_id, "accept", now=world.now)
    assert members.open_stay(person.pk).union_id == world["plant"].pk
    conflict.case.refresh_from_db()
    assert conflict.case.state == "RESOLVED"


def test_whom_a_row_means_is_told_to_its_own_desk_alone(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member("other_home", "钱在外")
    _, load = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    case = _case("elsewhere").case.public_id
    address = f"/api/v1/roster-conflicts/{case}/source"
    for role, unit, status in (("GRASS_ADMIN", "other_home", 404), ("STATS", "county", 403), ("ORG", "county", 200)):
        sign_in(client, world.staff_person(role, unit, "赵志强"), staff=True)
        assert client.get(address).status_code == status
    said = client.get(address).json()
    assert (said["load"], said["person"]["name"]) == (load.public_id, "钱*外")


def test_rows_that_are_alike_are_settled_together(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    people_elsewhere = [world.member("other_home", f"钱在{sign}")[0] for sign in "东南西北"]
    actor, _ = loaded(world, [[person.name, world.number_of(person), "", ""] for person in people_elsewhere])
    sign_in(client, _person(actor.person_id or 0), staff=True)
    shown = client.get(reverse("rosters:conflicts:list")).content.decode()
    assert shown.count('name="pick"') == 4
    address, pids = reverse("rosters:conflicts:ticked"), list(Case.objects.filter(
        workflow="rosters.conflict").values_list("public_id", flat=True))  # fmt: skip
    invited = client.post(address, {"pick": pids[:3], "do": "offer"})
    told = invited.content.decode()
    assert told.count("已邀请，等待本人确认") == 3
    for pid in pids[:3]:  # each is named, and what may still be done about it leads there
        review = reverse("rosters:conflicts:review", args=[pid])
        assert f'href="{review}">不再处理</a>' in told
        assert re.search(rf'<th scope="row"><a href="{review}">钱\*.</a>', told)
    assert client.post(address, {"pick": pids[3:], "do": "dismiss"}).status_code == 422
    client.post(address, {"pick": pids[3:], "do": "dismiss", "note": "已离职，不再登记。"})
    states = Case.objects.filter(workflow="rosters.conflict").order_by("id").values_list("state", flat=True)
    assert list(states) == ["OFFERED"] * 3 + ["DISMISSED"]


def test_an_unknown_employer_is_matched(world: World) -> None:
    header = ("姓名", "身份证号", "单位名称")
    actor, load = loaded(world, [["林晓禾", id_number(1), "鲁东精密分厂"]], "county", (*header, "工会编码"))
    assert load.figures["bad"] == 1  # the county's rows must name their union
    row = ["林晓禾", id_number(1), "鲁东精密分厂", world["home"].code]
    actor, load = loaded(world, [row], "county", (*header, "工会编码"))
    conflict = _case("employer")
    assert conflict.union_id == world["home"].pk
    assert world.employer is not None
    with pytest.raises(Invalid, match=r"employer\.unnamed"):
        settle(world, actor, conflict.case.public_id, "match", employer="0" * 16)
    settle(world, actor, conflict.case.public_id, "match", employer=world.employer.public_id)
    stay = Membership.objects.get()
    assert (stay.employer_id, stay.employer_text) == (world.employer.pk, world.employer.name)


def test_loading_again_opens_no_second_case(world: World) -> None:
    person, _ = world.member("other_home", "钱在外")
    rows = [
        ["钱在外", world.number_of(person), "", ""],
        ["", *person_row(1)[1:]],
        ["错号", "37029919850402001A", "", ""],
    ]
    actor, _ = loaded(world, rows)
    assert RosterConflict.objects.count() == 3
    settle(world, actor, _case("elsewhere").case.public_id, "dismiss", note="本人仍在原单位工作。")
    loaded(world, rows)
    assert RosterConflict.objects.count() == Case.objects.filter(workflow="rosters.conflict").count() == 3


def test_one_file_opens_as_many_cases_as_the_parameter_allows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "most_conflicts", lambda now: 25)
    _, load = loaded(world, [["", *person_row(serial)[1:]] for serial in range(1, 41)])
    assert RosterConflict.objects.count() == 25
    assert load.refused.count() == 40
    assert load.state == "done"


def test_who_corrects_into_a_member_elsewhere_may_invite_him(world: World) -> None:
    person, _ = world.member("other_home", "钱在外")
    number = world.number_of(person)
    actor, _ = loaded(world, [["钱在外", number[:-1] + ("0" if number[-1] != "0" else "1"), "", ""]])
    case = _case("data").case.public_id
    assert settle(world, actor, case, id_number=number).state == "ELSEWHERE"
    assert _case("elsewhere").person_id == person.pk
    assert Membership.objects.count() == 1
    settle(world, actor, case, "offer")
    with pytest.raises(WrongState):
        settle(world, actor, case, "offer")


def test_a_row_is_let_go_only_with_words(world: World) -> None:
    actor, _ = loaded(world, [["", *person_row(1)[1:]]])
    case = _case("data").case.public_id
    with pytest.raises(Invalid):
        settle(world, actor, case, "dismiss", note="不")
    with pytest.raises(WrongState):
        settle(world, actor, case, "offer")
    settle(world, actor, case, "dismiss", note="名册里的空行。")
    assert bytes(_case("data").row_sealed) == b""


def test_an_invitation_nobody_follows_lapses(world: World) -> None:
    person, _ = world.member("other_home", "钱在外")
    actor, _ = loaded(world, [["钱在外", world.number_of(person), "", ""]])
    settle(world, actor, _case("elsewhere").case.public_id, "offer")
    deadlines.fire_due(now=world.now + timedelta(days=31))
    conflict = _case("elsewhere")
    assert conflict.case.state == "DISMISSED"
    assert conflicts.forget_settled(now=world.now + timedelta(days=32)) == 1


# --- Bad files ------------------------------------------------------------------------------------------------------
def _bomb() -> io.BytesIO:
    book = xlsx_file([person_row(1)])
    out = io.BytesIO()
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, source.read(name))
        packed.writestr("xl/media/a.bin", b"\0" * 60_000_000)
    return out


def _merged() -> io.BytesIO:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate((HEADER, person_row(1), person_row(2))):
        sheet.write_row(number, 0, row)
    sheet.merge_range("A2:A3", "林晓禾")
    book.close()
    return out


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (io.BytesIO(b"\xff\xfe" + "姓名,身份证号\n林晓禾,1".encode("utf-16-le")), "table.encoding"),
        (csv_file([person_row(1)], (*HEADER, *(f"列{n}" for n in range(60)))), "table.too_many_columns"),
        (_merged(), "table.merged_cells"),
        (_bomb(), "table.too_large"),
        (io.BytesIO(b"PK\x03\x04nothing"), "table.damaged"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0old"), "table.old_or_locked"),
        (io.BytesIO("姓名,身份证号\n".encode()), "table.no_rows"),
        (io.BytesIO(b""), "table.empty"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_roster_is_refused_whole(world: World, file: io.BytesIO, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        take(world, world.staff("GRASS_ADMIN", "plant"), file)
    assert caught.value.code == code
    assert not RosterLoad.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_bad_upload_is_told_on_the_page(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    sign_in(client, world.staff_person("GRASS_ADMIN", "plant"), staff=True)
    file = _bomb()
    file.seek(0)
    file.name = "a.xlsx"
    answer = client.post(reverse("rosters:loads"), {"file": file})
    assert answer.status_code == 422
    assert "过大" in answer.content.decode()
    assert client.post(reverse("rosters:loads"), {}).status_code == 422


def test_a_million_rows_are_the_provinces_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (rules.most_rows(2), rules.most_rows(3), rules.most_rows(7)) == (1_000_000, 50_000, 50_000)
    monkeypatch.setattr(rules, "ROWS_OF_A_UNION", 30)
    actor = world.staff("GRASS_ADMIN", "plant")
    load = take(world, actor, csv_file([person_row(n) for n in range(1, 40)]))
    check(world, actor, load)
    job = Job.objects.get(public_id=load.job)
    assert (job.state, job.error_code) == ("failed", "table.too_many_rows")
    assert Membership.objects.count() == 0


def test_formulas_and_lost_digits_are_told(world: World) -> None:
    actor = world.staff("GRASS_ADMIN", "plant")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["姓名", "身份证号", "职业"])
    sheet.write_row(1, 0, ["林晓禾", 370299198504020010, "工人"])
    sheet.write_row(2, 0, ["林晓苗", id_number(2)])
    sheet.write_formula(2, 2, "=1+1", None, "-2")
    book.close()
    load = check(world, actor, take(world, actor, out))
    codes = [code for fault in load.refused.order_by("number") for _, code, _ in fault.faults]
    assert codes == ["cell.lost_digits", "cell.formula"]
    rows = [["林晓苗", id_number(2), "+cmd"], ["林晓秀", id_number(3), "\t@x"]]
    load = check(world, actor, take(world, actor, csv_file(rows, ("姓名", "身份证号", "职业"))))
    assert [code for fault in load.refused.all() for _, code, _ in fault.faults] == ["cell.formula", "cell.formula"]


def test_who_may_not_load_is_refused(world: World) -> None:
    file = csv_file([person_row(1)])
    with pytest.raises(NotFound):
        take(world, world.staff("GRASS_ADMIN", "plant"), file, "other_home")
    with pytest.raises(NotAllowed):
        take(world, world.staff("STATS", "county"), file)
    load = take(world, world.staff("GRASS_ADMIN", "plant"), file)
    with pytest.raises(NotFound):
        selectors.get_load(world.staff("ORG", "other_county"), load.public_id)


def test_a_union_that_closed_meanwhile_takes_nobody(world: World) -> None:
    actor = world.staff("GRASS_ADMIN", "plant")
    load = check(world, actor, take(world, actor, csv_file([person_row(1)])))
    assert load.figures["new"] == 1
    plant = world["plant"]
    plant.status = "SUSPENDED"
    plant.save(update_fields=["status"])
    load = write(world, actor, load)
    assert (load.figures.get("added"), load.figures["bad"]) == (None, 1)
    assert load.refused.get().faults[0][1] == "union.closed"


def test_a_checked_file_may_be_dropped_or_mapped_again(world: World) -> None:
    actor = world.staff("GRASS_ADMIN", "plant")
    load = check(world, actor, take(world, actor, csv_file([person_row(1)])))
    load = check(world, actor, load, {"name": 0, "id_number": 1})
    loading.drop_load(actor, load, now=world.now)
    load.refresh_from_db()
    assert load.state == "dropped"
    assert StoredFile.objects.get().dropped_at is not None
    with pytest.raises(WrongState):
        loading.start_writing(actor, load, now=world.now)
    assert loading.forget_old(now=world.now + timedelta(days=31)) == RosterFault.objects.count() == 0
