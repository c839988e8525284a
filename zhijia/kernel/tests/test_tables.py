import io
import tempfile
import zipfile
from datetime import UTC, date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given, settings, strategies as st

from zhijia.kernel import tables as t, xlsx
from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import normalize_mobile, normalize_name, normalize_resident_id

COLUMNS = [
    t.Column("name", ("姓名", "会员姓名"), normalize_name, required=True),
    t.Column("number", ("身份证号", "证件号码"), normalize_resident_id, required=True),
    t.Column("mobile", ("手机号",), normalize_mobile),
    t.Column("note", ("备注",), t.text_up_to(20), free_text=True),
]
HEADER = ["姓名", "身份证号", "手机号", "备注"]
GOOD = ["张三", "370299199003070010", "13800130001", "一线"]
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def book(rows, **options):
    """A workbook as a file; `merge` a range, `formats` number formats by value type."""
    out = io.BytesIO()
    writer = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = writer.add_worksheet()
    day, moment = (
        writer.add_format({"num_format": "yyyy-mm-dd"}),
        writer.add_format({"num_format": "yyyy/m/d hh:mm:ss"}),
    )
    clock = writer.add_format({"num_format": "h:mm"})
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            match value:
                case None | "":
                    pass
                case str():
                    sheet.write_string(number, place, value)
                case datetime():
                    sheet.write_datetime(number, place, value, moment)
                case date():
                    sheet.write_datetime(number, place, value, day)
                case time():
                    sheet.write_datetime(number, place, value, clock)
                case _:
                    sheet.write(number, place, value)
    writer.close()
    out.seek(0)
    return out


def sheet_of(rows, tail=""):
    return f"<worksheet {NS}><sheetData>{rows}</sheetData>{tail}</worksheet>"


