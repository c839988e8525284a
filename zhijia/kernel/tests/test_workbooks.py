"""Cells of workbooks as a person saw them, and workbooks that would fill the memory."""

import io
from datetime import date, datetime, time

import pytest
import xlsxwriter

from zhijia.kernel import tables as t, xlsx
from zhijia.kernel.errors import Invalid

from .test_tables import COLUMNS, GOOD, HEADER, NS, book, cells_of, raw_book, refused, sheet_of

# --- Cells of workbooks


def styled(rows, count=2):
    """Rows of raw cells whose style 1 is a date, with three shared texts."""
    styles = f'<styleSheet {NS}><cellXfs count="{count}"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    runs = '<si><r><t>多</t></r><r><t>段</t></r><rPh sb="0" eb="1"><t>d</t></rPh></si>'
    shared = f"<sst {NS}><si><t>a</t></si><si/>{runs}</sst>"
    return raw_book(sheet_of(rows), shared, extra=[("xl/styles.xml", styles)])


def test_cells_come_as_the_text_a_person_saw():
    values = [
        "a&b<c>\"'",
        12,
        -12.5,
        0.1 + 0.2,
        True,
        date(1990, 3, 7),
        datetime(1990, 3, 7, 8, 30),
        time(8, 30),
        1e14,
        123456789012345678,
    ]
    texts = [
        "a&b<c>\"'",
        "12",
        "-12.5",
        "0.3",
        "TRUE",
        "1990-03-07",
        "1990-03-07 08:30:00",
        "08:30:00",
        "100000000000000",
        "123456789012346000",
    ]
    found = cells_of(book([values]))
    assert found == [(1, texts)]
    assert isinstance(found[0][1][-1], xlsx.LostDigits)
    assert not isinstance(found[0][1][-2], xlsx.LostDigits)


def test_other_shapes_of_cells_are_understood():
    rows = (
        '<row r="2"/><row r="3"><c r="A3" t="inlineStr"><is><r><t>张</t></r><r><t xml:space="preserve"> 三</t></r>'
        '<rPh sb="0" eb="1"><t>zhang</t></rPh></is></c><c r="B3" t="str"><f>A1&amp;B1</f><v>x&amp;y&#x4E2D;</v></c>'
        "<c r='C3'><v>7</v></c><c r='D3' t='e'><v>#N/A</v></c></row>"
        '<row r="4"><c r="A4"><v>1</v></c><c r="B4" t="s"><v>1</v></c><c r="C4" t="s"><v>2</v></c></row>'
    )
    assert cells_of(styled(rows)) == [(3, ["张 三", "x&y中", "7", ""]), (4, ["1", "", "多段", ""])]


@pytest.mark.parametrize(
    ("raw", "text"),
    [("20150601", "20150601"), ("2958466", "2958466"), ("42156", "2015-06-01"), ("0.5", "12:00:00")],
)
def test_a_number_in_a_date_cell_that_is_no_day_stays_what_was_typed(raw, text):
    assert cells_of(styled(f'<row r="1"><c r="A1" s="1"><v>{raw}</v></c></row>')) == [(1, [text])]


def test_a_file_of_dates_from_1904_and_escaped_line_breaks_is_read():
    assert cells_of(book([[date(2022, 1, 1)]], date_1904=True)) == [(1, ["2022-01-01"])]
    escaped = '<row r="1"><c r="A1" t="inlineStr"><is><t>焊工_x000D_</t></is></c></row>'
    assert cells_of(styled(escaped)) == [(1, ["焊工\r"])]


def test_a_sheet_with_a_namespace_prefix_is_read():
    sheet = (
        f'<x:worksheet {NS.replace("xmlns", "xmlns:x")}><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is>'
        "<x:t>姓名</x:t></x:is></x:c></x:row></x:sheetData>"
        '<x:mergeCells count="1"><x:mergeCell ref="A1:B1"/></x:mergeCells></x:worksheet>'
    )
    page = xlsx.open_workbook(raw_book(sheet)).read("名单")
    assert page.merged == [((0, 0), (0, 1))]
    assert list(page.rows()) == [(1, ["姓名"])]


def test_the_sheet_that_names_the_columns_is_read_and_the_others_are_told():
    out = io.BytesIO()
    writer = xlsxwriter.Workbook(out)
    for name, rows in (
        ("说明", [["填写说明"], ["1. 姓名必填"]]),
        ("名册", [HEADER, GOOD]),
        ("旧", [HEADER, GOOD, GOOD]),
    ):
        page = writer.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    writer.close()
    table = t.open_table(out, COLUMNS)
    assert (table.sheet.name, table.sheet.names, len(list(table.rows()))) == ("名册", ("说明", "名册", "旧"), 1)
    chosen = t.open_sheet(out, COLUMNS, sheet="旧")
    assert len(list(chosen.rows())) == 2
    with pytest.raises(Invalid, match=r"table\.no_such_sheet"):
        t.open_sheet(out, COLUMNS, sheet="没有")


