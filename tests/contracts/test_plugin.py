"""A package of others adds a scenario without a line changed here: the example in docs, installed and tried."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "plugin"


def test_the_example_installs_and_its_own_tests_pass(tmp_path: Path) -> None:
    place = tmp_path / "installed"
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    source = tmp_path / "source"
    subprocess.run(["cp", "-r", str(EXAMPLE), str(source)], check=True)
    subprocess.run([sys.executable, *install, "--target", str(place), str(source)], check=True)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "ZHIJIA_", "PYTEST_"))
    }
    environment["PYTHONPATH"] = str(place)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
    done = subprocess.run(
        [*command, str(EXAMPLE / "tests" / "test_reading.py")],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
