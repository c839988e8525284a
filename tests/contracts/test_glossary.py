"""The glossary names what the code names."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def identifiers() -> set[str]:
    """What stands in backticks in the third column of the glossary's tables."""
    rows = (
        line.split("|") for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines() if line.startswith("|")
    )
    return {name for cells in rows if len(cells) > 4 for name in re.findall(r"`([A-Za-z_]+)`", cells[3])}


def test_every_identifier_of_the_glossary_exists_in_the_code():
    sources = (path for path in (ROOT / "zhijia").rglob("*.py") if "tests" not in path.parts)
    words = {word for path in sources for word in re.findall(r"[A-Za-z_]+", path.read_text("utf-8"))}
    named = identifiers()
    assert len(named) > 60
    assert named - words == set()


def test_every_test_file_that_the_rules_name_exists():
    named = {
        name
        for page in (ROOT / "docs/rules").glob("*.md")
        for name in re.findall(r"`((?:zhijia|tests)/[\w/]+\.py)`", page.read_text("utf-8"))
    }
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
