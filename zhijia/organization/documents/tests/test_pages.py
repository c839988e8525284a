"""Made-up documents on the pages: two cadres list a batch, an applicant is led to the counter."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.files.models import StoredFile
from zhijia.organization.documents import selectors as reads
from zhijia.organization.documents.cases import checks
from zhijia.organization.documents.models import DocumentCheck, ListedNumber
from zhijia.organization.documents.tests.test_documents import WHY, apply, listed
from zhijia.organization.people.models import Person
from zhijia.organization.rosters.tests.files import id_number

pytestmark = pytest.mark.django_db


def test_two_cadres_list_a_batch_through_the_pages(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    maker, checker = world.staff_person("ORG", "county", "吴科长"), world.staff_person("ORG", "county", "郑科长")
    person = world.person(id_number=id_number(91))
    application = apply(world, person)
    sign_in(client, maker, staff=True)
    wrong = client.post(reverse("documents:new"), {"reason": WHY, "id_type": "RESIDENT_ID", "numbers": "1"})
    assert wrong.status_code == 422
    assert "第 1 行" in wrong.content.decode()
    said = {"reason": WHY, "id_type": "RESIDENT_ID", "numbers": f"{id_number(91)}\n{id_number(92)}",
            "papers": io.BytesIO(b"%PDF-1.7\n" + b"x" * 50), "idempotency_key": "batch-00000001"}  # fmt: skip
    said["papers"].name = "通报.pdf"
    sent = client.post(reverse("documents:new"), said)
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    assert "等待复核" in page
    assert id_number(91)[6:14] not in page
    sign_in(client, checker, staff=True)
    decided = client.post(sent["Location"], {"decision": "agree", "version": 1, "idempotency_key": "yes-00000001"})
    assert decided.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    assert "生效中" in page
    assert reverse("joining:review", args=[application]) in page
    assert "通报.pdf" in page
    paper = StoredFile.objects.get()
    assert client.get(reverse("files:console", args=[paper.public_id])).status_code == 200
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    assert client.get(reverse("files:console", args=[paper.public_id])).status_code == 404
    sign_in(client, checker, staff=True)
    review = client.get(reverse("joining:review", args=[application])).content.decode()
    assert WHY in review
    refused = client.post(reverse("joining:review", args=[application]), {"decision": "approve", "version": 1})
    assert refused.status_code == 422
    assert "当面核对" in refused.content.decode()
    entry = ListedNumber.objects.get(digest=person.id_digest)
    lift = reverse("documents:number", args=[sent["Location"].split("/")[3]])
    assert client.get(f"{lift}?number={entry.pk}").status_code == 200
    assert client.get(f"{lift}?number=999999").status_code == 404
    assert client.post(f"{lift}?number={entry.pk}", {"number": entry.pk, "note": "短"}).status_code == 422
    asked = client.post(
        f"{lift}?number={entry.pk}",
        {"number": entry.pk, "note": "本人持证到窗口，照片相符", "idempotency_key": "lift-00000001"},
    )
    assert asked.status_code == 302
    sign_in(client, maker, staff=True)
    assert client.post(asked["Location"], {"decision": "lift", "version": 1}).status_code == 302
    assert reads.listed_person(person.pk) is None


def test_an_applicant_is_led_to_the_counter_and_asks(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person = world.person(id_number=id_number(93))
    world.consent(person)
    listed(world, id_number(93))
    sign_in(client, person)
    code = world["plant"].code
    said = {"work_form": "employed", "employer_text": "莱阳市鲁东精密机械有限公司", "willing": "on"}
    there = client.post(reverse("joining:confirm", args=[code]), said)
    assert there.status_code == 422
    assert "请携带证件到工会核对" in there.content.decode()
    assert "虚假" not in there.content.decode()
    asked = client.post(reverse("documents:check_ask", args=[code]), {"idempotency_key": "ask-00000001"})
    assert asked.status_code == 302
    page = client.get(asked["Location"])
    assert page.status_code == 200
    assert "莱阳市总工会" in page.content.decode()
    assert client.get(reverse("portal:cases")).status_code == 200


def test_the_number_to_call_is_shown_once_and_leaves_a_row(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    person = world.person(id_number=id_number(95))
    listed(world, id_number(95))
    check = checks.ask_check(world.actor(person), None, mobile="13700009999", now=world.now)
    address, reveal = reverse("documents:checks:review", args=[check]), reverse("documents:mobile", args=[check])
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    assert "13700009999" not in client.get(address).content.decode()
    shown = client.post(reveal, {"idempotency_key": "show-0000001"})
    assert "13700009999" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    row = AuditEntry.objects.get(event="documents.mobile")
    assert (row.outcome, row.concerns_person_id) == ("read", person.pk)
    sign_in(client, world.staff_person("ORG", "other_county"), staff=True)
    assert client.post(reveal).status_code == 404


def test_who_could_not_be_bound_is_led_there_too(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    person, _ = world.member(bound=False, id_number=id_number(94))
    listed(world, id_number(94))
    newcomer = world.person(mobile="13700008888")
    sign_in(client, newcomer)
    Person.objects.filter(pk=newcomer.pk).update(account=None)
    code = world["plant"].code
    said = {"name": person.name, "id_type": "RESIDENT_ID", "id_number": id_number(94), "consent": "on"}
    there = client.post(reverse("joining:identity", args=[code]), said)
    assert there.status_code == 422
    assert f'value="{id_number(94)}"' in there.content.decode()
    asked = client.post(reverse("documents:check_ask", args=[code]), {**said, "idempotency_key": "ask-00000002"})
    assert asked.status_code == 200
    assert "已提出核对" in asked.content.decode()
    assert DocumentCheck.objects.get().mobile_masked == "137****8888"
