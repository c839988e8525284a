"""docs/attacks.md names only tests that exist, and every attack has one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
][2:]


def functions_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0][:60])
def test_every_attack_is_tried_by_tests_that_exist(line: list[str]) -> None:
    tried, answered, proved = line
    assert tried
    assert answered
    named = re.findall(r"`([^`:]+)::(\w+)`", proved)
    assert named
    assert len(named) == proved.count("::")
    missing = [name for file, name in named if not (ROOT / file).is_file() or name not in functions_in(ROOT / file)]
    assert missing == []


def test_the_table_is_read_at_all() -> None:
    assert len(LINES) > 20
