"""WeChat as a way in: off by default, bound after a proved number, one account a user; and its scanner."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.wechat import ports, services
from zhijia.foundation.wechat.models import WeChatIdentity
from zhijia.foundation.wechat.ports import HttpPort, WeChatUser
from zhijia.kernel.errors import Duplicate, RuleBroken

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"
SIGNATURE = "2f52fa749a86387abda09d47466ad05d79cc36bd"


class Port:
    """WeChat as the tests need it: codes are names, the same user always has the same ids."""

    def exchange(self, code: str) -> WeChatUser:
        if code == "refused":
            raise RuleBroken("wechat.refused", "微信没有确认您的身份，请重新打开登录页，或用手机号登录。")
        return WeChatUser(f"openid-{code}", f"unionid-{code}")

    def ticket(self) -> str:
        return "ticket-of-the-example"


@pytest.fixture
def on(settings: Any, monkeypatch: pytest.MonkeyPatch, world: World, clock: Any) -> None:
    settings.ZHIJIA_WECHAT, settings.ZHIJIA_WECHAT_APP_ID = "http", "wx0123456789abcdef"
    settings.ZHIJIA_PUBLIC_URL = "https://union.example.cn"
    monkeypatch.setattr(services, "current_port", Port)


def phone() -> Client:
    return Client(headers={"User-Agent": AGENT})


def through_wechat(client: Client, code: str, wanted: str = "/m/card") -> Any:
    """To WeChat and back with what it would say."""
    away = client.get("/m/wechat", {"next": wanted})
    query = parse_qs(urlsplit(away["Location"]).query)
    assert query["redirect_uri"] == ["https://union.example.cn/m/wechat/back"]
    return client.get("/m/wechat/back", {"code": code, "state": query["state"][0]})


def with_mobile(client: Client, texts: Any, number: str, wanted: str) -> Any:
    client.post("/m/sign-in", {"send": "sms", "mobile": number})
    code = re.search(r"验证码 (\d{6})", texts()[0][1])[1]
    said = {"mobile": number, "code": code, "privacy": "on", "agreement": "on", "next": wanted}
    return client.post("/m/sign-in", said)


def test_it_is_off_unless_configured(client: Client, world: World, clock: Any) -> None:
    for path in ("/m/wechat", "/m/wechat/back?code=a&state=b"):
        assert client.get(path).status_code == 404
    assert "微信登录" not in phone().get("/m/sign-in").content.decode()


@pytest.mark.usefixtures("on")
def test_the_button_stands_inside_wechat_alone(client: Client) -> None:
    assert "微信登录" in phone().get("/m/sign-in").content.decode()
    assert "微信登录" not in client.get("/m/sign-in").content.decode()


@pytest.mark.usefixtures("on")
def test_a_new_user_proves_his_number_binds_and_is_let_in_next_time(texts: Any) -> None:
    client = phone()
    led = through_wechat(client, "li")
    assert led["Location"].startswith("/m/sign-in?next=%2Fm%2Fwechat%2Fbind")
    wanted = parse_qs(urlsplit(led["Location"]).query)["next"][0]
    entered = with_mobile(client, texts, "13800138000", wanted)
    assert entered["Location"] == wanted
    assert "绑定这个微信" in client.get(wanted).content.decode()
    assert client.post("/m/wechat/bind", {"next": "/m/card"})["Location"] == "/m/card"
    row = WeChatIdentity.objects.get()
    assert "li" not in row.openid_digest + row.union_digest
    again = phone()
    assert through_wechat(again, "li")["Location"] == "/m/card"
    assert again.session["_auth_user_id"] == str(row.account_id)
    assert set(AuditEntry.objects.filter(event__startswith="wechat.").values_list("event", flat=True)) == {
        "wechat.bound", "wechat.signed_in",
    }  # fmt: skip
    assert again.post("/m/wechat/mine").status_code == 302
    assert not WeChatIdentity.objects.exists()
    assert through_wechat(phone(), "li")["Location"].startswith("/m/sign-in")


@pytest.mark.usefixtures("on")
def test_who_declines_to_bind_goes_on_and_is_forgotten(texts: Any) -> None:
    client = phone()
    led = through_wechat(client, "li")
    with_mobile(client, texts, "13800138000", parse_qs(urlsplit(led["Location"]).query)["next"][0])
    assert client.post("/m/wechat/bind", {"next": "/m/card", "skip": "1"})["Location"] == "/m/card"
    assert not WeChatIdentity.objects.exists()
    assert client.get("/m/wechat/bind").status_code == 302


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("change", ["state", "no state", "late", "twice", "cancelled", "refused"])
def test_a_wrong_late_or_repeated_answer_lets_nobody_in(change: str, clock: Any, now: Any) -> None:
    client = phone()
    state = parse_qs(urlsplit(client.get("/m/wechat")["Location"]).query)["state"][0]
    given = {"code": "refused" if change == "refused" else "li", "state": state}
    if change == "state":
        given["state"] = ("y" if state[0] == "x" else "x") + state[1:]
    elif change == "no state":
        del given["state"]
    elif change == "late":
        clock(now + timedelta(minutes=10, seconds=1))
    elif change == "twice":
        client.get("/m/wechat/back", given)
    elif change == "cancelled":
        del given["code"]
    answer = client.get("/m/wechat/back", given)
    assert answer.status_code in (410, 422)
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("on")
def test_one_account_a_user_and_one_user_an_account(world: World) -> None:
    first, second = world.actor(world.person("王一")), world.actor(world.person("李二"))
    services.bind(first, WeChatUser("openid-1", "unionid-1"), now=world.now)
    services.bind(first, WeChatUser("openid-1", "unionid-1"), now=world.now)
    with pytest.raises(Duplicate, match=r"wechat\.has_one"):
        services.bind(first, WeChatUser("openid-2"), now=world.now)
    for user in (WeChatUser("openid-1"), WeChatUser("openid-9", "unionid-1")):
        with pytest.raises(Duplicate, match=r"wechat\.taken"):
            services.bind(second, user, now=world.now)
    assert WeChatIdentity.objects.count() == 1


@pytest.mark.usefixtures("on")
def test_a_union_id_told_later_is_added_and_recognizes_him_elsewhere(world: World) -> None:
    actor = world.actor(world.person())
    services.bind(actor, WeChatUser("openid-1"), now=world.now)
    assert services.enter(world.bare_actor(), WeChatUser("openid-1", "unionid-1"), now=world.now) == actor.account_id
    assert services.enter(world.bare_actor(), WeChatUser("openid-new", "unionid-1"), now=world.now) == actor.account_id
    assert services.enter(world.bare_actor(), WeChatUser("openid-new"), now=world.now) is None


@pytest.mark.usefixtures("on")
def test_a_session_opened_by_wechat_binds_no_other_and_a_frozen_account_stays_shut(world: World) -> None:
    person = world.person()
    services.bind(world.actor(person), WeChatUser("openid-li", "unionid-li"), now=world.now)
    client = phone()
    through_wechat(client, "li")
    assert through_wechat(client, "other")["Location"] == "/m/wechat/bind"
    assert client.post("/m/wechat/bind", {}).status_code == 422
    assert WeChatIdentity.objects.count() == 1
    person.account.is_active = False
    person.account.save()
    assert through_wechat(phone(), "li").status_code == 422


# --- The port ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def wechat(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What WeChat's servers answer, by path; `asked` holds the addresses."""
    cache.clear()
    said: dict[str, Any] = {"asked": []}

    def answer(address: str, timeout: float) -> io.BytesIO:
        said["asked"].append(address)
        found = said[urlsplit(address).path]
        if isinstance(found, Exception):
            raise found
        return io.BytesIO(found if isinstance(found, bytes) else json.dumps(found).encode())

    monkeypatch.setattr(ports.urllib.request, "urlopen", answer)
    return said