def raw_book(sheet_xml, shared="", workbook=None, extra=()):
    """A workbook with a sheet written by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        packed.writestr(
            "xl/workbook.xml",
            workbook
            or f'<workbook {NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="隐藏" sheetId="1" state="hidden" r:id="rId9"/>'
            '<sheet name="名单" sheetId="2" r:id="rId1"/></sheets></workbook>',
        )
        packed.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        packed.writestr("xl/worksheets/sheet1.xml", sheet_xml)
        if shared:
            packed.writestr("xl/sharedStrings.xml", shared)
        for name, content in extra:
            packed.writestr(name, content)
    out.seek(0)
    return out


def csv_file(text, encoding="utf-8"):
    return io.BytesIO(text.encode(encoding))


def lines(*rows, end="\r\n"):
    return end.join(",".join(row) for row in rows) + end


def read(file, columns=COLUMNS, **options):
    return list(t.open_table(file, columns, **options).rows())


def refused(file, columns=COLUMNS, **options):
    with pytest.raises(Invalid) as caught:
        read(file, columns, **options)
    assert caught.value.message.endswith("。")
    return caught.value.code


def both_ways(file):
    """Rows as calamine reads them and as the streaming reader does."""
    at_once = list(xlsx.open_workbook(file).read())
    streamed = list(xlsx.open_workbook(file, at_once_rows=-1).read())
    return at_once, streamed


VALUES = {"name": "张三", "number": "370299199003070010", "mobile": "13800130001", "note": "一线"}


# --- What can be read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_file_is_read_whatever_its_encoding_line_end_and_separator(encoding, end, separator):
    file = csv_file(lines(HEADER, GOOD, end=end).replace(",", separator), encoding)
    assert [(row.number, row.values, row.errors) for row in read(file)] == [(2, VALUES, ())]


def test_a_rare_character_is_read_from_gb18030():
    file = csv_file(lines(HEADER, ["王𬭎䶮", *GOOD[1:]]), "gb18030")
    assert read(file)[0].values["name"] == "王𬭎䶮"


def test_a_workbook_is_read_by_content_and_its_title_and_empty_rows_are_skipped():
    file = book(
        [["某工会会员名册"], [], ["*姓名（必填）", "证件号码", "手机号：", "备注", "其他"], [], GOOD, ["", " "], GOOD]
    )
    table = t.open_table(file, COLUMNS)
    assert (table.header_row, table.ignored) == (3, ("其他",))
    assert [(row.number, row.values) for row in table.rows()] == [(5, VALUES), (7, VALUES)]
    assert [row.number for row in table.rows()] == [5, 7]  # as often as wanted


def test_columns_may_stand_in_any_order_and_optional_ones_be_absent():
    file = csv_file(lines(["身份证号", "姓名"], ["370299199003070010", "张三"]))
    assert read(file)[0].values == {**VALUES, "mobile": None, "note": None}


def test_a_quoted_cell_may_hold_separators_and_line_breaks():
    columns = [t.Column("a", ("甲",), required=True), t.Column("b", ("乙",))]
    rows = read(csv_file('甲,乙\r\n"一,二\r\n三",四\r\n五,六\r\n'), columns)
    assert [(row.number, row.values["a"]) for row in rows] == [(2, "一,二\r\n三"), (3, "五")]


def test_a_file_on_disk_stays_open_for_its_owner():
    with tempfile.TemporaryFile() as file:
        file.write(lines(HEADER, GOOD).encode())
        assert len(read(file)) == 1
        assert not file.closed


# --- Faults in rows


def test_every_fault_of_a_row_is_told_with_its_place_and_reason():
    file = csv_file(
        lines(
            HEADER, ["张3", "370299199003070011", "12345", "=1+1"], ["", "", "", ""], ["", GOOD[1], "", "x" * 21], GOOD
        )
    )
    rows = read(file)
    assert [(e.row, e.column, e.label, e.code) for row in rows for e in row.errors] == [
        (2, "name", "姓名", "name.characters"),
        (2, "number", "身份证号", "id_number.check_digit"),
        (2, "mobile", "手机号", "mobile.format"),
        (2, "note", "备注", "cell.formula"),
        (4, "name", "姓名", "cell.required"),
        (4, "note", "备注", "cell.too_long"),
    ]
    assert all(error.reason.endswith("。") for row in rows for error in row.errors)
    assert rows[0].values == {"name": None, "number": None, "mobile": None, "note": None}
    assert rows[1].values["number"] == "370299199003070010"
    assert rows[2].errors == ()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", " =", "　@"])
def test_free_text_that_begins_like_a_formula_is_refused_and_typed_columns_are_normalized_first(start):
    rows = read(csv_file(lines(HEADER, ["张三", GOOD[1], "+86 13800130001", f"{start}cmd"])))
    assert [error.code for error in rows[0].errors] == ["cell.formula"]
    assert rows[0].values["mobile"] == "13800130001"


def test_a_tab_before_free_text_is_refused():
    assert read(book([HEADER, [*GOOD[:3], "\tcmd"]]))[0].errors[0].code == "cell.formula"


def test_a_control_character_in_a_cell_is_refused():
    assert read(csv_file(lines(HEADER, [*GOOD[:3], "a\x07b"])))[0].errors[0].code == "cell.control"


@pytest.mark.parametrize("at_once", [True, False])
def test_an_identity_number_that_the_spreadsheet_rounded_is_told_apart_from_a_wrong_one(monkeypatch, at_once):
    if not at_once:
        monkeypatch.setattr(xlsx.open_workbook, "__kwdefaults__", {"at_once_rows": -1})
    rows = read(book([HEADER, ["张三", 370299199003070010, 13800130001, None]]))
    assert [error.code for error in rows[0].errors] == ["cell.lost_digits"]
    assert rows[0].values["mobile"] == "13800130001"


# --- Files that are refused


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (io.BytesIO(), "table.empty"),
        (csv_file("\r\n \r\n"), "table.header_missing"),
        (book([]), "table.empty"),
        (csv_file(lines(HEADER)), "table.no_rows"),
        (csv_file(lines(HEADER, ["", " ", "", ""])), "table.no_rows"),
        (book([HEADER]), "table.no_rows"),
        (csv_file(lines(["姓名", "电话"], ["张三", "1"])), "table.header_missing"),
        (csv_file(lines([*HEADER, "会员姓名"], [*GOOD, "张三"])), "table.header_twice"),
        (csv_file(lines(HEADER, GOOD), "utf-16"), "table.encoding"),
        (io.BytesIO(lines(HEADER, GOOD).encode() + b"\xff\xff\xff"), "table.encoding"),
        (io.BytesIO(lines(HEADER, GOOD).encode("gbk") + b"\x81"), "table.encoding"),
        (csv_file("會員,號碼\r\n張,1\r\n", "big5"), "table.header_missing"),
        (csv_file(lines(HEADER, ['"张三', *GOOD[1:]])), "table.quotes"),
        (csv_file(lines(HEADER, ['"张"三', *GOOD[1:]])), "table.quotes"),
        (csv_file(lines(HEADER, GOOD) + "x" * 1_100_000), "table.long_line"),
        (csv_file(lines(HEADER + [""] * 46 + ["多"], GOOD)), "table.too_many_columns"),
        (book([HEADER, [*GOOD, *[None] * 46, "多"]]), "table.too_many_columns"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "table.old_or_locked"),
        (io.BytesIO(b"PK\x03\x04 not a zip"), "table.damaged"),
        (io.BytesIO(book([HEADER, GOOD]).getvalue()[:-200]), "table.damaged"),
        (raw_book("<worksheet"), "table.damaged"),
        (raw_book(f"<worksheet {NS}><sheetData>", workbook=f"<workbook {NS}/>"), "table.no_sheet"),
        (raw_book('<!DOCTYPE x [<!ENTITY a "b">]>' + sheet_of("")), "table.damaged"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_understood_is_refused_with_its_reason(file, code):
    assert refused(file) == code


def test_a_changed_byte_of_a_packed_sheet_is_found_before_a_row_is_read():
    content = bytearray(book([HEADER, *[GOOD] * 50]).getvalue())
    packed = zipfile.ZipFile(io.BytesIO(content))
    info = packed.getinfo("xl/worksheets/sheet1.xml")
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    with pytest.raises(Invalid, match=r"table\.damaged"):
        xlsx.open_workbook(io.BytesIO(content))


def test_merged_cells_are_refused_below_the_title():
    def merged(cells):
        out = io.BytesIO()
        writer = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = writer.add_worksheet()
        for number, row in enumerate([["名册"], HEADER, GOOD, GOOD]):
            sheet.write_row(number, 0, row)
        sheet.merge_range(cells, "名册" if cells == "A1:D1" else "一线")
        writer.close()
        out.seek(0)
        return out

    assert len(read(merged("A1:D1"))) == 2
    with pytest.raises(Invalid, match=r"table\.merged_cells") as caught:
        read(merged("D3:D4"))
    assert "D3:D4" in caught.value.message


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    zeros = b"0" * 30_000_000
    assert refused(raw_book(f"<worksheet {NS}/>", extra=[("xl/media/bomb.bin", zeros)])) == "table.too_large"


def test_a_part_that_lies_about_its_size_is_found():
    content = raw_book(f"<worksheet {NS}><sheetData>{'<row/>' * 1000}</sheetData></worksheet>").getvalue()
    real = zipfile.ZipFile(io.BytesIO(content)).getinfo("xl/worksheets/sheet1.xml").file_size
    lying = content.replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != content
    assert refused(io.BytesIO(lying)) == "table.damaged"


def test_a_cell_in_the_last_corner_costs_no_memory():
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
    far = sheet_of(header + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert refused(raw_book(far), [t.Column("name", ("姓名",))]) == "table.too_many_columns"


def test_more_rows_than_allowed_are_refused_when_reached():
    table = t.open_table(csv_file(lines(HEADER, *[GOOD] * 5)), COLUMNS, max_rows=4)
    seen = []
    with pytest.raises(Invalid, match=r"table\.too_many_rows"):
        seen.extend(row.number for row in table.rows())
    assert seen == [2, 3, 4, 5]


# --- The two readers of XLSX

CELLS = st.one_of(
    st.none(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff_"), max_size=8
    ),
    st.integers(-(10**17), 10**17),
    st.floats(-1e9, 1e9).map(lambda value: round(value, 6)),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2099, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(2099, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=6), st.booleans())
def test_both_readers_give_the_same_rows(rows, inline):
    at_once, streamed = both_ways(book(rows, constant_memory=inline))
    strip = [
        [(number, "".join(f"{cell}|" for cell in cells).rstrip("|")) for number, cells in side]
        for side in (at_once, streamed)
    ]
    assert strip[0] == strip[1]


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
    for side in both_ways(book([values])):
        assert side == [(1, texts)]
        assert isinstance(side[0][1][-1], xlsx.LostDigits)
        assert not isinstance(side[0][1][-2], xlsx.LostDigits)


def test_the_streaming_reader_understands_other_shapes_of_cells():
    sheet = sheet_of(
        '<row r="2"/><row r="3"><c r="A3" t="inlineStr"><is><r><t>张</t></r><r><t xml:space="preserve"> 三</t></r>'
        '<rPh sb="0" eb="1"><t>zhang</t></rPh></is></c><c r="B3" t="str"><f>A1&amp;B1</f><v>x&amp;y&#x4E2D;</v></c>'
        "<c r='C3'><v>7</v></c><c r='D3' t='e'><v>#N/A</v></c></row>"
        '<row><c><v>1</v></c><c t="b"><v>0</v></c><c t="s"><v>2</v></c></row>'
    )
    runs = '<si><r><t>多</t></r><r><t>段</t></r><rPh sb="0" eb="1"><t>duo</t></rPh></si>'
    shared = f"<sst {NS}><si><t>a</t></si><si/>{runs}</sst>"
    streamed = list(xlsx.open_workbook(raw_book(sheet, shared), at_once_rows=-1).read())
    assert streamed == [(3, ["张 三", "x&y中", "7"]), (4, ["1", "FALSE", "多段"])]


def test_a_sheet_with_a_namespace_prefix_is_read():
    sheet = (
        f'<x:worksheet {NS.replace("xmlns", "xmlns:x")}><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is>'
        "<x:t>姓名</x:t></x:is></x:c></x:row></x:sheetData>"
        '<x:mergeCells count="1"><x:mergeCell ref="A1:B1"/></x:mergeCells></x:worksheet>'
    )
    workbook = xlsx.open_workbook(raw_book(sheet), at_once_rows=-1)
    assert (workbook.rows, workbook.merged) == (1, ("A1:B1",))
    assert list(workbook.read()) == [(1, ["姓名"])]


def test_thousands_of_empty_formatted_rows_and_a_long_tail_do_no_harm():
    empty = "".join(
        f'<row r="{number}" spans="1:11" s="1" customFormat="1" ht="14.25"/>' for number in range(2, 60_000)
    )
    tail = "<dataValidations>" + '<dataValidation sqref="A1"/>' * 100_000 + "</dataValidations>"
    first, last = '<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="70000"><c r="A70000"><v>2</v></c></row>'
    sheet = sheet_of(first + empty + last, tail)
    workbook = xlsx.open_workbook(raw_book(sheet))
    assert workbook.rows == 60_000
    assert list(workbook.read()) == [(1, ["1"]), (70_000, ["2"])]


def test_a_sheet_above_the_limit_is_streamed_and_complete():
    count = xlsx.AT_ONCE_ROWS + 10
    file = book([HEADER, *[GOOD] * count])
    table = t.open_table(file, COLUMNS[:1])
    assert table.total == count
    numbers = [row.number for row in table.rows()]
    assert numbers == list(range(2, count + 2))


# --- Normalizers


@pytest.mark.parametrize("typed", ["1990-03-07", "1990/3/7", "1990.3.7", "1990年3月7日", "19900307", "１９９０-03-07"])
def test_a_date_is_read_in_the_forms_people_write(typed):
    assert t.date_cell(typed) == date(1990, 3, 7)


@pytest.mark.parametrize("typed", ["1990-02-30", "90-3-7", "1990-3", "7.3.1990", "", "1990-03-07 08:30:00"])
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(Invalid, match=r"cell\.date"):
        t.date_cell(typed)


def test_a_choice_may_be_given_by_label_or_code():
    sex = t.one_of({"男": "1", "女": "2"})
    assert [sex(typed) for typed in ("男", " 女 ", "1", "２")] == ["1", "2", "1", "2"]
    with pytest.raises(Invalid, match=r"cell\.choice"):
        sex("其他")


# --- Out


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (True, "是"), (False, "否"), (12, 12), (10**15, "1000000000000000"),
        (date(2026, 11, 20), "2026-11-20"),
        (datetime(2026, 11, 20, 4, 30, tzinfo=UTC), "2026-11-20 12:30:00"), ("张三", "张三"), ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"), ("@sum", "'@sum"), ("\tx", "'\tx"), ("\rx", "'\rx"), (" =x", "' =x"), ("＝x", "'＝x"),
        ("-1,234.50", "-1,234.50"), ("+5", "+5"), ("-3%", "-3%"),
        ("370299199003070010", "370299199003070010"), ("a\x07b", "ab"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_value_is_made_harmless_on_the_way_out(value, cell):
    assert t.safe_cell(value) == cell


@given(st.text(max_size=12))
def test_no_exported_text_begins_like_a_formula(text):
    cell = t.safe_cell(text)
    assert not t.looks_like_formula(cell) or t._PLAIN_NUMBER.fullmatch(cell)


def test_a_csv_file_written_is_read_again():
    out = io.BytesIO()
    t.write_csv(out, HEADER, [GOOD] * 1200)
    assert out.getvalue().startswith("\ufeff姓名,身份证号,手机号,备注\r\n".encode())
    rows = read(out)
    assert len(rows) == 1200
    assert rows[-1].values == VALUES


def test_a_workbook_written_is_read_again_by_both_readers():
    out = io.BytesIO()
    assert t.write_xlsx(out, HEADER, ([*GOOD[:3], value] for value in ("=1", 5, None)), sheet="名册") == 3
    for side in both_ways(out):
        assert [[*cells, ""][3] for _, cells in side] == ["备注", "'=1", "5", ""]
        assert side[1][1][1] == "370299199003070010"
        assert not isinstance(side[1][1][1], xlsx.LostDigits)
