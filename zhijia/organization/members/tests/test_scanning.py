"""Scanning: what a code leads to; the camera, a picture, and the way on where there is neither."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import segno
from django.conf import settings

from conftest import CHROMIUM_ARGUMENTS
from tests.world import World
from zhijia.kernel.codes import link_signature
from zhijia.kernel.errors import Invalid
from zhijia.organization.members.rules.scanning import read_scanned

pytestmark = pytest.mark.django_db
CODE = "3706821010900017"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"https://zhijia.example.cn/j/{CODE}?s=AbC-_123", "join", CODE),
        (f"http://127.0.0.1:8000/j/{CODE}?s=AbC-_123", "join", CODE),
        (f"  /j/{CODE}?s=AbC-_123\n", "join", CODE),
        ("https://zhijia.example.cn/v/" + "A" * 112, "card", "A" * 112),
        (CODE, "typed", CODE),
        ("3706 8210 1090 0017", "typed", CODE),
        ("3706-8210-1090-0017", "typed", CODE),
    ],
)
def test_what_can_be_scanned_is_recognized(text: str, kind: str, value: str) -> None:
    found = read_scanned(text)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "https://evil.example/",
        f"https://evil.example/x?next=/j/{CODE}?s=a",
        f"javascript:/j/{CODE}?s=a",
        f"/j/{CODE}",
        "weixin://dl/scan",
        "370682101090001",
        "9" * 5_000,
        "\x00",
        "张三",
    ],
)
def test_anything_else_is_told_what_to_do(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_scanned(text)
    assert refused.value.code in ("scan.unknown", "scan.empty")


def _printed(world: World, host: str = "https://zhijia.example.cn") -> str:
    code = world["plant"].code
    return f"{host}/j/{code}?s={link_signature('join', code, settings.ZHIJIA_KEYS.print_keys)}"


def test_a_scanned_link_stays_on_this_site_whatever_its_host(world: World, client: Any) -> None:
    code = world["plant"].code
    answer = client.post("/m/scan", {"code": _printed(world, "https://evil.example")}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/m/join/{code}/"
    assert world["plant"].code in answer.request["PATH_INFO"]
    wrong = client.post("/m/scan", {"code": f"/j/{code}?s=AAAAAAAAAAAAAAAA"}, follow=True)
    assert wrong.status_code == 422
    typed = client.post("/m/scan", {"code": code})
    assert (typed.status_code, typed["Location"]) == (302, f"/m/join/{code}/")


def test_without_a_script_the_page_is_a_form(client: Any, db: None) -> None:
    text = client.get("/m/scan").content.decode()
    assert "可以用手机自带的扫一扫打开" in text
    answer = client.post("/m/scan", {"code": "不是编码"})
    assert answer.status_code == 422
    assert "这不是工会的二维码或编码" in answer.content.decode()


# --- In the browser -------------------------------------------------------------------------------------------------
def _film(path: Path, text: str) -> Path:
    """A still film of a code for Chromium's pretended camera: YUV4MPEG2, 480 x 480."""
    side, rows = 480, [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    scale = side // len(rows)
    pad = (side - scale * len(rows)) // 2
    grey = bytearray(b"\xeb" * side * side)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                for line in range(scale):
                    start = (pad + y * scale + line) * side + pad + x * scale
                    grey[start : start + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(grey) + b"\x80" * (side * side // 2)
    path.write_bytes(f"YUV4MPEG2 W{side} H{side} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return path


@pytest.fixture
def living_world(transactional_db: None, now: Any, clock: Any) -> World:
    from tests.world import build

    return build(now)


@pytest.mark.browser
def test_the_camera_reads_a_printed_code_and_leads_to_the_union(
    living_world: World, live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    film = _film(tmp_path / "code.y4m", _printed(living_world))
    arguments = [
        *CHROMIUM_ARGUMENTS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    browser = chromium.browser_type.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=arguments
    )
    page = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844}).new_page()
    page.goto("/m/scan")
    page.get_by_role("button", name="打开相机扫码").click()
    page.wait_for_url(f"**/m/join/{living_world['plant'].code}/", timeout=30_000)
    assert living_world["plant"].name in page.get_by_role("main").inner_text()
    browser.close()


@pytest.mark.browser
def test_with_the_camera_denied_a_picture_or_the_typed_code_leads_on(
    living_world: World, phone_page: Any, page_faults: Any, tmp_path: Path, shoot: Any, axe: Any
) -> None:
    page = phone_page
    page_faults.expect("Error getting userMedia")
    page_faults.expect("422")
    page.goto("/m/scan")
    assert axe(page) == []
    shoot(page, "scan")
    page.get_by_role("button", name="打开相机扫码").click()
    page.get_by_text("相机没有打开，请在手机设置里允许使用相机").wait_for()
    shoot(page, "scan-denied")
    blank = tmp_path / "blank.png"
    segno.make_qr("no code of ours").save(str(blank), scale=6)
    page.locator("[data-scan-pick] input").set_input_files(str(blank))
    page.get_by_text("这不是工会的二维码或编码").wait_for()
    shoot(page, "scan-wrong")
    picture = tmp_path / "code.png"
    segno.make(_printed(living_world), error="m").save(str(picture), scale=8)
    page.locator("[data-scan-pick] input").set_input_files(str(picture))
    page.wait_for_url(f"**/m/join/{living_world['plant'].code}/")
    page.goto("/m/scan")
    page.get_by_label("工会编码").fill(living_world["plant"].code)
    page.get_by_role("button", name="打开", exact=True).click()
    page.wait_for_url(f"**/m/join/{living_world['plant'].code}/")
