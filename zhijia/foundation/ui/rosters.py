"""What pages of rosters share: a file in with its steps and what came before, a table out as CSV or XLSX.

Beside the parts `ui/console/upload_form.html`, `loads.html` and `download_rows.html`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, Final
from urllib.parse import quote

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from zhijia.kernel.tables import csv_chunks, write_xlsx

from . import formats

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
_HUES: Final = {"done": "done", "writing": "run", "checking": "run", "checked": "soon", "mapping": "soon"}


def seekable(file: Any) -> IO[bytes]:
    """The uploaded file as the readers of tables want it."""
    return file.file if hasattr(file.file, "seek") else io.BytesIO(file.read())


def upload_box(note: str, error: str) -> dict[str, str]:
    """Shape of `ui/console/upload_box.html` for a table; `note` says what it may hold."""
    return {
        "name": "file",
        "accept": ".xlsx,.csv",
        "error": error,
        "note": f"xlsx 或 csv（UTF-8、GB18030 自动识别），{note}。先核对，不会改动任何数据。",
    }


def steps(labels: Sequence[str], now: int) -> list[dict[str, str]]:
    """Shape of `ui/console/steps.html` at step `now`, counted from 0."""
    states = ["past" if place < now else "now" if place == now else "ahead" for place in range(len(labels))]
    return [{"label": label, "state": state, "href": ""} for label, state in zip(labels, states, strict=True)]


def load_line(load: Any, href: str) -> dict[str, Any]:
    """A row of `ui/console/loads.html`: a file with `unit`, `rows` (None while uncounted), `state` and `created_at`."""
    return {
        "href": href,
        "name": load.file_name,
        "unit": load.unit.name,
        "rows": formats.number(load.rows) if load.rows is not None else "—",
        "state": load.get_state_display(),
        "hue": _HUES.get(load.state, ""),
        "at": load.created_at,
    }


def figures(rows: Iterable[tuple[str, int, str, str]]) -> list[dict[str, Any]]:
    """Shape of `ui/console/figures.html` of `(label, value, hue, note)`; nothing has no colour."""
    return [
        {"label": label, "value": formats.number(value), "note": note, "state": hue if value else ""}
        for label, value, hue, note in rows
    ]


def place_of(query: Mapping[str, str], name: str = "after") -> int:
    """A row's number in an address; nonsense of any size is the beginning."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def table_answer(form: str, headers: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponseBase:
    """Rows as a file to save: CSV as it comes, anything else as a workbook."""
    if form == "csv":
        return named(StreamingHttpResponse(csv_chunks(headers, rows), content_type=CSV), f"{name}.csv")
    out = io.BytesIO()
    write_xlsx(out, headers, rows, sheet=name[:31])
    out.seek(0)
    return named(FileResponse(out, content_type=XLSX), f"{name}.xlsx")


def named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """Saved under this name, and stored nowhere on the way."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response
