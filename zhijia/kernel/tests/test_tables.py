import io
import tempfile
import zipfile
from datetime import UTC, date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from zhijia.kernel import tables as t, xlsx
from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import normalize_mobile, normalize_name, normalize_resident_id
from zhijia.kernel.tables.writing import _PLAIN_NUMBER

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
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="xl/workbook.xml" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
            "</Relationships>",
        )
        packed.writestr(
            "xl/workbook.xml",
            workbook
            or f'<workbook {NS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="隐藏" sheetId="1" state="hidden" r:id="rId1"/>'
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


def cells_of(file):
    """Numbered rows of the first visible sheet."""
    workbook = xlsx.open_workbook(file)
    return list(workbook.read(workbook.names[0]).rows())


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


def test_an_identity_number_that_the_spreadsheet_rounded_is_told_apart_from_a_wrong_one():
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


def test_more_rows_than_allowed_are_refused():
    table = t.open_table(csv_file(lines(HEADER, *[GOOD] * 5)), COLUMNS, max_rows=4)
    with pytest.raises(Invalid, match=r"table\.too_many_rows"):
        list(table.rows())


# --- Numbers that a spreadsheet rounded


def lost_of(*numbers):
    file = csv_file(lines(["姓名", "身份证号"], *[["张三", number] for number in numbers]))
    sheet = t.open_sheet(file, COLUMNS)
    return [isinstance(cells[1], xlsx.LostDigits) for _, cells in t.judged_rows(sheet, [1])]


def test_a_column_of_csv_is_judged_as_a_whole():
    round_one, real = "370299197502021000", [f"3702991990010{n:03d}1X" for n in range(100, 140)]
    assert lost_of(round_one) == [True]
    assert lost_of(round_one, *real) == [False] * 41
    assert lost_of(round_one, "370299197603021000", *real[:10]) == [True, True, *[False] * 10]
    codes = ["3706821010900010", "3706821010900020", "3706821010900030"]
    assert lost_of(*codes[:2]) == [False, False]
    assert lost_of(*codes) == [True] * 3
    assert lost_of(*codes, "3706821010900017") == [False] * 4


def test_what_is_lost_is_told_in_every_typed_column_and_handed_back_as_question_marks():
    row = read(csv_file(lines(HEADER, ["张三", "3.70299E+17", "1.38001E+10", "3.7E+17"])))[0]
    assert [(e.column, e.code) for e in row.errors] == [("number", "cell.lost_digits"), ("mobile", "cell.lost_digits")]
    assert row.values["note"] == "3.7E+17"
    assert t.safe_cell(xlsx.LostDigits("370299197203011000")) == "370299197203011???"
    assert read(book([HEADER, ["张三", 370299199003070010]]))[0].texts["number"] == "370299199003070???"


# --- Marks of other programs and of ours


def test_text_marks_words_for_nothing_and_invisible_marks_are_understood():
    rows = read(
        csv_file(
            'sep\n姓名,身份证号,手机号,备注\n\u200e张三,"=""370299199003070010""",\u202d13800130001\u202c,-\n'
            "'李四,'370299199003070010,'+86 138-0013-0001,'-\n王五,３７０２９９199003070010,无,无\n"
        )
    )
    assert [row.errors for row in rows] == [(), (), ()]
    assert [(row.values["name"], row.values["number"], row.values["mobile"], row.values["note"]) for row in rows] == [
        ("张三", GOOD[1], "13800130001", None),
        ("李四", GOOD[1], "13800130001", None),
        ("王五", GOOD[1], None, None),
    ]


def test_what_is_exported_is_understood_again():
    texts = ["=1+1", "-", "+86 13800130001", "\u200b=cmd", "@x", "车间"]
    out = io.BytesIO()
    t.write_csv(out, HEADER, [["张三", GOOD[1], "", text] for text in texts])
    assert "'\u200b=cmd" in out.getvalue().decode()
    rows = read(out)
    assert [(row.values["note"], [e.code for e in row.errors]) for row in rows] == [
        (None, ["cell.formula"]), (None, []), (None, ["cell.formula"]), (None, ["cell.formula"]),
        (None, ["cell.formula"]), ("车间", []),
    ]  # fmt: skip


def test_a_text_that_turns_its_direction_around_is_refused():
    row = read(csv_file(lines(HEADER, [*GOOD[:3], "财务\u202e部"])))[0]
    assert [e.code for e in row.errors] == ["text.override"]


def test_the_end_of_a_dos_file_is_no_row_and_a_vertical_tab_a_fault_of_its_row():
    rows = read(io.BytesIO(lines(HEADER, GOOD).encode("gbk") + b"\x1a"))
    assert [row.number for row in rows] == [2]
    assert len(read(io.BytesIO(lines(HEADER, GOOD).encode("gbk").rstrip() + b"\x1a"))) == 1
    rows = read(csv_file(lines(HEADER, [*GOOD[:3], "焊\x0b工"], ["李\x0b四", *GOOD[1:]], GOOD)))
    assert [[e.code for e in row.errors] for row in rows] == [["cell.control"], ["cell.control"], []]


def test_the_separator_is_that_of_the_names_of_the_columns():
    text = "某某工会，会员名册;2026,年;度;\r\n" + lines(HEADER, GOOD).replace(",", "\t")
    assert read(csv_file(text))[0].values == VALUES


@pytest.mark.parametrize(
    "start", ["<html>", "  <!DOCTYPE HTML>", "\ufeff<table>", "MIME-Version: 1.0", "<?xml version='1.0'?>"]
)
def test_a_web_page_saved_as_a_table_is_told(start):
    assert refused(csv_file(start + "<tr><td>姓名</td></tr>")) == "table.web_page"


def test_columns_that_we_hand_back_are_no_data():
    table = t.open_table(
        csv_file(lines([*HEADER, "其他", *t.HANDED_BACK], [*GOOD, "x", "2", "原因", "abc-2"])), COLUMNS
    )
    assert table.ignored == ("其他",)


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
    assert not t.looks_like_formula(cell) or _PLAIN_NUMBER.fullmatch(cell)


def test_a_csv_file_written_is_read_again():
    out = io.BytesIO()
    t.write_csv(out, HEADER, [GOOD] * 1200)
    assert out.getvalue().startswith("\ufeff姓名,身份证号,手机号,备注\r\n".encode())
    rows = read(out)
    assert len(rows) == 1200
    assert rows[-1].values == VALUES


def test_a_workbook_written_is_read_again():
    out = io.BytesIO()
    assert t.write_xlsx(out, HEADER, ([*GOOD[:3], value] for value in ("=1", 5, None)), sheet="名册") == 3
    rows = cells_of(out)
    assert [cells[3] for _, cells in rows] == ["备注", "'=1", "5", ""]
    assert rows[1][1][1] == "370299199003070010"
    assert not isinstance(rows[1][1][1], xlsx.LostDigits)


def test_a_pasted_column_is_judged_as_a_whole_and_one_number_alone_is_not():
    round_ones = ["370299197502021000", "'370299197603021000"]
    assert t.rounded_among(round_ones) == {"370299197502021000", "370299197603021000"}
    assert t.rounded_among(round_ones[:1]) == frozenset()
    assert t.rounded_among([*round_ones, *(f"3702991990010{n:03d}1X" for n in range(100, 150))]) == frozenset()
