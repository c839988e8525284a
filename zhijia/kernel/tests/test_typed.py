"""The worked cleanings of docs/rules/kernel.md#typed."""

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import identifiers, typed as t
from zhijia.kernel.errors import Invalid

NUMBER = "370299199003070010"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "３７０２９９１９９００３０７００１０",
        "370299 19900307 0010",
        "370299　19900307\u00a00010",
        "\u202d370299199003070010\u202c",
        "\u200e370299\u200b199003070010\ufeff",
        "\u2066370299199003070010\u2069",
        "370299199003070010\ufe0f",
        "'370299199003070010",
        "‘370299199003070010’",
        '="370299199003070010"',
        "＝＂370299199003070010＂",
        '="\'370299199003070010"',
    ],
)
def test_a_number_is_the_same_however_it_was_pasted(text):
    assert identifiers.normalize_resident_id(text) == NUMBER


def test_other_digits_are_not_taken_for_digits():
    with pytest.raises(Invalid):
        identifiers.normalize_mobile("1380013000②")
    with pytest.raises(Invalid):
        identifiers.normalize_mobile("٠1380013000")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张\u200b三", "张三"),
        ("\u200f张三", "张三"),
        ("葛\U000e0100城", "葛城"),
        ("'张三", "张三"),
        ('="张三"', "张三"),
    ],
)
def test_a_name_loses_what_nobody_sees(text, name):
    assert identifiers.normalize_name(text) == name


@pytest.mark.parametrize("text", ["\u202e三张", "张\u202d三", "张\x0b三"])
def test_a_name_that_would_look_other_than_it_is_is_refused(text):
    with pytest.raises(Invalid, match=r"name\.characters"):
        identifiers.normalize_name(text)


@pytest.mark.parametrize("text", ["", " ", "-", "－", "——", "无", "暂无", " n/a ", "null", "'-", "\u200b无"])
def test_words_for_nothing_say_nothing(text):
    assert t.says_nothing(text)


@pytest.mark.parametrize("text", ["0", "无业", "无锡", "-1", "一", "空调工", "NA级"])
def test_other_words_say_something(text):
    assert not t.says_nothing(text)


def test_free_text_keeps_its_width_and_its_line_breaks():
    assert t.written("\u200e我１２３，“好”。\n二\t") == "我１２３，“好”。\n二\t"
    assert t.cell_text("'90 年代") == "90 年代"
    with pytest.raises(Invalid, match=r"text\.override"):
        t.written("财务\u202e部")


@given(st.text(max_size=20))
def test_cleaning_twice_is_cleaning_once(text):
    once = t.half_width(text)
    assert t.half_width(once) == once
    plain = t.typed(text)
    assert t.half_width(plain) == plain


def test_what_is_looked_for_is_written_as_names_are_stored():
    assert identifiers.search_words(" 张　三 ") == "张三"
    assert identifiers.search_words("阿依古丽 • 买") == "阿依古丽·买"
    assert identifiers.search_words("３７２０ 2600") == "3720 2600"
    assert identifiers.search_words("john smith") == "john smith"
