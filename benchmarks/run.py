"""Run the programs, show a table, fail where a bar is missed: `python -m benchmarks.run [NAME ...] [--scale province]`.

A program is a module in `benchmarks/programs`; it reads ZHIJIA_BENCH_SCALE and prints lines of `result.Result`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(__file__).resolve().parent / "programs"


def names() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("[a-z]*.py"))


def run(name: str, scale: str) -> list[dict[str, Any]]:
    """The lines of one program. Raises CalledProcessError."""
    environment = os.environ | {"ZHIJIA_BENCH_SCALE": scale}
    output = subprocess.run(
        [sys.executable, "-m", f"benchmarks.programs.{name}"],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--scale", choices=["small", "province"], default="small")
    options = parser.parse_args()
    missed = []
    for name in options.names or names():
        started = time.monotonic()
        try:
            lines = run(name, options.scale)
        except subprocess.CalledProcessError as error:
            print(f"{name}: failed with {error.returncode}", file=sys.stderr)
            missed.append(name)
            continue
        for line in lines:
            print(json.dumps(line, ensure_ascii=False), flush=True)
            sign, word = ("<=" if line["at_most"] else ">="), ("holds" if line["holds"] else "MISSED")
            reached = f"{line['figure']:,.0f} of {line['limit']:,.0f} {line['unit']} = {line['ratio']:.2f}"
            spent = time.monotonic() - started
            print(f"# {line['bench']}: {reached}, bar {sign} {line['bar']}: {word} ({spent:.0f} s)", flush=True)
            if not line["holds"]:
                missed.append(line["bench"])
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
