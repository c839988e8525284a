"""A kept sheet reads as the page rendered anew, whoever asks and whatever stands in it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.safestring import mark_safe

from zhijia.foundation.ui import sheets


def page(text: str, *, kind: str = "yes", cookie: str = "") -> HttpResponse:
    def build(texts: Mapping[str, str]) -> dict[str, object]:
        return {"verdict": {"kind": kind, "title": "会员卡有效", "text": texts["text"]}, "checked_at": texts["at"]}

    request = RequestFactory().get("/v/x", headers={"Cookie": cookie} if cookie else None)
    texts = {"text": text, "at": mark_safe("<time>now</time>")}
    return sheets.render_sheet(request, "members/verify.html", build, given=(kind,), texts=texts, status=200)


@pytest.mark.parametrize("text", ["林* · 在会", "<script>alert(1)</script>", 'a "quoted" & text', ""])
def test_a_kept_sheet_is_the_page_rendered_anew(text):
    page("一个")
    kept = page(text).content.decode()
    anew = page(text, cookie="nothing=1").content.decode()
    if text:
        assert kept == anew
    assert "<script>alert" not in kept
    assert "<time>now</time>" in kept
    assert "\x02" not in kept


def test_what_decides_and_the_site_make_another_sheet(settings):
    assert "is-yes" in page("一").content.decode()
    assert "is-no" in page("一", kind="no").content.decode()
    settings.ZHIJIA_SITE = {"name": "另一家"}
    assert "另一家" in page("一").content.decode()


def test_a_visitor_with_a_cookie_gets_his_own_look():
    assert "data-elder" in page("一", cookie="elder=on").content.decode()
    assert "data-elder" not in page("一").content.decode()


def test_the_number_of_kept_sheets_is_limited(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_KEPT", 1)
    monkeypatch.setattr(sheets, "_kept", {})
    for kind in ("yes", "no", "yes"):
        page("一", kind=kind)
        assert len(sheets._kept) <= 1
