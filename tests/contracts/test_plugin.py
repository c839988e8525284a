"""A package of others adds a capability without a line changed here: the one of `docs/first-capability.md`, installed,
walked and tried as it stands on that page.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "first-capability.md"
PACKAGE = ROOT / "docs" / "examples" / "proposals"
_BLOCK = re.compile(r"^```(?:python|toml) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> dict[str, str]:
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def test_the_page_shows_the_package_as_it_is() -> None:
    shown = blocks()
    files = {
        str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".toml") and "migrations" not in path.parts
    }
    assert shown == files
    assert sum(text.count("\n") for text in files.values()) < 400


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the page's package was installed; its migration as the page's command writes it."""
    source, place = tmp_path / "source", tmp_path / "installed"
    for name, text in blocks().items():
        file = source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (source / "zhijia_proposals" / "migrations").mkdir()
    (source / "zhijia_proposals" / "migrations" / "__init__.py").touch()
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, *install, "--target", str(place), str(source)], check=True)
    return place


def run(place: Path, *command: str) -> str:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "ZHIJIA_", "PYTEST_"))
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, check=False, capture_output=True, text=True,
        env=kept | {"PYTHONPATH": str(place), "DJANGO_SETTINGS_MODULE": "zhijia.config.settings.test"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_the_package_of_the_page_is_installed_walked_and_passes_its_own_tests(place: Path) -> None:
    made = run(place, "manage.py", "makemigrations", "zhijia_proposals", "-n", "proposals")
    assert "Create model Proposal" in made
    pytest_ = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
    walked = run(place, *pytest_, "tests/contracts/test_kinds.py", "-k", "proposals")
    assert re.search(r"\b[4-9]\d passed", walked), walked
    named = ["tests/contracts/test_permissions.py", "tests/contracts/test_personal_data.py"]
    assert "failed" not in run(place, *pytest_, *named, "-k", "named_in_the_docs or one_part")
    assert "5 passed" in run(place, *pytest_, str(PACKAGE / "tests" / "test_proposals.py"))
