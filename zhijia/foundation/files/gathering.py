"""A table too large for one transaction: gathered part by part, each sealed in the store, then one file.

A CSV file is its parts, one after the other, however many; a workbook is made of them at the end, which bounds it. The
parts are files of the use `<use>_part`, which its capability declares beside the use itself.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel.actor import Actor
from zhijia.kernel.tables import csv_chunks, csv_lines, write_csv, write_xlsx

from . import selectors, services
from .selectors import FileFacts

Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Gathering:
    """What is gathered, for whom: `form` is csv or xlsx, `sheet` the name of the workbook's sheet, `name` the file's
    without its ending.
    """

    maker: Actor
    use: str
    about: tuple[str, str]
    unit_id: int
    form: str
    headers: Sequence[str]
    sheet: str
    name: str

    @property
    def part_use(self) -> str:
        return f"{self.use}_part"


def add_rows(gathering: Gathering, rows: Rows, *, first: bool, now: datetime) -> None:
    """Keep the next rows, in the caller's transaction; nothing for none. A CSV file's `first` part has the headers."""
    if not rows:
        return
    if gathering.form == "csv":
        content = b"".join(csv_chunks(gathering.headers, rows) if first else csv_lines(rows))
    else:
        text = io.StringIO()
        csv.writer(text).writerows([_plain(value) for value in row] for row in rows)
        content = text.getvalue().encode()
    services.keep(
        gathering.maker, io.BytesIO(content), use=gathering.part_use, name="part.csv", about=gathering.about,
        unit_id=gathering.unit_id, now=now,
    )  # fmt: skip


def _plain(value: object) -> str:
    return json.dumps(value.isoformat() if hasattr(value, "isoformat") else value, ensure_ascii=False)


def finish(gathering: Gathering, *, now: datetime) -> FileFacts:
    """The file of all rows in the order in which they came; of headers alone where there were none."""
    name, about = f"{gathering.name}.{gathering.form}", gathering.about
    parts = _parts(gathering)
    if gathering.form == "csv" and parts:
        return services.join(
            gathering.maker, about, kind="csv", use=gathering.use, name=name, about=about, unit_id=gathering.unit_id,
            now=now,
        )  # fmt: skip
    out = io.BytesIO()
    if gathering.form == "xlsx":
        write_xlsx(out, gathering.headers, _cells(parts), sheet=gathering.sheet)
    else:
        write_csv(out, gathering.headers, ())
    out.seek(0)
    kept = services.keep(
        gathering.maker, out, use=gathering.use, name=name, about=about, unit_id=gathering.unit_id, now=now
    )
    for part in parts:
        services.drop(gathering.maker, part.public_id, reason="put together", now=now)
    return kept


def _parts(gathering: Gathering) -> list[FileFacts]:
    kind, key = gathering.about
    return [file for file in selectors.list_about(kind, [key]).get(key, []) if file.use == gathering.part_use]


def _cells(parts: Sequence[FileFacts]) -> Iterator[Sequence[object]]:
    for part in sorted(parts, key=lambda file: file.created_at):
        with services.open_content(part) as content:
            for row in csv.reader(io.TextIOWrapper(content, encoding="utf-8", newline="")):
                yield [json.loads(cell) for cell in row]
