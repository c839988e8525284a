"""The list kit over a list of five books: what is asked, what is shown, what is taken along."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from tests.world import World
from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.ui.listing import (
    Bulk,
    Button,
    Column,
    Day,
    Deed,
    Empty,
    Filter,
    Labelled,
    Listing,
    Money,
    Number,
    Query,
    Tag,
    Ticked,
    View,
    answer,
)
from zhijia.kernel.errors import RuleBroken
from zhijia.kernel.paging import Page, read_place, write_place

NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
KINDS = {"law": "法律", "craft": "技术"}


@dataclass(frozen=True)
class Book:
    key: int
    title: str
    kind: str
    fen: int | None
    since: date
    lent: bool


BOOKS = [
    Book(1, "工会法释义", "law", 3_800, date(2026, 8, 1), False),
    Book(2, "=焊接手册", "craft", 12_050, date(2025, 5, 10), True),
    Book(3, "劳动合同法", "law", None, date(2026, 9, 1), False),
    Book(4, "钳工基础", "craft", 0, date(2026, 9, 14), False),
    Book(5, "民法典", "law", 100, date(2026, 9, 15), False),
]


def _state(book: Book) -> tuple[str, str]:
    return ("已借出", "soon") if book.lent else ("在馆", "done")


def _address(book: Book) -> str:
    return f"/books/{book.key}"


def _locked(book: Book) -> str:
    return "已借出" if book.lent else ""


LIST = Listing(
    "books",
    "图书",
    head=Column("书名", "title", sort="title"),
    opens=_address,
    pid=lambda book: str(book.key),
    locked=_locked,
    counted="本",
    ordered="按书名",
    search="书名",
    filters=(Filter("kind", "类别", KINDS),),
    views=(View("all", "全部"), View("lent", "已借出", Empty("没有借出的书"))),
    orders={"title": ("title", "id"), "since": ("since", "id")},
    kept=("unit",),
    columns=(
        Labelled("类别", "kind", labels=KINDS),
        Money("价格", "fen"),
        Day("入藏", "since", sort="since"),
        Tag("状态", _state),
        Number("编号", "key", narrow="mid"),
    ),
    empty=Empty("还没有图书", "登记后会出现在这里。", (Button("登记图书", "/books/new", primary=True),)),
)


def books(query: Query) -> Page[Book]:
    from django.db.models import BigIntegerField

    place = read_place(query.after, [BigIntegerField()])
    rows = [
        book
        for book in BOOKS
        if (not query.search or query.search in book.title)
        and (not query.filters["kind"] or book.kind == query.filters["kind"])
        and (query.view == "all" or book.lent)
        and (place is None or book.key > place[0])
    ]
    shown = rows[: min(query.limit, 2)]
    return Page(shown, write_place(shown[-1].key) if len(rows) > len(shown) else "")


@pytest.fixture
def ask(world: World) -> Callable[..., Any]:
    actor = world.staff("ORG", "county")

    def get(path: str, **given: Any) -> Any:
        request: Any = RequestFactory().get(path)
        request.now, request.actor = NOW, actor
        return answer(LIST, request, books, **given)

    return get


def text(response: Any) -> str:
    return b"".join(response).decode("utf-8-sig")


def test_a_page_shows_rows_that_open_and_where_to_go_on(ask: Any) -> None:
    page = ask("/books?unit=7").content.decode()
    assert '<tr data-opens><th scope="row"' in page.replace("\n", "").replace("    ", "")
    assert '<a href="/books/1">工会法释义</a>' in page
    assert "38.00" in page
    assert "120.50" in page
    assert "2025-05-10" in page
    assert "08-01" in page
    assert '<span class="zj-tag soon">已借出</span>' in page
    assert "本页 2 本，按书名" in page
    assert "钳工基础" not in page
    assert f"?unit=7&amp;view=all&amp;after={write_place(2)}" in page
    second = ask(f"/books?unit=7&after={write_place(4)}").content.decode()
    assert "民法典" in second
    assert 'rel="first"' in second
    assert 'rel="next"' not in second


def test_search_filter_and_order_stay_in_every_address(ask: Any) -> None:
    page = ask("/books?unit=7&q=法&kind=law&order=-title&view=all").content.decode()
    assert 'value="法"' in page
    assert '<option value="law" selected>法律</option>' in page
    assert 'aria-sort="descending"' in page
    assert "?unit=7&amp;view=lent&amp;q=%E6%B3%95&amp;kind=law&amp;order=-title" in page
    assert "清除条件" in page


def test_the_head_of_a_column_turns_the_order_round() -> None:
    request: Any = RequestFactory().get("/books?order=since")
    query = LIST.query(request)
    assert (query.order, query.named) == (("since", "id"), "since")
    request = RequestFactory().get("/books?order=-since")
    assert LIST.query(request).order == ("-since", "-id")
    assert LIST.query(RequestFactory().get("/books")).order == ("title", "id")


@pytest.mark.parametrize("path", ["view=x&kind=y&order=z", "order=-", "kind=%00&order=%00&view=%00&unit=%00", "q=%20"])
def test_what_an_address_does_not_know_is_left_out(path: str) -> None:
    query = LIST.query(RequestFactory().get(f"/books?{path}"))
    assert (query.view, query.named, query.search) == ("all", "", "")
    assert query.filters == {"kind": ""}


def test_nothing_found_says_so_and_nothing_there_says_what_to_do_first(ask: Any, monkeypatch: Any) -> None:
    page = ask("/books?q=没有这本").content.decode()
    assert "没有找到“没有这本”" in page
    assert "登记图书" not in page
    monkeypatch.setitem(globals(), "BOOKS", [])
    assert "登记图书" in ask("/books").content.decode()
    assert "没有借出的书" in ask("/books?view=lent").content.decode()


def test_ticks_are_offered_where_something_may_be_done_and_a_locked_row_says_why(ask: Any) -> None:
    bulk = Bulk("/books/lend", (Deed("借出", value="lend"),))
    page = ask("/books", bulk=bulk, ticked=Ticked(("1",))).content.decode()
    assert 'name="pick" value="1" form="bulk" aria-label="选中 工会法释义" checked' in page
    assert 'value="2" form="bulk" aria-label="选中 =焊接手册" disabled title="已借出"' in page
    assert 'name="pick"' not in ask("/books").content.decode()


def test_an_export_gives_all_that_is_filtered_and_leaves_a_row_in_the_trail(ask: Any) -> None:
    lines = text(ask("/books?kind=craft&form=csv")).splitlines()
    assert lines == ["书名,类别,价格,入藏,状态,编号", "'=焊接手册,技术,120.5,2025-05-10,已借出,2",
                     "钳工基础,技术,0,2026-09-14,在馆,4"]  # fmt: skip
    entry = AuditEntry.objects.get(event="audit.list_exported")
    assert (entry.subject_kind, entry.subject_id) == ("list", "books")
    assert entry.detail == {"form": "csv", "rows": 2, "kind": "craft", "view": "all"}


def test_an_export_reads_page_by_page_to_the_end(ask: Any) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(ask("/books?form=xlsx"))))
    titles = [row[0] for row in book.get_sheet_by_index(0).to_python()]
    assert titles == ["书名", "工会法释义", "'=焊接手册", "劳动合同法", "钳工基础", "民法典"]


def test_too_much_is_refused_before_anything_is_sent(ask: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("zhijia.foundation.ui.listing.exporting.MOST_ROWS", 4)
    with pytest.raises(RuleBroken, match=r"export\.too_many"):
        ask("/books?form=csv")
    assert not AuditEntry.objects.filter(event="audit.list_exported").exists()


def test_looking_through_a_province_for_a_few_rows_is_refused_too(ask: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("zhijia.foundation.ui.listing.exporting.MOST_EXAMINED", 40_000)
    monkeypatch.setitem(globals(), "books", lambda query: Page([], "more", examined=20_000))
    with pytest.raises(RuleBroken, match=r"export\.too_many"):
        ask("/books?form=csv")
