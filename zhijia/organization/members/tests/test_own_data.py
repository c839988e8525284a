"""What is a member's own he changes at once; figures follow, his union sees it, nobody else can."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.ui.listing import Query
from zhijia.kernel.errors import Invalid, NotAllowed, WrongState
from zhijia.organization.changes.tests import asking
from zhijia.organization.changes.tests.asking import Given
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members import selectors
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.models import EventKind, Membership, MembershipEvent
from zhijia.organization.members.selectors import own_data as reads
from zhijia.organization.members.services.own_data import change_own
from zhijia.organization.people import selectors as people
from zhijia.organization.people.models import Person
from zhijia.organization.people.rules import Profile
from zhijia.organization.statistics import selectors as figures

pytestmark = pytest.mark.django_db

RIDER = Work("platform", employer_text="美团", new_form_group="FOOD_RIDER", occupation="骑手")
TOLD = Profile("08", "21", "13", rural_hukou=True)


def counts(world: World, union: str = "plant") -> dict[str, int]:
    names = ("members", "migrant", "new_form", "dispatched", "female", "retained", "joined")
    figure = figures.current(world[union].pk, world[union].path)
    return {name: figure.get(name, 0) for name in names if figure.get(name, 0)}


def test_it_stands_at_once_and_the_figures_follow(world: World) -> None:
    person, stay = world.member()
    before = counts(world)
    assert before == {"members": 1, "female": 1, "joined": 1}
    changed = change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    assert changed == {
        "work_form", "new_form_group", "employer_text", "occupation", "is_migrant",
        "ethnicity", "education", "political_status", "rural_hukou",
    }  # fmt: skip
    stay.refresh_from_db()
    assert (stay.work_form, stay.new_form_group, stay.occupation, stay.is_migrant) == (
        "platform", "FOOD_RIDER", "骑手", True,
    )  # fmt: skip
    facts = people.get_facts(person.pk)
    assert (facts.ethnicity, facts.education, facts.political_status, facts.rural_hukou) == ("08", "21", "13", True)
    assert counts(world) == before | {"migrant": 1, "new_form": 1}
    assert counts(world, "province")["migrant"] == 1, "the figures above follow too"
    change_own(world.actor(person), OwnData(Profile(), Work("dispatched", employer_text="某劳务公司")), now=world.now)
    assert counts(world) == before | {"dispatched": 1}


def test_the_event_is_a_correction_of_balance_nought_that_tells_no_words_of_his(world: World) -> None:
    person, _ = world.member()
    change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    event = MembershipEvent.objects.get(kind=EventKind.CORRECTED)
    assert (event.person_by, event.person_id) == (person.pk, person.pk)
    assert event.before == {
        "work_form": "employed", "new_form_group": "", "employer_text": "*", "occupation": "*", "is_migrant": False,
    }  # fmt: skip
    assert event.after["work_form"] == "platform"
    assert (event.after["employer_text"], event.after["occupation"]) == ("*", "*")
    assert {row.event for row in AuditEntry.objects.filter(concerns_person_id=person.pk)} >= {
        "members.own_data", "people.profile_changed",
    }  # fmt: skip
    assert figures.current(world["plant"].pk, world["plant"].path)["joined"] == 1


def test_a_recorded_employer_is_matched(world: World) -> None:
    person, stay = world.member()
    assert world.employer is not None
    change_own(world.actor(person), OwnData(Profile(), Work("employed", world.employer.name)), now=world.now)
    stay.refresh_from_db()
    assert (stay.employer_id, stay.employer_text) == (world.employer.pk, world.employer.name)
    change_own(world.actor(person), OwnData(Profile(), Work("employed", "没有登记的小店")), now=world.now)
    stay.refresh_from_db()
    assert (stay.employer_id, stay.employer_text) == (None, "没有登记的小店")


def test_the_same_again_writes_nothing(world: World) -> None:
    person, _ = world.member()
    said = OwnData(TOLD, RIDER)
    change_own(world.actor(person), said, now=world.now)
    rows = AuditEntry.objects.count(), MembershipEvent.objects.count()
    assert change_own(world.actor(person), said, now=world.now) == frozenset()
    assert (AuditEntry.objects.count(), MembershipEvent.objects.count()) == rows


def test_a_group_goes_with_platform_work_only(world: World) -> None:
    person, stay = world.member()
    change_own(world.actor(person), OwnData(Profile(), RIDER), now=world.now)
    change_own(world.actor(person), OwnData(Profile(), replace(RIDER, work_form="employed")), now=world.now)
    stay.refresh_from_db()
    assert stay.new_form_group == ""
    assert "new_form" not in counts(world)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (OwnData(TOLD, Work("platform")), {"new_form_group"}),
        (OwnData(TOLD, Work("employed")), {"employer_text"}),
        (OwnData(TOLD, Work("sleeping", employer_text="x")), {"work_form"}),
        (OwnData(Profile("99", "05", "14"), RIDER), {"ethnicity", "education", "political_status"}),
        (OwnData(Profile(education="05"), Work("employed")), {"education", "employer_text"}),
    ],
)
def test_what_is_wrong_is_told_together_and_nothing_changes(world: World, said: OwnData, fields: set[str]) -> None:
    person, stay = world.member()
    with pytest.raises(Invalid) as refused:
        change_own(world.actor(person), said, now=world.now)
    assert (refused.value.code, set(refused.value.fields)) == ("profile.form", fields)
    assert people.get_facts(person.pk).education == ""
    assert Membership.objects.get(pk=stay.pk).version == stay.version


def test_a_retained_member_changes_without_being_counted(world: World) -> None:
    person, _ = world.member()
    case = asking.ask_own(world.actor(person), Given("retain", "retired", world.today), now=world.now)
    asking.act(world.staff("GRASS_CHAIR", "plant"), case.public_id, "agree", now=world.now)
    before = counts(world)
    change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    assert counts(world) == before


def test_who_is_in_no_union_tells_of_himself_alone(world: World) -> None:
    person = world.person()
    assert change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now) == {
        "ethnicity", "education", "political_status", "rural_hukou",
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        change_own(world.bare_actor(), OwnData(TOLD), now=world.now)


def test_a_change_meanwhile_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person, stay = world.member()
    stale = selectors.open_stay(person.pk)
    Membership.objects.filter(pk=stay.pk).update(version=stay.version + 1)
    monkeypatch.setattr(selectors, "open_stay", lambda _person: stale)
    with pytest.raises(WrongState):
        change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    assert people.get_facts(person.pk).education == "", "all or nothing"


def test_what_an_applicant_told_is_kept_with_him(world: World) -> None:
    person = world.person()
    world.consent(person)
    said = JoinForm("employed", employer_text="莱阳市鲁东精密机械有限公司", education="21", rural_hukou=True)
    case = applications.submit(world.actor(person), world["plant"].pk, said, channel="api", now=world.now).case
    assert case is not None
    assert people.get_facts(person.pk).education == "", "not before he is taken in"
    applications.approve(world.staff("GRASS_ADMIN", "plant"), case.public_id, now=world.now)
    assert (people.get_facts(person.pk).education, people.get_facts(person.pk).rural_hukou) == ("21", True)


# --- What the union sees
def test_his_union_sees_it_and_no_other(world: World) -> None:
    person, _ = world.member()
    change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    (row,) = reads.list_updates(world.staff("GRASS_ADMIN", "plant"), Query(), now=world.now).rows
    assert row.person.id == person.pk
    assert row.changes == (
        ("就业方式", "在单位上班", "平台接单"), ("新就业形态", "无", "网约送餐员"),
        ("职业", "", ""), ("单位", "", ""), ("农民工", "否", "是"),
    )  # fmt: skip
    assert reads.list_updates(world.staff("TOWN_WORKER", "home"), Query(), now=world.now).rows == []
    with pytest.raises(NotAllowed):
        reads.list_updates(world.actor(person), Query(), now=world.now)


def test_what_a_cadre_or_the_system_corrected_is_no_update_of_his(world: World) -> None:
    from zhijia.kernel.actor import SYSTEM
    from zhijia.organization.members.services import memberships

    _, stay = world.member()
    memberships.correct(SYSTEM, stay, {"real_name_level": 2}, now=world.now)
    assert reads.list_updates(world.staff("GRASS_ADMIN", "plant"), Query(), now=world.now).rows == []


# --- Pages
def test_the_page_shows_groups_and_changes_at_once(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, stay = world.member()
    world.consent(person)
    sign_in(client, person)
    page = client.get("/m/profile").content.decode()
    for word in ("身份", "会籍", "工作", "自愿填写", "没有填写", person.id_masked, "申请更正"):
        assert word in page
    assert world.number_of(person) not in page
    for place in ("/m/me", "/m/membership"):
        assert "/m/profile" in client.get(place).content.decode()
    (form,) = [form for form in forms_of(client.get("/m/profile/change")) if "education" in form.fields]
    bad = form.send(client, work_form="platform", education="21")
    assert bad.status_code == 422
    assert "平台就业的请选择" in bad.content.decode()
    good = form.send(client, work_form="platform", new_form_group="COURIER", education="21", rural_hukou="rural")
    assert good["Location"] == "/m/profile"
    page = client.get("/m/profile").content.decode()
    for word in ("快递员", "大学本科毕业", "农村", "资料已更新"):
        assert word in page
    stay.refresh_from_db()
    assert stay.is_migrant


def test_the_list_of_updates_is_a_page_of_the_roster(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(name="林晓荷")
    change_own(world.actor(person), OwnData(TOLD, RIDER), now=world.now)
    sign_in(client, Person.objects.get(pk=world.staff("GRASS_ADMIN", "plant").person_id), staff=True)
    assert "/console/members/updates" in client.get("/console/members").content.decode()
    page = client.get("/console/members/updates").content.decode()
    assert "林晓荷" in page
    assert "就业方式：在单位上班 → 平台接单" in page
    assert "骑手" not in page
