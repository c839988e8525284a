"""Messages: the row in the app, the sealed text on its way, the signed gateway, retries, erasing, own wordings."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.world import World
from zhijia.foundation.notify import delivery, selectors, services
from zhijia.foundation.notify.models import Message, TemplateText, TextMessage, TextState
from zhijia.foundation.notify.ports import HttpPort, NotDelivered, current_port
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.parameters.models import Generation
from zhijia.kernel.actor import ANONYMOUS
from zhijia.kernel.errors import NotFound, NotSignedIn

CODE = "joining.approved"
SECRET = "a gateway's shared secret"


class Gateway:
    """A gateway on this machine: keeps what it is sent and answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.answer = 200, b'{"id": "gw-1"}'
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_arguments: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/sms"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway()
    yield found
    found.server.shutdown()
    found.server.server_close()


def send(world: World, person: Any, **context: str) -> None:
    services.send(CODE, person_id=person.pk, context={"union": "甲工会", **context}, now=world.now)


# --- In the app
@pytest.mark.django_db
def test_a_message_is_a_row_in_the_persons_own_list(world: World) -> None:
    person, other = world.person(), world.person(name="王二")
    send(world, person)
    mine = world.actor(person)
    (message,) = selectors.list_messages(mine).rows
    assert "甲工会" in message.body
    assert selectors.count_unread(mine) == 1
    assert selectors.list_messages(world.actor(other)).rows == []
    with pytest.raises(NotFound):
        selectors.get_message(world.actor(other), message.public_id)
    with pytest.raises(NotSignedIn):
        selectors.list_messages(ANONYMOUS)
    assert services.mark_read(other.pk, message.public_id, now=world.now) == 0
    assert services.mark_read(person.pk, message.public_id, now=world.now) == 1
    assert selectors.count_unread(mine) == 0


@pytest.mark.django_db
def test_a_missing_placeholder_or_an_undeclared_message_sends_nothing(world: World) -> None:
    person = world.person()
    with pytest.raises(KeyError):
        services.send(CODE, person_id=person.pk, context={}, now=world.now)
    with pytest.raises(LookupError):
        services.send("no.such", person_id=person.pk, context={}, now=world.now)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_braces_in_a_value_stay_as_they_are(world: World) -> None:
    person = world.person()
    send(world, person, union="{hotline}{0}工会")
    assert "{hotline}{0}工会" in Message.objects.get().body


@pytest.mark.django_db
def test_an_own_wording_replaces_the_declared_one_until_the_next(world: World) -> None:
    person, actor = world.person(), world.staff("OPERATOR", "province", "李明")
    for title in ("第一版", "第二版"):
        services.set_wording(actor, CODE, title=title, body="{union}", sms="", made_by=None, now=world.now)
    send(world, person)
    assert Message.objects.get(person_id=person.pk).title == "第二版"
    assert not TextMessage.objects.filter(template=CODE).exists()
    assert services.wording_before(CODE, 1).title == "第一版"
    assert services.wording_before(CODE, 0).title == "您已成为工会会员"
    assert selectors.own_versions() == {CODE: 2}


@pytest.mark.django_db
def test_a_wording_set_by_another_process_counts_within_five_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [1000.0]
    monkeypatch.setattr(parameters.time, "monotonic", lambda: seconds[0])
    declared = services.wording(CODE).title
    TemplateText.objects.create(code=CODE, version=1, title="那边定的", body="{union}", sms="", at=world.now)
    Generation.objects.update_or_create(defaults={"number": 7})
    seconds[0] += parameters.FRESH_SECONDS - 0.1
    assert services.wording(CODE).title == declared
    seconds[0] += 0.2
    assert services.wording(CODE).title == "那边定的"


# --- On its way out
@pytest.mark.django_db
def test_number_and_wording_lie_sealed_in_the_outbox(world: World) -> None:
    send(world, world.person(mobile="13911112222"))
    text = TextMessage.objects.get()
    for sealed in (bytes(text.number_sealed), bytes(text.body_sealed)):
        assert b"13911112222" not in sealed
        assert "甲工会".encode() not in sealed
    assert "13911112222" not in str(text)
    assert text.state == TextState.WAITING


@pytest.mark.django_db
def test_the_gateway_gets_a_signed_body_and_its_number_is_kept(world: World, gateway: Gateway, settings: Any) -> None:
    settings.ZHIJIA_SMS, settings.ZHIJIA_SMS_URL, settings.ZHIJIA_SMS_SECRET = "http", gateway.url, SECRET
    assert isinstance(current_port(), HttpPort)
    send(world, world.person(mobile="13911112222"))
    text = TextMessage.objects.get()
    assert delivery.deliver(text.public_id, now=world.now)
    ((headers, body),) = gateway.got
    assert headers["X-Signature"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["to"], said["reference"]) == ("13911112222", text.public_id)
    assert "甲工会" in said["text"]
    text.refresh_from_db()
    assert (text.state, text.reference, text.sent_at) == (TextState.SENT, "gw-1", world.now)
    assert not delivery.deliver(text.public_id, now=world.now)
    assert len(gateway.got) == 1


def test_any_odd_answer_of_the_gateway_counts_as_not_delivered(gateway: Gateway) -> None:
    port = HttpPort(gateway.url, SECRET, timeout_seconds=2)
    for status, answer in ((500, b"{}"), (403, b"{}"), (200, b"oops"), (200, b"[]"), (200, b"")):
        gateway.status, gateway.answer = status, answer
        with pytest.raises(NotDelivered):
            port.send("13911112222", "您好", "r")
    with pytest.raises(NotDelivered):
        HttpPort("http://127.0.0.1:9/none", SECRET, timeout_seconds=1).send("13911112222", "您好", "r")


@pytest.mark.django_db
def test_a_text_is_tried_five_times_and_then_given_up(world: World) -> None:
    class Down:
        tries = 0

        def send(self, number: str, body: str, reference: str) -> str:
            Down.tries += 1
            raise NotDelivered("down")

    send(world, world.person())
    text = TextMessage.objects.get()
    for n in range(1, delivery.MOST_TRIES + 3):
        assert not delivery.deliver(text.public_id, now=world.now, port=Down())
        text.refresh_from_db()
        assert text.tries == min(n, delivery.MOST_TRIES)
    assert (text.state, Down.tries) == (TextState.FAILED, delivery.MOST_TRIES)


@pytest.mark.django_db
def test_what_was_left_over_goes_out_by_the_clock(world: World, gateway: Gateway, settings: Any) -> None:
    settings.ZHIJIA_SMS, settings.ZHIJIA_SMS_URL, settings.ZHIJIA_SMS_SECRET = "http", gateway.url, SECRET
    send(world, world.person())
    assert delivery.deliver_waiting(now=world.now + timedelta(seconds=30)) == 0
    assert delivery.deliver_waiting(now=world.now + timedelta(seconds=90)) == 1
    assert delivery.deliver_waiting(now=world.now + timedelta(seconds=90)) == 0


@pytest.mark.django_db
def test_after_seven_days_number_and_wording_are_gone_and_the_fact_stays(world: World) -> None:
    send(world, world.person())
    assert delivery.erase_old_texts(now=world.now + timedelta(days=7)) == 0
    assert delivery.erase_old_texts(now=world.now + timedelta(days=7, seconds=1)) == 1
    text = TextMessage.objects.get()
    assert (bytes(text.number_sealed), bytes(text.body_sealed), text.template) == (b"", b"", CODE)
    assert delivery.erase_old_texts(now=world.now + timedelta(days=9)) == 0
