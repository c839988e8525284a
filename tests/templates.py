"""`python -m tests.templates`: every template compiles, and keeps what our pages promise.

No inline script or style (the browser would refuse it), nothing unescaped, a token in every form that posts, words for
every picture. A formatter is not used: parts open and close tags under conditions, which formatters take for mistakes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from django.template import TemplateSyntaxError, engines

ROOT = Path(__file__).resolve().parents[1]
_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
_FORM = re.compile(r"<form\b[^>]*\bmethod=[\"']?post.*?</form>", re.DOTALL | re.IGNORECASE)
_REFUSED = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=[\"']application/(?:ld\+)?json)", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle=", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+=[\"']|javascript:", re.IGNORECASE),
    "data: address": re.compile(r"(?:src|href)=[\"']data:", re.IGNORECASE),
    "unescaped value": re.compile(r"\|\s*safe\b|autoescape off"),
    "address of another host": re.compile(
        r"(?:src|action)=[\"'](?:https?:)?//|<link\b[^>]*href=[\"'](?:https?:)?//", re.IGNORECASE
    ),
    "picture without words": re.compile(r"<img(?![^>]*\balt=)", re.IGNORECASE),
}


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Line numbers and words for what a template may not hold."""
    bare = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    for what, shape in _REFUSED.items():
        for match in shape.finditer(bare):
            yield bare.count("\n", 0, match.start()) + 1, what
    for match in _FORM.finditer(bare):
        if "csrf_token" not in match[0] and "{% include" not in match[0]:
            yield bare.count("\n", 0, match.start()) + 1, "form that posts without csrf_token"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhijia.config.settings.test")
    django.setup()
    found = []
    for path in sorted((ROOT / "zhijia").glob("**/templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}:{line}: {what}" for line, what in faults(text)]
        try:
            engines["django"].from_string(text)
        except TemplateSyntaxError as error:
            found.append(f"{path.relative_to(ROOT)}: {error}")
    for line in found:
        print(f"  {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
