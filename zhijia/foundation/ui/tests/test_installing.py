"""Kept among the phone's apps: a manifest, a worker that keeps no page of a person, a page for no network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from tests.world import World
from zhijia.foundation.ui import installing

pytestmark = pytest.mark.django_db


def test_the_manifest_names_icons_that_exist_in_their_sizes(client: Any) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"].startswith("application/manifest+json")
    said = json.loads(answer.content)
    assert (said["start_url"], said["display"], said["lang"]) == ("/m/", "standalone", "zh-CN")
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    for icon in said["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        head = Path(str(path)).read_bytes()[:24]
        width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
        assert f"{width}x{height}" == icon["sizes"]


def test_the_worker_keeps_static_files_and_one_page_alone(client: Any) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    kept = json.loads(re.search(r"KEPT = (\[.*?\]);", text)[1].encode().decode("unicode_escape"))
    assert kept
    assert all(path.startswith("/static/ui/") for path in kept)
    assert text.count("cache.put") == 1
    assert 'credentials: "omit"' in text


def test_the_page_for_no_network_is_the_same_for_everybody(world: World, client: Any, sign_in: Any, clock: Any) -> None:
    before = client.get("/offline").content
    person, _ = world.member()
    sign_in(client, person)
    client.cookies["elder"] = "on"
    assert client.get("/offline").content == before
    assert person.name not in before.decode()
    assert "csrf" not in before.decode()


def test_pages_name_the_manifest_and_stay_within_the_policy(client: Any) -> None:
    answer = client.get("/m/sign-in")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert installing._version() == installing._version()


@pytest.mark.parametrize("path", ["/manifest.webmanifest", "/sw.js", "/offline"])
def test_they_belong_to_the_members_door(client: Any, settings: Any, path: str) -> None:
    from django.test import Client

    settings.ZHIJIA_SURFACES = frozenset({"console", "public", "exchange"})
    assert Client().get(path).status_code == 404


@pytest.mark.browser
def test_without_a_network_the_phone_shows_the_page_for_it(
    phone_page: Any, page_faults: Any, shoot: Any, axe: Any
) -> None:
    page = phone_page
    page_faults.expect("ERR_INTERNET_DISCONNECTED")
    page.goto("/m/sign-in")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto("/m/card")
    assert page.locator("h1").inner_text() == "网络没有连上"
    assert page.evaluate("getComputedStyle(document.querySelector('.weui-btn')).borderRadius") != "0px"
    assert axe(page) == []
    shoot(page, "offline")
    names = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(c => c.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert set(names) == {"/offline", *(f"/static/{path}" for path in installing.KEPT)}
    page.context.set_offline(False)


@pytest.mark.browser
def test_the_hint_is_offered_once_and_can_be_refused(
    world: World, phone_page: Any, sign_in: Any, transactional_db: None, shoot: Any
) -> None:
    page = phone_page
    sign_in(page, world.member()[0])
    page.goto("/m/")
    box = page.locator("[data-install]")
    assert not box.is_visible()
    page.evaluate(
        "window.dispatchEvent(Object.assign(new Event('beforeinstallprompt'), {prompt() { window.asked = 1; }}))"
    )
    assert box.is_visible()
    shoot(page, "install-hint")
    box.get_by_role("button", name="不用了").click()
    assert not box.is_visible()
    page.reload()
    page.evaluate("window.dispatchEvent(Object.assign(new Event('beforeinstallprompt'), {prompt() {}}))")
    assert not box.is_visible()
