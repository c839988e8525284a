"""Tables of people who send files: CSV and XLSX in, row by row with a reason for every fault, and out again.

    table = open_table(file, [Column("name", ("姓名",), normalize_name, required=True), ...])
    for row in table.rows():
        row.values["name"], row.errors

Typed columns are cleaned and normalized first; only free text is refused for looking like a formula, and everything is
made harmless on the way out.

Source: docs/rules/kernel.md#tables
"""

from __future__ import annotations

from .cells import (
    EXAMPLE,
    as_written,
    date_cell,
    looks_like_example,
    looks_like_formula,
    looks_like_sum,
    one_of,
    plain_text,
    text_up_to,
)
from .lost import is_lost, judged_rows, lost_digits, rounded_among
from .shapes import Column, Row, RowError, Sheet, Table
from .sheets import MAX_ROWS, open_sheet, open_table, require_rows, unknown_headers
from .writing import (
    HANDED_BACK,
    MARK_HEADER,
    REASON_HEADER,
    ROW_HEADER,
    csv_chunks,
    csv_lines,
    safe_cell,
    write_book,
    write_csv,
    write_xlsx,
)

__all__ = [
    "EXAMPLE",
    "HANDED_BACK",
    "MARK_HEADER",
    "MAX_ROWS",
    "REASON_HEADER",
    "ROW_HEADER",
    "Column",
    "Row",
    "RowError",
    "Sheet",
    "Table",
    "as_written",
    "csv_chunks",
    "csv_lines",
    "date_cell",
    "is_lost",
    "judged_rows",
    "looks_like_example",
    "looks_like_formula",
    "looks_like_sum",
    "lost_digits",
    "one_of",
    "open_sheet",
    "open_table",
    "plain_text",
    "require_rows",
    "rounded_among",
    "safe_cell",
    "text_up_to",
    "unknown_headers",
    "write_book",
    "write_csv",
    "write_xlsx",
]
