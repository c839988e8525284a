"""`python -m tests.run`: the whole suite on SQLite, again on PostgreSQL, then the browser journeys; one closing line.

python -m tests.run                        all of it
python -m tests.run --only postgres -- -k transfer
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.postgres import NoPostgres, private_postgres, stop_on_signals

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = "3"
"""One more than the two cores: kills, clocks and workers wait much of their time."""


@dataclass
class Count:
    """Results of one run: an error in a fixture counts as a failure, and so does a run that collects nothing."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def _read_report(path: Path) -> Count | None:
    if not path.exists():
        return None
    total = Count()
    for suite in ET.parse(path).iter("testsuite"):
        tests, failures, errors, skipped = (
            int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
        )
        total += Count(tests - failures - errors - skipped, failures + errors, skipped)
    return total


def run_pytest(title: str, arguments: Sequence[str], environment: dict[str, str]) -> Count:
    print(f"\n=== {title}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zhijia-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False).returncode
        count = _read_report(report) or Count()
    if code != 0 and count.failed == 0:
        count.failed = 1  # nothing collected, interrupted, or pytest itself failed
    print(f"=== {title}: {count.passed} passed, {count.failed} failed, {time.monotonic() - started:.0f} s", flush=True)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["sqlite", "postgres", "browser"], action="append")
    parser.add_argument("rest", nargs="*", help="arguments for pytest, after --")
    options = parser.parse_args()
    chosen = options.only or ["sqlite", "postgres", "browser"]
    stop_on_signals()
    os.environ.pop("DATABASE_URL", None)
    # Without compiled files each of nine processes, and each command that tests start, compiles everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Dealt one by one and taken from who is behind: some modules are a hundred times as long as others.
    parallel = ["-n", PROCESSES, "--dist", "worksteal"]
    total = Count()
    if "sqlite" in chosen:
        total += run_pytest("SQLite", [*parallel, "-m", "not browser and not postgres", *options.rest], {})
    if "postgres" in chosen:
        try:
            with private_postgres() as address:
                total += run_pytest(
                    "PostgreSQL", [*parallel, "-m", "not browser", *options.rest], {"DATABASE_URL": address}
                )
        except NoPostgres as error:
            print(f"=== PostgreSQL: {error}", flush=True)
            total += Count(failed=1)
    if "browser" in chosen:
        dealt = ["-n", "2", "--dist", "worksteal", "-m", "browser"]
        total += run_pytest("Browser", [*dealt, *options.rest], {})
    print(f"\n{total.passed} passed, {total.failed} failed" + (f", {total.skipped} skipped" if total.skipped else ""))
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
