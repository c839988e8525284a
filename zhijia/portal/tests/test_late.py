"""The list of what is late below, reminding from it, and the cadre's own messages behind the bell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.forms import forms_of
from tests.world import World
from zhijia.foundation.notify.models import Message

pytestmark = pytest.mark.django_db


def test_what_is_late_below_is_reminded_and_told_row_by_row(
    world: World, client: Client, sign_in: Any, clock: Any
) -> None:
    here = world.staff_person("GRASS_ADMIN", "plant", "王一")
    _, case = world.application(name="李二")
    clock(world.now + timedelta(days=5))
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    page = client.get(reverse("portal:late"))
    shown = page.content.decode()
    assert "逾期" in shown
    for place in (shown, client.get("/console/").content.decode()):
        assert "李*" in place, "whose matter it is"
        assert world["plant"].name in place, "who is to act"
        assert f'href="{reverse("joining:review", args=[case])}"' in place
        assert client.get(reverse("joining:review", args=[case])).status_code == 200
    (form,) = [form for form in forms_of(page) if form.action == reverse("portal:remind")]
    told = form.send(client, pick=[case, "0" * 16], do="remind").content.decode()
    assert "已通知 1 人" in told
    assert "已经办理，或不在您的下级" in told
    assert "今天已经催办过" in client.post(reverse("portal:remind"), {"pick": [case]}).content.decode()
    desk = Client()
    sign_in(desk, here, staff=True)
    assert "消息，1 条未读" in desk.get("/console/").content.decode()
    message = Message.objects.get(person_id=here.pk, template="workflow.reminded")
    opened = desk.get(reverse("portal:news_item", args=[message.public_id]))
    assert opened["Location"] == reverse("joining:review", args=[case])
    assert "条未读" not in desk.get("/console/").content.decode()


def test_nobody_reads_others_messages(world: World, client: Client, sign_in: Any, clock: Any) -> None:
    other = world.staff_person("ORG", "county", "李静")
    message = Message.objects.create(
        public_id="m" * 16, person_id=other.pk, template="workflow.due", title="有事项到期未办", body="请尽快办理。",
        at=world.now,
    )  # fmt: skip
    sign_in(client, world.staff_person("ORG", "county"), staff=True)
    assert client.get(reverse("portal:news_item", args=[message.public_id])).status_code == 404
    own = Client()
    sign_in(own, other, staff=True)
    page = own.get(reverse("portal:news"))
    assert "请尽快办理" in page.content.decode()
    (form,) = [form for form in forms_of(page) if form.action.endswith("/read")]
    assert form.send(own).status_code == 302
    message.refresh_from_db()
    assert message.read_at == world.now
