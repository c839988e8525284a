"""`python -m tests.measure [COMMIT]`: how large the house is, room by room, today or at a commit.

Lines and files of Python without tests and migrations, of templates, of tests; the largest modules; and how many names
each capability takes from others.
"""

from __future__ import annotations

import argparse
import ast
import io
import subprocess
import tarfile
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 12
Texts = dict[PurePosixPath, str]


def texts_of(commit: str) -> Texts:
    """The text of each Python file and template, as it is on the disk or was at a commit."""
    if commit:
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            found = {PurePosixPath(each.name): files.extractfile(each) for each in files if each.isfile()}
            return {path: file.read().decode() for path, file in found.items() if file and _counts(path)}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    paths = [PurePosixPath(name) for name in listed if (ROOT / name).is_file()]
    return {path: (ROOT / path).read_text() for path in paths if _counts(path)}


def _counts(path: PurePosixPath) -> bool:
    return path.suffix in (".py", ".html") and path.parts[0] in ("zhijia", "tests", "benchmarks", "docs", "conftest.py")


def is_test(path: PurePosixPath) -> bool:
    return path.parts[0] != "zhijia" or "tests" in path.parts


def room(path: PurePosixPath) -> str:
    """`zhijia/organization/members`; what stands alone in a room counts with it."""
    return "/".join(path.parts[: 3 if len(path.parts) > 3 else 2])


def taken(path: PurePosixPath, text: str) -> set[str]:
    """The names that a module takes from other capabilities, as `members.selectors.open_stay`."""
    own = room(path).replace("/", ".") + "."
    found = set()
    for node in ast.walk(ast.parse(text)):
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) and not node.level else ""
        if isinstance(node, ast.ImportFrom) and module.startswith("zhijia.") and not module.startswith(own):
            found |= {module + each.name for each in node.names}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", nargs="?", default="")
    lines, files, names = Counter[str](), Counter[str](), defaultdict[str, set[str]](set)
    largest = []
    for path, text in texts_of(parser.parse_args().commit).items():
        count = len(text.splitlines())
        if is_test(path):
            lines["tests"] += count
            files["tests"] += 1
        elif path.suffix == ".html":
            lines["templates"] += count
            files["templates"] += 1
        elif "migrations" not in path.parts:
            lines[room(path)] += count
            files[room(path)] += 1
            names[room(path)] |= taken(path, text)
            largest.append((count, str(path)))
    product = {place: count for place, count in lines.items() if place not in ("tests", "templates")}
    for place, count in sorted(product.items(), key=lambda each: -each[1]):
        print(f"{count:7,} lines {files[place]:4} files {len(names[place]):4} names from others  {place}")
    print(f"{sum(product.values()):7,} lines {sum(files[place] for place in product):4} files  product")
    for place in ("templates", "tests"):
        print(f"{lines[place]:7,} lines {files[place]:4} files  {place}")
    print("largest: " + ", ".join(f"{path} {count}" for count, path in sorted(largest, reverse=True)[:LARGEST]))


if __name__ == "__main__":
    main()
