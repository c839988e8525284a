"""Printed sheets: HTML to PDF, with nothing fetched from anywhere.

The engine takes 0.4 s and 35 MB to load, so this module is imported where a sheet is made, not at the top of a module.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

_engine = threading.Lock()


def from_html(text: str, *, style: Path, draw: Callable[[str], bytes]) -> bytes:
    """A PDF of `text` in the look of the style sheet; `draw` gives the SVG of each address that a picture names.

    About 0.4 s for the first page of a file, little for each further one. Raises ValueError where `draw` does, for an
    address that it does not know.
    """
    with _engine:  # the font cache is shared and not made for several threads
        sheet, fonts = _style(style)
        document = HTML(string=text, url_fetcher=_Drawn(draw))
        try:
            return bytes(document.write_pdf(stylesheets=[sheet], font_config=fonts))
        except FatalURLFetchingError as error:  # a BaseException upstream
            raise ValueError(str(error)) from error


@cache
def _style(path: Path) -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    return CSS(filename=str(path), font_config=fonts), fonts


class _Drawn(URLFetcher):  # type: ignore[misc]  # untyped upstream
    """Pictures of our own making and nothing else."""

    def __init__(self, draw: Callable[[str], bytes]) -> None:
        super().__init__(fail_on_errors=True)
        self._draw = draw

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        return URLFetcherResponse(url, self._draw(url), headers={"Content-Type": "image/svg+xml"})
