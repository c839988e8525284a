"""Loading a full file of divisions, set-based and repeatable."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions.models import Level, Region
from zhijia.foundation.regions.permissions import Permission
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid
from zhijia.kernel.names import text_initials, text_key

CHUNK: Final = 2_000
PACKAGED: Final = Path(__file__).resolve().parent.parent / "data" / "regions.csv.gz"
PACKAGED_FROM: Final = date(2026, 1, 1)
"""The packaged file tells the divisions of 2026 and not since when each exists."""
LEVELS: Final = {
    "province": Level.PROVINCE,
    "city": Level.CITY,
    "county": Level.COUNTY,
    "township": Level.TOWNSHIP,
}
_COLUMNS: Final = ("code", "parent", "level", "name")
_MOST_BYTES: Final = 64 * 1024**2
_CODE: Final = re.compile(r"[1-9][0-9]{11}")

Facts = tuple[str, str, int, str]
"""Code, parent's code, level, name."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did, in divisions. `absent` stand today below the file's provinces but not in it; they stay, since a
    full file does not tell what took over: the list of changes does."""

    read: int
    added: int
    changed: int
    absent: int


def load_packaged(actor: Actor, *, now: datetime) -> Loaded:
    """The 41,944 divisions that come with the platform, as of 1 January 2026."""
    return load_file(actor, PACKAGED, valid_from=PACKAGED_FROM, now=now)


def load_file(actor: Actor, path: str | Path, *, valid_from: date, now: datetime) -> Loaded:
    """Take over a full file (CSV in UTF-8, also gzipped; `code,parent,level,name`) as the state from a day on.

    A new code gets a row; a name, parent or level that differs closes the row at `valid_from` and opens another, or
    corrects the row where it began on that very day. The second run changes nothing. All or nothing is checked before
    the first write, then 2,000 divisions are written at a time. Raises Invalid `regions.file`, `.columns`, `.code`,
    `.level`, `.name`, `.parent`, `.twice`, `.earlier`. Source: docs/rules/regions.md#loading
    """
    actor.require_anywhere(Permission.LOAD)
    facts = _read(Path(path))
    current = {
        row[0]: row
        for row in Region.objects.filter(valid_to__isnull=True).values_list(
            "code", "parent_code", "level", "name", "valid_from"
        )
    }
    _check_parents(facts, current)
    added = [row for row in facts if row[0] not in current]
    changed = [row for row in facts if row[0] in current and current[row[0]][:4] != row]
    if later := [row[0] for row in changed if current[row[0]][4] > valid_from]:
        raise Invalid("regions.earlier", f"区划{later[0]}已有更晚生效的记录，请检查生效日期。")
    _refuse_taken_days(added, valid_from)
    for start in range(0, len(added), CHUNK):
        with transaction.atomic():
            db.insert_rows(Region, [row_of(*row, valid_from=valid_from) for row in added[start : start + CHUNK]])
    for start in range(0, len(changed), CHUNK):
        with transaction.atomic():
            for row in changed[start : start + CHUNK]:
                replace_current(row, began=current[row[0]][4], on=valid_from)
    provinces = {row[0][:2] for row in facts}
    known = {row[0] for row in facts}
    absent = sum(1 for code in current if code not in known and code[:2] in provinces)
    loaded = Loaded(len(facts), len(added), len(changed), absent)
    if added or changed:
        audit.record(
            actor, "regions.load", ("regions", valid_from.isoformat()), now=now,
            detail={"read": loaded.read, "added": loaded.added, "changed": loaded.changed, "absent": absent},
        )  # fmt: skip
    return loaded


def row_of(code: str, parent: str, level: int, name: str, *, valid_from: date) -> dict[str, Any]:
    """The columns of a row that begins."""
    return {
        "code": code,
        "parent_code": parent,
        "level": level,
        "name": name,
        "name_key": text_key(name, length=160),
        "initials": text_initials(name, length=40),
        "valid_from": valid_from,
    }


def replace_current(facts: Facts, *, began: date, on: date) -> None:
    """Let a division be another from a day on; a row that began that day is corrected instead. In a transaction."""
    row = row_of(*facts, valid_from=on)
    if began == on:
        db.change_rows(Region, {"code": facts[0], "valid_to": None}, row)
        return
    db.change_rows(Region, {"code": facts[0], "valid_to": None}, {"valid_to": on})
    db.insert_rows(Region, [row])


def _refuse_taken_days(added: Sequence[Facts], valid_from: date) -> None:
    """A code abolished on or after `valid_from` cannot begin again on that day."""
    ended = dict(Region.objects.filter(valid_to__gt=valid_from).values_list("code", "valid_to"))
    if again := [row[0] for row in added if row[0] in ended]:
        raise Invalid("regions.earlier", f"区划{again[0]}在生效日期之后才撤销，请检查生效日期。")


def _check_parents(facts: Sequence[Facts], current: Mapping[str, tuple[Any, ...]]) -> None:
    levels = {code: row[2] for code, row in current.items()} | {row[0]: row[2] for row in facts}
    for code, parent, level, _name in facts:
        if level == Level.PROVINCE and not parent:
            continue
        if levels.get(parent, 9) >= level:
            raise Invalid("regions.parent", f"区划{code}的上级{parent or '（空）'}不存在，或层级不高于它。")


def _read(path: Path) -> list[Facts]:
    """The whole file, checked: some 42,000 rows, four short texts each."""
    facts: list[Facts] = []
    seen: set[str] = set()
    for number, row in _rows(path):
        code, parent, level, name = (row[column].strip() for column in _COLUMNS)
        if not _CODE.fullmatch(code) or (parent and not _CODE.fullmatch(parent)):
            raise Invalid("regions.code", f"第{number}行的代码应为12位数字。")
        if level not in LEVELS:
            raise Invalid("regions.level", f"第{number}行的层级应为province、city、county或township。")
        if not 2 <= len(name) <= 60:
            raise Invalid("regions.name", f"第{number}行的名称应为2到60个字。")
        if code in seen:
            raise Invalid("regions.twice", f"第{number}行的代码{code}在文件中出现了两次。")
        seen.add(code)
        facts.append((code, parent, int(LEVELS[level]), name))
    if not facts:
        raise Invalid("regions.file", "文件里没有区划，请检查后重试。")
    return facts


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise Invalid("regions.file", "文件过大，这不像是区划文件。")
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise Invalid("regions.file", f"文件{path.name}无法读取，应为UTF-8编码的CSV，可用gzip压缩。") from fault
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if not set(_COLUMNS) <= set(reader.fieldnames or ()):
            raise Invalid("regions.columns", "文件应有code、parent、level、name四列。")
        for row in reader:
            yield reader.line_num, {column: row[column] or "" for column in _COLUMNS}
    except csv.Error as fault:
        raise Invalid("regions.file", f"第{reader.line_num}行附近的引号不成对，请检查后重试。") from fault
