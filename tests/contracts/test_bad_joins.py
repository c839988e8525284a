"""Joining by HTTP as it goes wrong: unusual names, double taps, two at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.parallel import together
from tests.world import World
from zhijia.foundation.idempotency.models import Answer
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow.models import Case, CaseHistory
from zhijia.organization.members import selectors
from zhijia.organization.members.models import MemberCard, Membership, MembershipEvent
from zhijia.organization.people.models import Person
from zhijia.organization.people.selectors import mobile_for_message

pytestmark = pytest.mark.django_db

NUMBER = "370299199003070010"
SAID = {"work_form": "employed", "employer_text": "莱阳市鲁东精密机械有限公司", "willing": "on"}
NAMES = {
    "𬭎宇": "𬭎宇",
    "王𬭎": "王𬭎",
    "买买提·艾力": "买买提·艾力",
    "买买提．艾力": "买买提·艾力",
    "司马相如": "司马相如",
    "欧阳": "欧阳",
    "Anna Petrova": "Anna Petrova",
}
"""As typed, and as kept."""


def _identify(client: Client, world: World, sign_in: Any, name: str) -> Any:
    """Screen two of somebody who has only signed in."""
    account = world.account("13812345678")
    stranger = Person(account=account)
    sign_in_account(client, stranger, sign_in)
    return client.post(
        reverse("joining:identity", args=[world["plant"].code]),
        {"name": name, "id_type": "RESIDENT_ID", "id_number": NUMBER, "consent": "on"},
    )


def sign_in_account(client: Client, stranger: Person, sign_in: Any) -> None:
    """A session whose proved number is 13812345678, without a person behind it."""
    import zhijia.organization.people.selectors as people

    real = people.mobile_for_message
    people.mobile_for_message = lambda person_id: "13812345678"
    try:
        sign_in(client, stranger)
    finally:
        people.mobile_for_message = real


@pytest.mark.parametrize("name", list(NAMES))
def test_unusual_names_join_and_are_found(name: str, world: World, client: Client, sign_in: Any, clock: Any) -> None:
    kept = NAMES[name]
    answer = _identify(client, world, sign_in, name)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    person = Person.objects.get(name=kept)
    assert mobile_for_message(person.pk) == "13812345678"
    submitted = client.post(reverse("joining:confirm", args=[world["plant"].code]), SAID)
    assert submitted.status_code == 302
    assert client.get(submitted["Location"]).status_code == 200
    case = Case.objects.get(owner_person_id=person.pk)
    chair = world.staff_person("GRASS_CHAIR", "plant")
    sign_in(client, chair, staff=True)
    review = reverse("joining:review", args=[case.public_id])
    assert client.get(review).status_code == 200
    assert client.post(review, {"decision": "approve", "version": 1}).status_code == 302
    assert Membership.objects.get(person=person).name_key == person.name_key
    found = selectors.list_members(world.actor(chair, staff=True), world.facts("plant"), Query(search=str(kept)))
    assert [row.person.public_id for row in found.rows] == [person.public_id]
    sign_in(client, person)
    card = client.get(reverse("members:card")).content.decode()
    assert str(kept) in card


@pytest.mark.parametrize("name", ["", " ", "林", "林晓禾" * 12, "林晓1", "<b>林</b>", "林晓禾\u202e", "·林", "林·"])
def test_what_is_no_name_gets_a_sentence_at_its_field(
    name: str, world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    answer = _identify(client, world, sign_in, name)
    assert answer.status_code == 422
    assert not Person.objects.filter(account__number_digest__isnull=False, real_name_level=3, name=name).exists()


# --- Double taps -----------------------------------------------------------------------------------------------------
def _submit(client: Client, world: World, key: str, **changed: str) -> Any:
    address = reverse("joining:confirm", args=[world["plant"].code])
    return client.post(address, {**SAID, "idempotency_key": key, **changed})


def test_a_double_tap_on_submit_is_one_case_and_one_answer(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    first, second = (_submit(client, world, "tap-12345678") for _ in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Case.objects.filter(owner_person_id=person.pk).count() == 1
    assert CaseHistory.objects.count() == 1


def test_the_same_key_for_another_content_is_refused(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    _submit(client, world, "tap-12345678")
    assert _submit(client, world, "tap-12345678", employer_text="另一家公司").status_code == 409


def test_a_double_tap_on_approve_is_one_member_and_one_answer(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person, case = world.application()
    sign_in(client, world.staff_person("GRASS_CHAIR", "plant"), staff=True)
    address = reverse("joining:review", args=[case])
    said = {"decision": "approve", "version": 1, "idempotency_key": "tap-87654321"}
    first, second = (client.post(address, said) for _ in range(2))
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, first["Location"])
    )
    assert Membership.objects.filter(person=person).count() == 1
    assert MembershipEvent.objects.filter(person_id=person.pk).count() == 1
    assert MemberCard.objects.filter(person=person).count() == 1
    assert CaseHistory.objects.filter(case__public_id=case).count() == 2


def test_approving_again_with_another_key_is_told_that_it_is_done(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    _, case = world.application()
    sign_in(client, world.staff_person("GRASS_CHAIR", "plant"), staff=True)
    address = reverse("joining:review", args=[case])
    codes = [
        client.post(address, {"decision": "approve", "version": 1, "idempotency_key": f"tap-{n:08d}"}).status_code
        for n in range(2)
    ]
    assert codes == [302, 409]


def test_a_refused_form_frees_its_key(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person = world.person()
    world.consent(person)
    sign_in(client, person)
    assert _submit(client, world, "tap-12345678", willing="").status_code == 422
    assert not Answer.objects.exists()
    assert _submit(client, world, "tap-12345678").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_ten_taps_at_once_are_one_case_and_the_same_answer(world: World, sign_in: Any, clock: Any) -> None:
    person = world.person()
    world.consent(person)
    clients = [Client() for _ in range(10)]
    for client in clients:
        sign_in(client, person)
    out = together([lambda client=client: _submit(client, world, "tap-12345678") for client in clients])
    assert out.errors == []
    assert {(answer.status_code, answer["Location"]) for answer in out.values} == {(302, out.values[0]["Location"])}
    assert Case.objects.filter(owner_person_id=person.pk).count() == 1
