"""Own wordings of messages: placeholders, two persons, preview."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from hypothesis import given, strategies as st

from tests.world import World
from zhijia.foundation.administration import rules
from zhijia.foundation.administration.cases import MESSAGES
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.notify import services as notify
from zhijia.foundation.notify.models import Message
from zhijia.kernel.errors import Duplicate, Invalid, NotAllowed, NotFound, RuleBroken, Stale
from zhijia.kernel.registry import MessageTemplate, registry

CODE = "joining.approved"


def propose(world: World, actor: Any, code: str = CODE, **changed: str) -> str:
    said = {
        "code": code,
        "title": "欢迎入会",
        "body": "“{union}”欢迎您。",
        "sms": "【{site}】“{union}”欢迎您。",
        "reason": "更亲切一些",
    }
    return open_case(MESSAGES, actor, {**said, **changed}, now=world.now)


@pytest.mark.django_db
def test_an_agreed_wording_is_what_people_read(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    with pytest.raises(RuleBroken, match=r"case\.same_person"):
        act(MESSAGES, maker, pid, "agree", now=world.now)
    act(MESSAGES, checker, pid, "agree", now=world.now)
    person = world.person()
    notify.send(CODE, person_id=person.pk, context={"union": "甲工会"}, now=world.now)
    told = Message.objects.get(person_id=person.pk)
    assert (told.title, told.body) == ("欢迎入会", "“甲工会”欢迎您。")


@pytest.mark.django_db
def test_unknown_placeholders_and_odd_braces_are_refused(world: World) -> None:
    maker = world.staff("OPERATOR", "province")
    for body in ("{nobody}", "{union.pk}", "{union!r}", "{union:>9}", "{0}", "{}", "{union", "union}", "x" * 501, ""):
        with pytest.raises(Invalid, match=r"message\.wording|case\.invalid") as said:
            propose(world, maker, body=body)
        assert set(said.value.fields) == {"body"}, body
    with pytest.raises(Invalid):
        propose(world, maker, code="joining.escalated", sms="没有短信的消息")
    with pytest.raises(NotFound):
        propose(world, maker, code="no.such")
    with pytest.raises(NotAllowed):
        propose(world, world.staff("OPERATOR", "city", "周平"))
    declared = registry.messages[CODE]
    with pytest.raises(Invalid, match=r"message\.unchanged"):
        propose(world, maker, title=declared.title, body=declared.body, sms=declared.sms)


@pytest.mark.django_db
def test_two_proposals_do_not_overtake_each_other(world: World) -> None:
    maker, checker = world.staff("OPERATOR", "province"), world.staff("OPERATOR", "province", "李明")
    pid = propose(world, maker)
    with pytest.raises(Duplicate):
        propose(world, checker)
    notify.set_wording(checker, CODE, title="另一份", body="另一份", sms="另一份", made_by=None, now=world.now)
    with pytest.raises(Stale):
        act(MESSAGES, checker, pid, "agree", now=world.now)
    act(MESSAGES, maker, pid, "withdraw", now=world.now)


@pytest.mark.django_db
def test_the_pages_preview_propose_and_decide(world: World, sign_in: Any, clock: Any) -> None:
    maker, checker = Client(), Client()
    sign_in(maker, world.staff_person("OPERATOR", "province"), staff=True)
    sign_in(checker, world.staff_person("OPERATOR", "province", "李明"), staff=True)
    listed = maker.get("/console/messages").content.decode()
    for code in registry.messages:
        assert code in listed
        assert maker.get(f"/console/messages/{code}").status_code == 200, code
    address = f"/console/messages/{CODE}"
    said = {"title": "欢迎入会", "body": "“{union}”欢迎您。", "sms": "“{union}”欢迎您。", "reason": "更亲切一些"}
    shown = maker.post(address, {**said, "preview": "1"})
    assert shown.status_code == 200
    assert "“莱阳市鲁东精密机械有限公司工会委员会”欢迎您。" in shown.content.decode()
    assert maker.post(address, {**said, "reason": "", "preview": "1"}).status_code == 200, "a reason is for proposing"
    assert maker.post(address, {**said, "reason": ""}).status_code == 422
    wrong = maker.post(address, {**said, "body": "{who}欢迎您。"})
    assert wrong.status_code == 422
    assert "这条消息没有 {who}" in wrong.content.decode()
    case = maker.post(address, said)["Location"]
    assert "<del" in checker.get(case).content.decode()
    assert checker.post(case, {"decision": "agree"}).status_code == 302
    assert "自定 第 1 版" in maker.get("/console/messages").content.decode()


def test_every_declared_message_passes_its_own_check() -> None:
    for declared in registry.messages.values():
        rules.check_wording(declared, declared.title, declared.body, declared.sms)


@given(st.text(max_size=80))
def test_any_text_is_either_refused_with_a_sentence_or_can_be_filled(text: str) -> None:
    declared = MessageTemplate("a.b", "题", "{union}")
    refused = ""
    try:
        rules.check_wording(declared, "题", text, "")
    except Invalid as error:
        refused = error.fields["body"]
    assert refused or rules.preview(text, rules.SAMPLES) is not None


@pytest.mark.parametrize("code", sorted(registry.messages))
def test_a_preview_shows_words_and_no_names_of_placeholders(code: str) -> None:
    declared = registry.messages[code]
    said = rules.placeholders(f"{declared.title}{declared.body}{declared.sms}")
    assert said <= set(rules.SAMPLES) | rules.ALWAYS_KNOWN
