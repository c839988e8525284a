"""Every page of unions: who sees it, what it costs, and what nonsense in an address or a form answers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.jobs import services as jobs
from zhijia.foundation.jobs.models import Job
from zhijia.kernel.actor import SYSTEM
from zhijia.kernel.codes import check_link
from zhijia.kernel.tables import Column, open_table
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.unions import printing, services
from zhijia.organization.unions.models import CoveredUnit, MemberUnion, Union, UnionLoad

from .test_loading import GOOD, csv_of

NASTY = (
    "-1", "9" * 20, "nan", "\x00", "a" * 3_000, "'", '"><script>x</script>', "莱" * 400, "0" * 16,
)  # fmt: skip


@pytest.fixture
def as_role(
    world: World, client: Client, sign_in: Callable[..., str], clock: Callable[..., None]
) -> Callable[[str, str], Client]:
    """`as_role("ORG", "county")`: the client, signed in and stepped up with this role."""

    def enter(role: str, union: str) -> Client:
        actor = world.staff(role, union)
        sign_in(client, RoleGrant.objects.select_related("person").get(person_id=actor.person_id).person, staff=True)
        return client

    return enter


@pytest.fixture
def org(as_role: Callable[[str, str], Client]) -> Client:
    return as_role("ORG", "county")


def joint(world: World, number: int = 1, **facts: Any) -> Union:
    values = {"name": f"沐浴店镇第{number}联合工会委员会", "type": "JOINT", "level": 7, "region": "370682101000"}
    actor = world.staff("TOWN_WORKER", "town") if number == 1 else None
    return services.open_union(actor or SYSTEM, parent=world["town"], now=world.now, **(values | facts))


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """Every console address that takes a union, with its name."""
    for name in (
        "file", "branch", "edit", "relations", "status", "print_below", "poster", "cover", "uncover",
        "list_member", "unlist_member",
    ):  # fmt: skip
        yield name, reverse(f"unions:{name}", args=[world["plant"].public_id])
    for form in ("png", "svg"):
        yield "code", reverse("unions:code", args=[world["plant"].public_id, form])


# --- The tree -------------------------------------------------------------------------------------------------------
def test_the_tree_opens_one_branch_at_a_time(world: World, org: Client) -> None:
    page = org.get(reverse("unions:tree")).content.decode()
    assert "莱阳市总工会" in page
    assert "沐浴店镇总工会" in page  # one top is open from the start
    assert "鲁东精密" not in page
    opened = org.get(reverse("unions:tree"), {"open": world["town"].public_id}).content.decode()
    assert "鲁东精密" in opened
    assert "网上会员之家" in opened
    assert "烟台市总工会" not in opened.split("<main")[1]  # above his scope
    part = org.get(reverse("unions:branch", args=[world["town"].public_id]), headers={"HX-Request": "true"})
    assert part.content.decode().count("<li") == 3
    shut = org.get(reverse("unions:branch", args=[world["town"].public_id]), {"shut": "1"}).content.decode()
    assert "鲁东精密" not in shut


def test_a_long_branch_goes_on_by_key(world: World, org: Client) -> None:
    for number in range(2, 106):
        joint(world, number)
    page = org.get(reverse("unions:branch", args=[world["town"].public_id])).content.decode()
    assert page.count('class="zj-node"') == 102  # itself, 100 children, the line that goes on
    after = page.split("?after=")[1].split('"')[0]
    further = org.get(reverse("unions:branch", args=[world["town"].public_id]), {"after": after}).content.decode()
    assert further.count('class="zj-node"') == 6
    assert "第105联合工会" in further


def test_search_finds_within_the_scope_only(world: World, org: Client) -> None:
    for text in ("鲁东", "laiyangshilu", "lysldj", world["plant"].code, "91370200MA3C0A123W"):
        assert "鲁东精密" in org.get(reverse("unions:tree"), {"q": text}).content.decode()
    assert "没有找到" in org.get(reverse("unions:tree"), {"q": "八大湖"}).content.decode()
    assert "没有找到" in org.get(reverse("unions:tree"), {"q": "鲁东", "type": "GENERAL"}).content.decode()


# --- The file -------------------------------------------------------------------------------------------------------
def test_the_file_says_what_may_be_done_and_why_not(world: World, as_role: Callable[[str, str], Client]) -> None:
    page = as_role("GRASS_ADMIN", "plant").get(reverse("unions:file", args=[world["plant"].public_id])).content.decode()
    assert "莱阳市鲁东精密机械有限公司工会委员会" in page
    assert reverse("unions:edit", args=[world["plant"].public_id]) in page
    assert "您的岗位没有这项权限" in page
    assert reverse("unions:relations", args=[world["plant"].public_id]) not in page


def test_tabs_belong_to_the_type(world: World, org: Client) -> None:
    expected = {"plant": ("", "covered", "code"), "town": ("",), "home": ("", "code")}
    for key, tabs in expected.items():
        address = reverse("unions:file", args=[world[key].public_id])
        for tab in ("", "covered", "members", "code"):
            status = org.get(address, {"tab": tab} if tab else {}).status_code
            assert status == (200 if tab in tabs else 404), (key, tab)


def test_employers_are_added_and_removed_on_the_page(world: World, org: Client) -> None:
    union = joint(world)
    address = reverse("unions:cover", args=[union.public_id])
    added = org.post(address, {"credit_code": "81370682MC0A0002XA", "name": "莱阳市第二机械厂", "headcount": "30"})
    assert added.status_code == 302
    page = org.get(added.headers["Location"]).content.decode()
    assert "莱阳市第二机械厂" in page
    row = CoveredUnit.objects.get(union=union, until=None)
    removed = org.post(reverse("unions:uncover", args=[union.public_id]), {"row": str(row.pk)})
    assert removed.status_code == 302
    assert not CoveredUnit.objects.filter(union=union, until=None).exists()
    taken = org.post(address, {"credit_code": "91370200MA3C0A123W", "name": ""})
    assert taken.status_code == 409
    assert "鲁东精密" in taken.content.decode()


def test_a_federation_lists_members_on_the_page(world: World, org: Client) -> None:
    federation = joint(world, name="沐浴店镇机械行业工会联合会", type="IND_FED", level=6)
    address = reverse("unions:list_member", args=[federation.public_id])
    assert org.post(address, {"code": world["plant"].code}).status_code == 302
    page = org.get(reverse("unions:file", args=[federation.public_id]), {"tab": "members"}).content.decode()
    assert "鲁东精密" in page
    assert org.post(address, {"code": world["plant"].code}).status_code == 409
    assert org.post(address, {"code": "0" * 16}).status_code == 422
    row = MemberUnion.objects.get()
    assert org.post(reverse("unions:unlist_member", args=[federation.public_id]), {"row": row.pk}).status_code == 302


# --- Changing -------------------------------------------------------------------------------------------------------
def test_a_union_is_opened_in_two_steps(world: World, as_role: Callable[[str, str], Client]) -> None:
    client = as_role("TOWN_WORKER", "town")
    assert "沐浴店镇总工会" in client.get(reverse("unions:new")).content.decode()
    address = f"{reverse('unions:new')}?parent={world['town'].public_id}"
    form = {"type": "GRASSROOTS", "name": "莱阳市第二机械厂工会委员会", "employer_code": "81370682MC0A0002XA"}
    bad = client.post(address, form)
    assert bad.status_code == 422
    assert "没有登记过这个单位" in bad.content.decode()
    done = client.post(address, {**form, "employer_name": "莱阳市第二机械厂", "founded_on": "2026-01-01"})
    assert done.status_code == 302
    union = Union.objects.get(name="莱阳市第二机械厂工会委员会")
    assert done.headers["Location"] == reverse("unions:file", args=[union.public_id])
    assert union.employer is not None
    assert union.employer.name == "莱阳市第二机械厂"
    twice = client.post(address, {**form, "employer_name": "莱阳市第二机械厂"})
    assert twice.status_code == 409


def test_without_a_script_the_region_goes_down_by_a_button(world: World, org: Client) -> None:
    address = f"{reverse('unions:new')}?parent={world['county'].public_id}"
    shown = org.post(address, {"name": "写到一半", "region": "", "region_down": "1", "type": "GENERAL", "level": "5"})
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "写到一半" in page
    assert "团旺镇" in page
    done = org.post(address, {"name": "团旺镇总工会", "region": "370682102000", "type": "GENERAL", "level": "5"})
    assert done.status_code == 302
    assert Union.objects.filter(region="370682102000").count() == 2


def test_editing_relating_and_suspending_work_and_tell_what_is_wrong(world: World, org: Client) -> None:
    pid = world["plant"].public_id
    edit = reverse("unions:edit", args=[pid])
    assert "version" in org.get(edit).content.decode()
    assert org.post(edit, {"version": "1", "phone": "0535-7200000"}).status_code == 302
    assert org.post(edit, {"version": "1", "phone": "0535-7200000"}).status_code == 409
    assert org.post(edit, {"version": "2", "phone": "12"}).status_code == 422
    relations = reverse("unions:relations", args=[pid])
    assert org.post(relations, {"version": "2", "industry_parent": world["county"].code}).status_code == 422
    assert org.post(relations, {"version": "2", "fund_parent": world["county"].code}).status_code == 302
    status = reverse("unions:status", args=[pid])
    assert org.post(status, {"reason": "短"}).status_code == 422
    assert org.post(status, {"reason": "换届整顿，暂停受理"}).status_code == 302
    assert world["plant"].status == "SUSPENDED"
    assert "恢复工会" in org.get(status).content.decode()


# --- Rosters --------------------------------------------------------------------------------------------------------
def upload(client: Client, *rows: dict[str, str], name: str = "名册.csv") -> Any:
    file = csv_of(*rows)
    file.name = name
    return client.post(reverse("unions:load"), {"file": file})


def test_a_file_is_checked_written_and_its_result_stays(world: World, org: Client) -> None:
    assert "下载模板" in org.get(reverse("unions:load")).content.decode()
    answer = upload(org, GOOD, {**GOOD, "name": "短", "phone": "1"})
    assert answer.status_code == 302
    report = org.get(answer.headers["Location"]).content.decode()
    assert "写入 1 行" in report
    assert "4 到 60" in report
    load = UnionLoad.objects.get()
    bad = b"".join(org.get(reverse("unions:load_bad", args=[load.public_id, "csv"])).streaming_content).decode(
        "utf-8-sig"
    )
    rows = list(csv.DictReader(io.StringIO(bad)))
    assert [(row["工会名称"], row["联系电话"], row["原行号"]) for row in rows] == [("短", "1", "3")]
    assert "联系电话：" in rows[0]["错误原因"]
    assert org.get(reverse("unions:load_bad", args=[load.public_id, "xlsx"])).status_code == 200
    assert org.post(reverse("unions:load_write", args=[load.public_id])).status_code == 302
    load.refresh_from_db()
    going = org.get(answer.headers["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in going
    jobs.run_slice(load.job, clock=lambda: world.now)
    done = org.get(answer.headers["Location"]).content.decode()
    assert "已写入" in done
    of_job = org.get(reverse("unions:load_of_job", args=[load.job]))
    assert of_job.headers["Location"] == answer.headers["Location"]
    part = org.get(reverse("jobs:job", args=[load.job]), headers={"HX-Request": "true"}).content.decode()
    assert reverse("unions:load_of_job", args=[load.job]) in part
    assert "名册.csv" in org.get(reverse("unions:load")).content.decode()


def test_a_mended_file_of_faulty_rows_can_be_uploaded_as_it_is(world: World, org: Client) -> None:
    upload(org, {**GOOD, "phone": "1"})
    load = UnionLoad.objects.get()
    handed_back = b"".join(org.get(reverse("unions:load_bad", args=[load.public_id, "csv"])).streaming_content)
    mended = io.BytesIO(handed_back.replace(b",1,", b",0535-7200000,"))
    mended.name = "改好.csv"
    answer = org.post(reverse("unions:load"), {"file": mended})
    assert "写入 1 行" in org.get(answer.headers["Location"]).content.decode()


def test_what_is_no_file_is_told_on_the_page(world: World, org: Client) -> None:
    assert org.post(reverse("unions:load"), {}).status_code == 422
    for content in (b"", b"\x00\x01", b"PK\x03\x04xx", "甲,乙\n1,2".encode()):
        file = io.BytesIO(content)
        file.name = "x.xlsx"
        answer = org.post(reverse("unions:load"), {"file": file})
        assert answer.status_code == 422
        assert "。" in answer.content.decode()
    assert not UnionLoad.objects.exists()


def test_the_template_is_a_file_that_loads(world: World, org: Client) -> None:
    content = b"".join(org.get(reverse("unions:load_template")).streaming_content)
    table = open_table(io.BytesIO(content), [Column("name", ("工会名称",), required=True)])
    assert [row.values["name"] for row in table.rows()] == ["（示例）莱阳市某某机械有限公司工会委员会"]


def test_an_export_holds_the_scope_and_is_noted(world: World, as_role: Callable[[str, str], Client]) -> None:
    Union.objects.filter(pk=world["plant"].pk).update(address="=cmd|'/c calc'!A1")
    client = as_role("ORG", "county")
    answer = client.post(reverse("unions:export"), {"format": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["工会名称"] for row in rows] == [world[key].name for key in ("county", "town", "home", "plant")]
    assert rows[3]["地址"].startswith("'=")
    assert (rows[3]["单位名称"], rows[3]["上级工会名称"]) == ("莱阳市鲁东精密机械有限公司", "沐浴店镇总工会")
    assert AuditEntry.objects.filter(event="unions.export", unit_id=world["county"].pk).count() == 1
    xlsx = client.post(reverse("unions:export"), {"format": "xlsx"})
    content = b"".join(xlsx.streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert client.post(reverse("unions:export"), {"format": "exe"}).status_code == 302
    foreign = f"{reverse('unions:export')}?unit={world['other_county'].public_id}"
    assert client.post(foreign, {"format": "csv"}).status_code == 404


# --- Codes ----------------------------------------------------------------------------------------------------------
def test_the_code_leads_to_the_signed_address(world: World, org: Client, settings: Any) -> None:
    address = printing.join_address(world["plant"].code)
    code, signature = address.rsplit("/j/")[1].split("?s=")
    check_link("join", code, signature, settings.ZHIJIA_KEYS.print_keys)
    assert address.startswith(settings.ZHIJIA_PUBLIC_URL)
    png = org.get(reverse("unions:code", args=[world["plant"].public_id, "png"]))
    assert png.content.startswith(b"\x89PNG")
    svg = org.get(reverse("unions:code", args=[world["plant"].public_id, "svg"]), {"save": "1"})
    assert svg.content.startswith(b"<svg")
    assert "attachment" in svg.headers["Content-Disposition"]


def test_the_poster_is_one_page_with_chinese_letters(world: World, org: Client) -> None:
    answer = org.get(reverse("unions:poster", args=[world["plant"].public_id]))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type /Page/") <= 1
    assert "CJK" in _objects(answer.content)  # a font with Han letters lies inside
    assert org.get(reverse("unions:poster", args=[world["town"].public_id])).status_code == 404


def _objects(pdf: bytes) -> str:
    """A PDF's compressed objects in the clear, as far as they are text."""
    clear = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            clear.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b" ".join(clear).decode("latin-1")


