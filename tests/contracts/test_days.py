"""A day is the province's: between midnight and eight in the morning UTC still has the day before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN_ZONE = {
    "zhijia/kernel/clockwork.py",
    "zhijia/kernel/workdays.py",
    "zhijia/kernel/xlsx/cells.py",
    "zhijia/foundation/ui/formats.py",
}
"""They turn the moment into the province's time themselves, or read one that has no zone."""


def _naked_days(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in OWN_ZONE or "/gallery/" in name:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="date"), args=[], keywords=[]):
                    yield f"{name}:{node.lineno}"


def test_the_day_of_a_moment_is_asked_of_the_province():
    assert list(_naked_days("zhijia")) == [], "timezone.localdate(moment), or formats.local_day in what is shown"
    assert list(_naked_days("tests")) == []
