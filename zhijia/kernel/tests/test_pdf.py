"""Sheets as PDF fetch nothing: what a picture names is drawn here or the sheet is not made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zhijia.kernel import pdf

SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.fixture
def style(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.css"
    path.write_text("@page { size: A4 } p { break-after: page }", encoding="utf-8")
    return path


def _draw(address: str) -> bytes:
    if address != "own:square":
        raise ValueError(address)
    return SQUARE


def test_a_sheet_has_its_pages_and_its_own_pictures(style: Path) -> None:
    asked = []

    def draw(address: str) -> bytes:
        asked.append(address)
        return _draw(address)

    one = pdf.from_html("<p>一</p>", style=style, draw=draw)
    two = pdf.from_html("<p>一</p><p>二</p><img src='own:square'>", style=style, draw=draw)
    assert one.startswith(b"%PDF-")
    assert two.rstrip().endswith(b"%%EOF")
    assert len(two) > len(one)
    assert asked == ["own:square"]


@pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/passwd", "own:other"])
def test_nothing_is_fetched(style: Path, address: str) -> None:
    with pytest.raises(ValueError, match=r"example|passwd|own:other"):
        pdf.from_html(f"<img src='{address}'>", style=style, draw=_draw)


def test_the_engine_is_not_loaded_before_something_is_printed() -> None:
    program = (
        "import sys, django; django.setup(); import zhijia.config.urls; print('weasyprint' in sys.modules)"  # all views
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
