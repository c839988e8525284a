import re

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import masks


@pytest.mark.parametrize(
    ("name", "listed", "public"),
    [
        ("张三", "张*", "张*"),
        ("张小三", "张*三", "张*"),
        ("张大小三", "张**三", "张*"),
        ("欧阳修", "欧阳*", "欧阳*"),
        ("欧阳娜娜", "欧阳*娜", "欧阳*"),
        ("欧阳", "欧*", "欧*"),
        ("王𬭎", "王*", "王*"),
        ("阿依古丽·买买提", "阿***·**提", "阿*"),
        ("阿·买·提", "阿·*·提", "阿*"),
        ("John Smith", "J*** S****", "J*"),
        ("Li", "L*", "L*"),
        ("", "", ""),
    ],
)
def test_a_name_shows_its_surname_and_in_lists_its_last_letter(name, listed, public):
    assert masks.mask_name(name) == listed
    assert masks.mask_name_public(name) == public


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masks.mask_id_number, "370299199003070010", "3702**********0010"),
        (masks.mask_id_number, "E12345678", "E1*****78"),
        (masks.mask_id_number, "H1234567801", "H1*******01"),
        (masks.mask_id_number, "E12", "***"),
        (masks.mask_mobile, "13800130001", "138****0001"),
        (masks.mask_mobile, "95588", "*****"),
        (masks.mask_mobile, "1380013000", "**********"),
        (masks.mask_phone, "13800130001", "138****0001"),
        (masks.mask_phone, "0532-88886666", "0532-****6666"),
        (masks.mask_phone, "0535-7213456-803", "0535-***3456"),
        (masks.mask_bank_card, "6222020000000000001", "***************0001"),
        (masks.mask_bank_card, "123", "***"),
        (masks.mask_email, "zhangsan@example.com", "z***@example.com"),
        (masks.mask_email, "zhangsan", "********"),
        (masks.mask_address, "山东省莱阳市沐浴店镇1号", "山东省莱阳市****"),
        (masks.mask_address, "", ""),
        (masks.mask_mobile, "", ""),
    ],
)
def test_a_number_shows_only_its_ends(mask, value, shown):
    assert mask(value) == shown


@given(st.text("0123456789X", min_size=1, max_size=20))
def test_no_number_mask_shows_more_than_four_at_an_end_or_most_of_the_whole(number):
    for mask in (masks.mask_id_number, masks.mask_mobile, masks.mask_bank_card):
        shown = mask(number)
        assert len(shown) == len(number)
        assert "*" in shown
        assert len(shown) - shown.count("*") <= 8
        assert sum(sign != "*" for sign in shown) <= len(number) * 2 / 3


@pytest.mark.parametrize("name", ["张三", "张小三", "张大小三", "欧阳修", "阿依古丽·买买提", "John Smith"])
def test_a_mask_is_the_pattern_of_the_names_shown_so(name: str) -> None:
    assert re.search(masks.shown_as(masks.mask_name(name)), name)
    assert not re.search(masks.shown_as(masks.mask_name(name)), f"{name}丰")


@pytest.mark.parametrize("words", ["", "张三", "*", "*三"])
def test_words_without_a_hidden_letter_are_no_mask(words: str) -> None:
    assert masks.shown_as(words) == ""
