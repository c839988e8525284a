"""The browser sees what it should: a page opens, faults show, axe finds what is wrong on purpose."""

from __future__ import annotations

import pytest

from conftest import Faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_phone_is_a_phone_and_a_desk_a_desk(phone_page, desk_page):
    for page, width in ((phone_page, 390), (desk_page, 1440)):
        page.goto("/healthz")
        assert page.inner_text("body") == "ok"
        assert page.evaluate("screen.width") == width


def test_a_page_that_is_not_there_says_so_and_is_accessible(phone_page, page_faults, axe):
    page_faults.expect("404")
    answer = phone_page.goto("/m/nowhere")
    assert answer.status == 404
    assert "没有找到" in phone_page.inner_text("body")
    assert axe(phone_page) == []


def test_axe_finds_a_picture_without_words(page, axe):
    page.set_content(
        '<!doctype html><html lang="zh-CN"><title>x</title><main><h1>x</h1><img src="x.png"></main></html>'
    )
    assert any(finding.startswith("image-alt (critical)") for finding in axe(page))


def test_faults_of_a_page_are_seen(chromium, live_server):
    faults = Faults()
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    faults.watch(page)
    page.goto("/healthz")
    page.evaluate("console.error('the picture is missing'); setTimeout(() => { throw new Error('boom') })")
    page.wait_for_timeout(100)
    context.close()
    assert any("the picture is missing" in fault for fault in faults.unexpected)
    assert any("boom" in fault for fault in faults.unexpected)
    faults.expect("picture")
    faults.expect("boom")
    assert faults.unexpected == []


def test_no_inline_script_gets_past_the_policy(page, page_faults):
    page_faults.expect("Content Security Policy")
    page_faults.expect("404")
    page.goto("/nowhere")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.got = 1'; document.body.append(s)"
    )
    assert page.evaluate("window.got") is None
