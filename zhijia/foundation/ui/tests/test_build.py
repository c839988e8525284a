import re
from pathlib import Path

import pytest
from django.apps import apps
from django.template.loader import get_template
from fontTools.ttLib import TTFont

from zhijia.foundation.ui import build

pytestmark = pytest.mark.skipif(
    not (build.MODULES / build.ICON_STYLE).exists(), reason="npm packages are not installed"
)
TEMPLATES = Path(apps.get_app_config("ui").path) / "templates"


@pytest.fixture(scope="module")
def codes():
    return build.icon_codes((build.MODULES / build.ICON_STYLE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built():
    build.build()
    return build.DIST


def test_the_cut_font_holds_every_icon_that_pages_name(codes, built):
    named = build.named_icons([build.PACKAGE], codes)
    drawn = set(TTFont(built / "icons.woff2").getBestCmap())
    assert {"qrcode", "home", "check", "alert-circle"} <= named
    assert {codes[name] for name in named} <= drawn
    styled = set(re.findall(r"\.ti-([a-z0-9-]+)::before", (built / "icons.css").read_text()))
    assert styled == named


def test_the_cut_font_is_small(built):
    assert (built / "icons.woff2").stat().st_size < 40_000


def test_every_icon_a_template_names_exists(codes):
    for file in build.PACKAGE.rglob("templates/**/*.html"):
        for name in re.findall(r'\{% icon "([^"]+)"', file.read_text(encoding="utf-8")):
            assert name in codes, f"{file.name} names the icon {name}, which the font does not have"


def test_foreign_styles_ask_for_no_data_images(built):
    for name in ("weui.css", "tabler.css"):
        assert "data:" not in (built / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "url", ["url(\"data:image/svg+xml,%3Csvg a=')'\")", "url('data:x(1)')", "url(data:image/png;base64,AAAA)"]
)
def test_a_data_image_of_any_spelling_is_taken_out(url):
    assert build.without_data_images(f".a{{background:{url} no-repeat}}").strip() == ".a{background:none no-repeat}"


def test_icons_are_found_in_all_their_spellings(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "a.html").write_text(
        '{% icon "home" %}{% icon icon|default:"inbox" %}<i class="ti ti-user"></i>', encoding="utf-8"
    )
    (tmp_path / "b.html").write_text('{% include "x" with icon="clock" %}', encoding="utf-8")
    (tmp_path / "views.py").write_text('row = {"icon": "phone"}; other = "scan"', encoding="utf-8")
    (tmp_path / "scenario.py").write_text('Entry("会员码", "qrcode")', encoding="utf-8")
    (tmp_path / "tests" / "test_a.py").write_text('icon="lock"', encoding="utf-8")
    known = {"home", "inbox", "user", "clock", "phone", "scan", "qrcode", "lock"}
    assert build.named_icons([tmp_path], known) == known - {"scan", "lock"}


def test_a_second_build_does_nothing(built):
    assert build.build() is False


def test_the_same_inputs_give_the_same_bytes(built, tmp_path, codes):
    points = [codes["home"], codes["check"]]
    build.cut_font(build.MODULES / build.ICON_FONT, tmp_path / "one.woff2", points)
    build.cut_font(build.MODULES / build.ICON_FONT, tmp_path / "two.woff2", reversed(points))
    assert (tmp_path / "one.woff2").read_bytes() == (tmp_path / "two.woff2").read_bytes()


def test_missing_packages_are_named_with_their_remedy(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(build, "MODULES", tmp_path)
    assert build.main([]) == 1
    assert "npm ci" in capsys.readouterr().err


@pytest.mark.parametrize("file", sorted(TEMPLATES.rglob("*.html")), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_a_part_compiles_tells_its_context_and_keeps_style_and_script_out(file):
    text = file.read_text(encoding="utf-8")
    get_template(str(file.relative_to(TEMPLATES)))
    if {"gallery", "listing"}.isdisjoint(file.parts):  # what lists take, the dataclasses of `ui/listing` tell
        assert re.match(r"\{# .+ #\}\n", text), "its first line says what it takes"
    assert not re.search(r"\sstyle=|\son[a-z]+=[\"']|<style|<script(?! src=| type=\"module\" src=)", text)


def test_own_styles_use_no_data_images():
    for file in (TEMPLATES.parent / "static" / "ui").glob("*.css"):
        assert not re.search(r"url\(\s*[\"']?data:", file.read_text(encoding="utf-8")), file.name