def test_codes_of_a_subtree_come_as_one_zip(world: World, org: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    order = reverse("unions:print_below", args=[world["county"].public_id])
    assert "2 个可以入会的工会" in org.get(order).content.decode()
    for form, start in (("png", b"\x89PNG"), ("poster", b"%PDF")):
        page = org.post(order, {"form": form}).headers["Location"]
        assert "hx-get" in org.get(page).content.decode()
        job = Job.objects.order_by("-pk")[0]
        early = org.get(reverse("unions:print_zip", args=[job.public_id]))
        assert early.status_code == 409
        jobs.run_slice(job.public_id, clock=lambda: world.now)
        assert "下载压缩包" in org.get(page).content.decode()
        answer = org.get(reverse("unions:print_zip", args=[job.public_id]))
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert archive.testzip() is None
        assert [name.split("-")[0] for name in archive.namelist()] == sorted([world["home"].code, world["plant"].code])
        assert all(archive.read(name).startswith(start) for name in archive.namelist())
    assert org.post(order, {"form": "exe"}).status_code == 302


def test_a_print_order_is_its_owners(
    world: World, org: Client, as_role: Callable[[str, str], Client], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    page = org.post(reverse("unions:print_below", args=[world["county"].public_id]), {"form": "png"}).headers[
        "Location"
    ]
    foreign = as_role("ORG", "other_county")
    assert foreign.get(page).status_code == 404
    assert foreign.get(f"{page}/codes.zip").status_code == 404


# --- Doors ----------------------------------------------------------------------------------------------------------
def test_a_foreign_cadre_gets_404_everywhere(world: World, as_role: Callable[[str, str], Client]) -> None:
    client = as_role("ORG", "other_county")
    for name, address in addresses(world):
        for answer in (client.get(address), client.post(address, {"reason": "x"})):
            assert answer.status_code in {404, 405}, (name, answer.status_code)
    assert client.get(reverse("unions:tree"), {"open": world["plant"].public_id}).status_code == 404
    assert client.get(reverse("unions:new"), {"parent": world["town"].public_id}).status_code == 404


def test_a_foreign_id_answers_as_a_random_one(world: World, as_role: Callable[[str, str], Client]) -> None:
    client = as_role("ORG", "other_county")
    for name in ("file", "edit", "status", "relations", "poster"):
        foreign = client.get(reverse(f"unions:{name}", args=[world["plant"].public_id]))
        random = client.get(reverse(f"unions:{name}", args=["0" * 16]))
        assert foreign.status_code == random.status_code == 404


def test_a_visitor_and_a_member_see_no_console(world: World, client: Client, sign_in: Callable[..., str]) -> None:
    listed = [address for _, address in addresses(world)] + [
        reverse(f"unions:{name}") for name in ("tree", "new", "load", "export")
    ]
    for address in listed:
        assert client.get(address).status_code in {302, 401, 404, 405}
    sign_in(client, world.person())
    for address in listed:
        assert client.get(address).status_code in {302, 401, 403, 404, 405}


def test_a_right_that_is_missing_is_refused_within_the_scope(
    world: World, as_role: Callable[[str, str], Client]
) -> None:
    client = as_role("STATS", "county")
    for name in ("edit", "relations", "status", "print_below", "poster"):
        assert client.get(reverse(f"unions:{name}", args=[world["plant"].public_id])).status_code == 403, name
    for name in ("new", "load"):
        assert client.get(reverse(f"unions:{name}")).status_code == 403
    assert client.get(reverse("unions:file", args=[world["plant"].public_id])).status_code == 200


# --- Nonsense -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("value", NASTY)
def test_nonsense_in_an_address_never_breaks_a_page(world: World, org: Client, value: str) -> None:
    union = joint(world)
    queries = (
        (reverse("unions:tree"), ("q", "open", "type", "after")),
        (reverse("unions:new"), ("q", "parent")),
        (reverse("unions:load"), ("unit",)),
        (reverse("unions:export"), ("unit",)),
        (reverse("unions:branch", args=[world["town"].public_id]), ("after", "shut")),
        (reverse("unions:file", args=[union.public_id]), ("tab",)),
        (reverse("unions:code", args=[union.public_id, "svg"]), ("save",)),
        (f"{reverse('unions:file', args=[union.public_id])}?tab=covered", ("after",)),
    )
    for address, names in queries:
        for name in names:
            answer = org.get(f"{address}{'&' if '?' in address else '?'}{urlencode({name: value})}")
            assert answer.status_code in {200, 400, 404, 422}, (address, name, answer.status_code)
    shape = quote(value, safe="")
    for prefix in ("/unions/", "/console/unions/", "/console/unions/import/", "/console/unions/prints/"):
        assert org.get(f"{prefix}{shape}").status_code in {400, 404}
    for tail in ("branch", "edit", "code.png", "code.exe", "poster.pdf"):
        assert org.get(f"/console/unions/{shape}/{tail}").status_code in {400, 404}


@pytest.mark.parametrize("value", NASTY)
def test_nonsense_in_a_form_never_breaks_a_page(world: World, org: Client, value: str) -> None:
    union = joint(world)
    fields = {
        "cover": ("credit_code", "name", "headcount"), "uncover": ("row",), "list_member": ("code",),
        "unlist_member": ("row",), "edit": ("version", "phone", "address", "hours", "notice"),
        "relations": ("version", "industry_parent", "fund_parent"),
        "print_below": ("form",),
    }  # fmt: skip
    for name, keys in fields.items():
        address = reverse(f"unions:{name}", args=[union.public_id])
        answer = org.post(address, {"version": "1", "reason": "区划调整文件"} | dict.fromkeys(keys, value))
        assert answer.status_code in {200, 302, 404, 409, 422}, (name, answer.status_code)
    new = f"{reverse('unions:new')}?parent={world['town'].public_id}"
    for key in (
        "type", "name", "level", "region", "founded_on", "credit_code", "phone", "address", "hours", "employer_code",
        "employer_name", "idempotency_key",
    ):  # fmt: skip
        form = {"type": "JOINT", "name": "某某联合工会委员会"} | {key: value}
        assert org.post(new, form).status_code in {302, 409, 422}, key


# --- Budgets --------------------------------------------------------------------------------------------------------
def test_pages_cost_the_same_queries_for_3_and_30_rows(
    world: World, org: Client, client: Client, django_assert_max_num_queries: Any
) -> None:
    union = joint(world)
    federation = joint(world, name="沐浴店镇机械行业工会联合会", type="IND_FED", level=6)
    address = reverse("unions:file", args=[union.public_id])
    pages = (
        f"{reverse('unions:tree')}?open={world['town'].public_id}",
        reverse("unions:branch", args=[world["town"].public_id]),
        f"{reverse('unions:tree')}?q=沐浴店镇第",
        f"{address}?tab=covered",
        f"{reverse('unions:file', args=[federation.public_id])}?tab=members",
        reverse("unions:load"),
        reverse("unions:public", args=[union.public_id]),
        f"{reverse('unions:new')}?q=镇",
    )
    counts: dict[str, list[int]] = {page: [] for page in pages}
    made = 0
    for many in (3, 30):
        while made < many:
            made += 1
            services.list_member_union(
                world.staff("ORG", "county"), federation, joint(world, 100 + made).code, now=world.now
            )
            services.cover_named(
                world.staff("ORG", "county"), union, credit_code=_credit_code(made), name=f"单位{made}", now=world.now
            )
            upload(org, {**GOOD, "name": "x"}, name=f"名册{made}.csv")
        for page in pages:
            org.get(page)
            with django_assert_max_num_queries(40) as queries:
                assert org.get(page).status_code == 200
            counts[page].append(len(queries))
    assert {page: (few, most) for page, (few, most) in counts.items() if few != most} == {}


def _credit_code(number: int) -> str:
    """A valid credit code of an invented employer."""
    from stdnum.cn import uscc

    from zhijia.kernel.identifiers import organization_check_character

    body = f"MA3C{number:04d}"
    first = f"91370682{body}{organization_check_character(body)}"
    return first + str(uscc.calc_check_digit(first + "0"))
