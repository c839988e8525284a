"""`zhijia init`: a platform begins, once, with administrators who are different people."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from stdnum.cn import ric

from tests.parallel import together
from tests.world import World, build_regions
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.services import factors
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.regions.models import Region
from zhijia.foundation.ui.site import read_site
from zhijia.foundation.workflow.models import Case
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, WrongState, ZhijiaError
from zhijia.kernel.health import Grade
from zhijia.organization.access import founding, health
from zhijia.organization.access.actors import actor_of
from zhijia.organization.access.cases import GRANTS
from zhijia.organization.access.founding import Administrator, Answers
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.people.models import Person
from zhijia.organization.people.sources import Answer, Outcome
from zhijia.organization.unions.models import Union

pytestmark = pytest.mark.django_db

POSTS = ("system", "security", "security", "audit")
NAMES = ("郑凯", "周明", "吴静", "何亮")


def id_number(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


@pytest.fixture
def regions(db: None) -> None:
    build_regions()


@pytest.fixture
def answers() -> Answers:
    people = (
        Administrator(post, name, id_number(f"37060219800101{place:02d}3"), f"1380000010{place}")
        for place, (post, name) in enumerate(zip(POSTS, NAMES, strict=True), 1)
    )
    return Answers(tuple(people), {"owner": "山东省总工会", "name": "职家"})


@pytest.fixture
def begin(regions: None, answers: Answers, now: datetime, tmp_path: Path) -> Any:
    def found(given: Answers = answers, **keywords: Any) -> founding.Founded:
        return founding.found(given, now=now, site_file=tmp_path / "site.json", **keywords)

    return found


def nothing_was_written(tmp_path: Path) -> bool:
    kept = (Account, Person, RoleGrant, Union, Case, AuditEntry)
    return not any(model.objects.exists() for model in kept) and not (tmp_path / "site.json").exists()


def test_it_makes_the_tree_the_administrators_and_the_names(begin, now, tmp_path):
    done = begin()
    assert done.unions == 8
    assert Union.objects.filter(type="ONLINE_HOME").count() == 3
    grants = RoleGrant.objects.select_related("union", "person").order_by("id")
    assert [grant.role for grant in grants] == ["OPERATOR", "SECURITY_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN"]
    assert {grant.union.level for grant in grants} == {2}
    assert all(grant.in_force and grant.person.real_name_level == 3 and grant.person.account_id for grant in grants)
    assert read_site(tmp_path / "site.json") == {"owner": "山东省总工会", "name": "职家"}
    assert [found.grade for found in health.administrators_stand(now)] == [Grade.GOOD]


def test_the_trail_tells_all_of_it_and_no_number(begin, answers):
    begin()
    assert AuditEntry.objects.filter(event="access.founded").count() == 1
    firsts = AuditEntry.objects.filter(event="access.first_admin")
    assert set(firsts.values_list("concerns_person_id", flat=True)) == set(
        RoleGrant.objects.values_list("person_id", flat=True)
    )
    assert Case.objects.filter(workflow="access.grant", state="IN_FORCE").count() == 4
    told = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert not [each for each in answers.administrators if each.id_number in told or each.mobile in told]


def test_it_happens_once(begin):
    begin()
    with pytest.raises(WrongState) as refused:
        begin()
    assert refused.value.code == "init.done"
    assert RoleGrant.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_refused(begin):
    out = together([begin, begin])
    assert len(out.values) == 1
    assert [type(error).__name__ for error in out.errors] == ["WrongState"]
    assert RoleGrant.objects.count() == 4


def test_roles_that_ended_do_not_open_the_door_again(begin):
    begin()
    RoleGrant.objects.update(in_force=False)
    with pytest.raises(WrongState):
        begin()


def change(answers: Answers, place: int, **values: str) -> Answers:
    rows = list(answers.administrators)
    rows[place] = replace(rows[place], **values)
    return Answers(tuple(rows), answers.site)


def test_no_person_holds_two_of_the_posts(begin, answers, tmp_path):
    himself = answers.administrators[0]
    same = change(answers, 3, name=himself.name, id_number=himself.id_number.lower())
    for given in (same, change(answers, 3, mobile=f"+86 {himself.mobile}")):
        with pytest.raises(Invalid) as refused:
            begin(given)
        assert refused.value.code == "init.same_person"
    assert nothing_was_written(tmp_path)


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_every_post_is_filled_and_security_twice(begin, answers, tmp_path, missing):
    rows = tuple(each for place, each in enumerate(answers.administrators) if place != missing)
    with pytest.raises(Invalid) as refused:
        begin(Answers(rows))
    assert refused.value.code == "init.missing"
    assert nothing_was_written(tmp_path)


class Says:
    def __init__(self, outcome: Outcome, *, after: int = 0) -> None:
        self.outcome, self.left = outcome, after

    def check(self, name: str, id_type: str, number: str) -> Answer:
        self.left -= 1
        return Answer(Outcome.MATCHED if self.left >= 0 else self.outcome, "test")


@pytest.mark.parametrize("outcome", [Outcome.MISMATCH, Outcome.UNAVAILABLE])
def test_an_authority_that_does_not_agree_leaves_nothing_behind(begin, tmp_path, outcome):
    with pytest.raises((Invalid, RuleBroken)):
        begin(source=Says(outcome, after=3))
    assert nothing_was_written(tmp_path)


def test_a_tree_that_stands_already_is_kept(world, answers, now, tmp_path):
    before = Union.objects.count()
    done = founding.found(answers, now=now, site_file=tmp_path / "site.json")
    assert (done.unions, Union.objects.count()) == (0, before)


def test_the_tree_of_another_province_is_told(world, answers, now, settings, tmp_path):
    Region.objects.filter(code="370000000000").update(code="320000000000")
    settings.ZHIJIA_PROVINCE = "32"
    with pytest.raises(NotFound) as refused:
        founding.found(answers, now=now, site_file=tmp_path / "site.json")
    assert refused.value.code == "init.province"


def test_the_two_security_administrators_can_give_the_next_role(begin, now):
    begin()
    first, second = RoleGrant.objects.filter(role="SECURITY_ADMIN").order_by("id")
    audit = RoleGrant.objects.get(role="AUDIT_ADMIN")
    asker, checker = (actor_of(grant.person.account_id, today=first.since, staff=True) for grant in (first, second))
    person = World(now).person("李一")
    asked = open_case(
        GRANTS,
        asker,
        {
            "person": person.public_id,
            "role": "OPERATOR",
            "union": audit.union.public_id,
            "since": first.since,
            "until": first.until,
            "reason": "第二位系统管理员",
        },
        now=now,
    )
    act(GRANTS, checker, asked, "agree", now=now)
    assert RoleGrant.objects.filter(role="OPERATOR", in_force=True).count() == 2


def test_each_walks_from_his_link_to_the_console(begin, client: Client, texts, clock, now):
    done = begin()
    sent = texts()
    assert len([body for _number, body in sent if "/console/invitation/" in body]) == 4
    link = urlsplit(done.invited[0].link).path
    assert any(link in body for _number, body in sent)
    client.get(link)
    client.post("/m/sign-in", {"send": "sms", "mobile": "13800000101"})
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    given = {"mobile": "13800000101", "code": code, "privacy": "on", "agreement": "on", "next": "/console/set-up"}
    assert client.post("/m/sign-in", given)["Location"] == "/console/set-up"
    client.post("/console/set-up", {"password": "清晨-的-烟台-2026", "again": "清晨-的-烟台-2026"})
    page = client.get("/console/set-up").content.decode()
    secret = re.search(r'zj-enrol-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    shown = client.post("/console/set-up", {"code": factors.totp_code(secret, int(now.timestamp()) // 30)})
    assert shown.status_code == 200
    desk = client.get("/console/")
    assert desk.status_code == 200
    assert "运行状况" in desk.content.decode()


def test_a_link_opens_nothing_for_another_of_them(begin, client: Client, sign_in, clock):
    done = begin()
    other = Person.objects.get(name="何亮")
    sign_in(client, other)
    client.get(urlsplit(done.invited[0].link).path)
    assert client.get("/console/set-up").status_code == 403


# --- The command ----------------------------------------------------------------------------------------------------
def as_toml(answers: Answers) -> str:
    rows = "".join(
        f'[[administrators]]\npost = "{each.post}"\nname = "{each.name}"\nid_number = "{each.id_number}"\n'
        f'mobile = "{each.mobile}"\n'
        for each in answers.administrators
    )
    return '[site]\nowner = "山东省总工会"\n' + rows


@pytest.fixture
def run(regions: None, settings: Any, tmp_path: Path) -> Any:
    settings.ZHIJIA_SITE_FILE = tmp_path / "site.json"

    def command(text: str, *arguments: str) -> str:
        file = tmp_path / "answers.toml"
        file.write_text(text, encoding="utf-8")
        out = io.StringIO()
        call_command("init", "--answers", str(file), *arguments, stdout=out)
        return out.getvalue()

    return command


def test_by_a_file_with_links_on_paper_only_where_asked(run, answers):
    told = run(as_toml(answers), "--print-links")
    assert told.count("/console/invitation/") == 4
    assert not [each for each in answers.administrators if each.id_number in told or each.mobile in told]


def test_without_being_asked_no_link_is_printed(run, answers):
    assert "/console/invitation/" not in run(as_toml(answers))


@pytest.mark.parametrize(
    "text", ["no toml at all", "[sites]\n", '[site]\ncolour = "red"\n', '[[administrators]]\npost = "system"\n', ""]
)
def test_a_file_that_says_something_else_is_told_and_writes_nothing(run, tmp_path, text):
    with pytest.raises(CommandError):
        run(text)
    assert nothing_was_written(tmp_path)


def test_by_questions_a_slip_is_asked_again(regions, answers, settings, tmp_path, monkeypatch):
    settings.ZHIJIA_SITE_FILE = tmp_path / "site.json"
    said = ["山东省", "", "", "", "", ""]
    for place, each in enumerate(answers.administrators):
        if place == 0:
            said += [each.name, "370602198001011230"]  # a wrong check digit
        said += [each.name, each.id_number]
        said += ["1380000", each.mobile] if place == 0 else [each.mobile]
    said.append("是")
    left = iter(said)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(left))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    call_command("init", stdout=io.StringIO())
    assert next(left, None) is None
    assert read_site(tmp_path / "site.json")["owner"] == "山东省总工会"
    assert RoleGrant.objects.count() == 4


def test_without_a_terminal_it_asks_for_the_file(regions, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(CommandError, match="--answers"):
        call_command("init")


def test_saying_no_writes_nothing(regions, answers, settings, tmp_path, monkeypatch):
    settings.ZHIJIA_SITE_FILE = tmp_path / "site.json"
    said = ["山东省", "", "", "", "", ""]
    for each in answers.administrators:
        said += [each.name, each.id_number, each.mobile]
    left = iter([*said, "否"])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(left))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    with pytest.raises(CommandError):
        call_command("init", stdout=io.StringIO())
    assert nothing_was_written(tmp_path)


def test_every_refusal_has_a_stable_code(begin, answers):
    for given in (Answers(()), change(answers, 0, post="boss"), change(answers, 0, mobile="1")):
        with pytest.raises(ZhijiaError) as refused:
            begin(given)
        assert "." in refused.value.code