def test_a_code_is_exchanged_for_both_ids(wechat: dict[str, Any]) -> None:
    wechat["/sns/oauth2/access_token"] = {"openid": "o1", "unionid": "u1", "access_token": "never kept"}
    assert HttpPort("wx1", "secret").exchange("code&x=1") == WeChatUser("o1", "u1")
    assert parse_qs(urlsplit(wechat["asked"][0]).query)["code"] == ["code&x=1"]
    wechat["/sns/oauth2/access_token"] = {"openid": "o1"}
    assert HttpPort("wx1", "secret").exchange("c").unionid == ""


@pytest.mark.parametrize(
    "said", [{"errcode": 40029}, {"openid": ""}, {"openid": 5}, [], b"<html>", OSError("down"), TimeoutError()]
)
def test_whatever_else_is_answered_is_a_sentence(wechat: dict[str, Any], said: Any) -> None:
    wechat["/sns/oauth2/access_token"] = said
    with pytest.raises(RuleBroken) as refused:
        HttpPort("wx1", "a-secret").exchange("c")
    assert "a-secret" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_token_and_ticket_are_asked_for_once(wechat: dict[str, Any]) -> None:
    wechat["/cgi-bin/token"] = {"access_token": "t1", "expires_in": 7200}
    wechat["/cgi-bin/ticket/getticket"] = {"errcode": 0, "ticket": "k1", "expires_in": 7200}
    assert [HttpPort("wx1", "s").ticket() for _ in range(3)] == ["k1"] * 3
    assert len(wechat["asked"]) == 2


