"""Heads of the log that are kept elsewhere: a file beside the database, a line on paper.

Whoever empties or shortens the log, and makes nodes and heads anew, has no way to the ones that others hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from zhijia.kernel.crypto import sm3

from . import selectors

FILE = "ledger-heads.log"
COMPARED = 2_000
"""Lines of the file that are compared, the newest: twelve weeks of hours."""


class Head(NamedTuple):
    size: int
    root: str


def file() -> Path:
    return Path(settings.VAR_DIR) / FILE


def parse(text: str) -> Head:
    """`1024:9f2c…`. Raises ValueError."""
    size, root = text.strip().split(":")
    if len(bytes.fromhex(root)) != 32 or int(size) < 1:
        raise ValueError(text)
    return Head(int(size), root.lower())


def note(*, now: datetime) -> bool:
    """Append the newest head as a line, `2026-09-15T02:00:00+00:00 1024:9f2c…`; False where it stands there already."""
    head = selectors.newest_head()
    if head is None:
        return False
    line = f"{head.size}:{bytes(head.root).hex()}"
    known = kept()
    if known and known[-1] == parse(line):
        return False
    with file().open("a", encoding="ascii") as lines:
        lines.write(f"{now.isoformat()} {line}\n")
    return True


def kept() -> list[Head]:
    """What the file holds, newest last; a line cut off by a full disk is left out."""
    path = file()
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="ascii", errors="replace").splitlines()[-COMPARED:]:
        try:
            found.append(parse(line.split(" ", 1)[1]))
        except (ValueError, IndexError):
            continue
    return found


def contradictions(known: Iterable[Head]) -> list[str]:
    """A sentence for each head that the log of today does not continue."""
    head = selectors.newest_head()
    size = head.size if head else 0
    wrong = []
    for each in known:
        if each.size > size:
            wrong.append(f"the log has {size} entries, a head kept elsewhere says {each.size}: it was shortened")
        elif _root(each.size) != each.root:
            wrong.append(f"the first {each.size} entries have another root than a head kept elsewhere")
    return wrong


def differing() -> list[str]:
    """What the file contradicts; one sentence is enough where the log is too short for many of them."""
    found = contradictions(kept())
    return [*[each for each in found if "shortened" not in each], *[each for each in found if "shortened" in each][-1:]]


def _root(size: int) -> str:
    try:
        return selectors.frontier(size).root(sm3).hex()
    except KeyError:
        return ""