def test_rows_that_a_filter_hides_are_counted():
    def row(number, more=""):
        return f'<row r="{number}"{more}><c r="A{number}"><v>{number}</v></c></row>'

    hidden = sheet_of(row(1) + row(2, ' spans="1:1" hidden="1"') + row(3, ' hidden="0"') + '<row r="4" hidden="1"/>')
    page = xlsx.open_workbook(raw_book(hidden)).read("名单")
    assert page.hidden_rows == 1
    assert [number for number, _ in page.rows()] == [1, 2, 3]


# --- What would fill the memory


def test_thousands_of_empty_formatted_rows_and_a_long_tail_do_no_harm():
    empty = "".join(
        f'<row r="{number}" spans="1:11" s="1" customFormat="1" ht="14.25"/>' for number in range(2, 60_000)
    )
    tail = "<dataValidations>" + '<dataValidation sqref="A1"/>' * 100_000 + "</dataValidations>"
    first, last = '<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="70000"><c r="A70000"><v>2</v></c></row>'
    assert cells_of(raw_book(sheet_of(first + empty + last, tail))) == [(1, ["1"]), (70_000, ["2"])]


def test_a_styled_cell_in_the_last_corner_does_no_harm():
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert cells_of(styled(far)) == [(1, ["1"])]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "table.too_many_columns"),
        ('<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>', "table.too_many_columns"),
        ("<row r='9'><c\tr = 'BA9'><v>1</v></c></row>", "table.too_many_columns"),
        ('<row r="9"><y:c xmlns:y="a" s="1" r="BA9"><v>1</v></y:c></row>', "table.too_many_columns"),
        ('<row r="9">' + "<c><v>1</v></c>" * 60 + "</row>", "table.too_many_columns"),
        ('<row r="9">' + '<c r="A9" x=">"/>' + "<c><is><t>1</t></is></c>" * 60 + "</row>", "table.too_many_columns"),
        ('<row r="1048576"><c r="AX1048576"><v>1</v></c></row>', "table.too_large"),
        ('<row r="1048576"><c><v>1</v></c><c r="Z1048576"><v>1</v></c></row>', "table.too_large"),
        ('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "table.damaged"),
        ('<row r="2000000"><c r="A2000000"><v>1</v></c></row>', "table.damaged"),
        ("<row r='2000000'><c><v>1</v></c></row>", "table.damaged"),
    ],
)
def test_a_cell_far_from_the_others_is_refused_before_anything_is_laid_out(rows, code):
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    with pytest.raises(Invalid) as caught:
        xlsx.open_workbook(raw_book(sheet_of(first + rows)))
    assert caught.value.code == code


def test_a_sheet_is_measured_wherever_it_lies():
    far = sheet_of('<row r="1048576"><c r="AX1048576"><v>1</v></c></row>')
    small = sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>')
    for name, content in (
        ("xl/media/x.png", far),
        ("other/sheet", "junk" + far),
        ("docProps/app.xml", "\ufeff " + far),
    ):
        with pytest.raises(Invalid, match=r"table\.(too_large|damaged)"):
            xlsx.open_workbook(raw_book(small, extra=[(name, content)]))


@pytest.mark.parametrize("where", [0, 5_000, 2_000_000])
def test_a_document_type_is_found_anywhere_in_a_part(where):
    sheet = f"<worksheet {NS}><!--{'x' * where}--><!DOCTYPE a [<!ENTITY b 'c'>]><sheetData/></worksheet>"
    with pytest.raises(Invalid, match=r"table\.damaged"):
        xlsx.open_workbook(raw_book(sheet))


def test_texts_without_number_are_refused(monkeypatch):
    monkeypatch.setattr("zhijia.kernel.xlsx.parts.MOST_STRINGS", 1_000)
    shared = f"<sst {NS}>{'<si/>' * 1_001}</sst>"
    with pytest.raises(Invalid, match=r"table\.too_large"):
        xlsx.open_workbook(raw_book(sheet_of(""), shared))


@pytest.mark.parametrize("part", ["content.xml", "xl/workbook.bin", "META-INF/manifest.xml"])
def test_other_kinds_of_workbooks_are_told(part):
    assert refused(raw_book(sheet_of(""), extra=[(part, "<a/>")])) == "table.other_kind"


def test_a_long_sheet_is_complete():
    count = 60_000
    table = t.open_table(book([HEADER, *[GOOD] * count]), COLUMNS[:1])
    assert table.total == count
    assert [row.number for row in table.rows()] == list(range(2, count + 2))