# --- Scanning ---------------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("on")
def test_the_worked_signature(now: Any) -> None:
    """docs/rules/wechat.md#scanning"""
    from datetime import UTC, datetime

    said = services.sdk_configuration(
        "https://union.example.cn/m/scan",
        now=datetime.fromtimestamp(1789437600, tz=UTC),
        port=Port(),
        randomness=lambda count: bytes.fromhex("0011223344556677"),
    )
    assert said == {
        "app_id": "wx0123456789abcdef", "timestamp": 1789437600, "nonce": "0011223344556677", "signature": SIGNATURE,
    }  # fmt: skip


@pytest.mark.usefixtures("on")
def test_only_the_scanning_page_inside_wechat_may_load_its_script(client: Client, settings: Any) -> None:
    settings.ZHIJIA_WECHAT_SCRIPT = "https://res.example.com/jweixin.js"
    answer = phone().get("/m/scan")
    assert "script-src 'self' https://res.example.com" in answer["Content-Security-Policy"]
    assert '<script src="https://res.example.com/jweixin.js" defer>' in answer.content.decode()
    assert "data-wechat" in answer.content.decode()
    for other in (client.get("/m/scan"), phone().get("/m/sign-in")):
        assert "res.example.com" not in other["Content-Security-Policy"] + other.content.decode()


@pytest.mark.browser
def test_inside_wechat_its_own_scanner_fills_in_the_code(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, open_page: Any, now: Any, clock: Any
) -> None:
    from tests.world import build

    plant = build(now)["plant"]
    code = plant.code
    settings.ZHIJIA_WECHAT, settings.ZHIJIA_WECHAT_APP_ID = "http", "wx0123456789abcdef"
    settings.ZHIJIA_WECHAT_SCRIPT = "https://res.example.com/jweixin.js"
    monkeypatch.setattr(services, "current_port", Port)
    page = open_page(390, 844, mobile=True, user_agent=AGENT)
    stub = (
        "window.wx = {config(said) { window.said = said; }, ready(run) { setTimeout(run); }, error() {},"
        f" scanQRCode(how) {{ how.success({{resultStr: '{code}'}}); }}}};"
    )
    page.route("https://res.example.com/jweixin.js", lambda route: route.fulfill(
        body=stub, content_type="text/javascript"
    ))  # fmt: skip
    page.goto("/m/scan")
    page.get_by_role("button", name="打开相机扫码").click()
    page.wait_for_url(f"**/m/join/{code}/")
    assert plant.name in page.get_by_role("main").inner_text()
