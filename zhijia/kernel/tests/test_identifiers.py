from datetime import date

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import identifiers as ids
from zhijia.kernel.errors import Invalid

TODAY = date(2026, 11, 20)

RESIDENT_IDS = [
    ("370299199003070010", date(1990, 3, 7), "1"),
    ("37029919850612002X", date(1985, 6, 12), "2"),
    ("370299196512310031", date(1965, 12, 31), "1"),
    ("370299200002290041", date(2000, 2, 29), "2"),
    ("370299201011200057", date(2010, 11, 20), "1"),
    ("370299201503080012", date(2015, 3, 8), "1"),
    ("11010519491231002X", date(1949, 12, 31), "2"),
]
USCCS = ["81370200MC0A000115", "81370682MC0A0002XA", "89370000MC0A00038R", "81370213MC0A00046J", "91370200MA3C0A123W"]


def code_of(function, *args, **kwargs):
    with pytest.raises(Invalid) as caught:
        function(*args, **kwargs)
    assert caught.value.message.endswith("。")
    return caught.value.code


def resident_id(region: str, born: str, sequence: str) -> str:
    """A synthetic number with the check character reckoned here, by the table of the standard."""
    body = region + born + sequence
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


# --- Resident identity number


@pytest.mark.parametrize(("number", "born_on", "sex"), RESIDENT_IDS)
def test_an_identity_number_tells_birthday_sex_and_province(number, born_on, sex):
    assert ids.read_resident_id(number, TODAY) == ids.ResidentId(number, born_on, sex, number[:2])


@pytest.mark.parametrize(
    "typed",
    [
        "37029919850612002x",
        " 370299 19850612 002X ",
        "３７０２９９１９８５０６１２００２Ｘ",
        "\u200b37029919850612002X\ufeff",
    ],
)
def test_an_identity_number_is_stored_in_one_form(typed):
    assert ids.normalize_resident_id(typed) == "37029919850612002X"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id_number.empty"),
        ("37029919900307001", "id_number.length"),
        ("3702991990030700100", "id_number.length"),
        ("37029919900307001A", "id_number.characters"),
        ("3702991990O3070010", "id_number.characters"),
        ("37029919900307001②", "id_number.characters"),
        ("37029919900307001٠", "id_number.characters"),
        ("X70299199003070010", "id_number.characters"),
        ("370299199003070011", "id_number.check_digit"),
        ("370299197802290010", "id_number.birthday"),
        (resident_id("660299", "19900307", "001"), "id_number.province"),
        (resident_id("830299", "19900307", "001"), "id_number.province"),
        ("440524188001010014", "id_number.age"),
        (resident_id("370299", "20261121", "001"), "id_number.age"),
        (resident_id("370299", "18951119", "001"), "id_number.age"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_its_reason(number, code):
    assert code_of(ids.read_resident_id, number, TODAY) == code


def test_the_birthday_itself_and_an_age_of_130_are_still_right():
    assert ids.read_resident_id(resident_id("370299", "20261120", "001"), TODAY).age_on(TODAY) == 0
    assert ids.read_resident_id(resident_id("370299", "18951121", "001"), TODAY).age_on(TODAY) == 130


def test_the_check_digit_of_the_standards_second_sample_is_right_though_its_holder_is_too_old():
    assert ids.normalize_resident_id("440524188001010014") == "440524188001010014"


def test_full_years_are_reached_on_the_birthday_and_on_1_march_for_29_february():
    sixteen = ids.read_resident_id("370299201011200057", TODAY)
    assert (sixteen.age_on(date(2026, 11, 19)), sixteen.age_on(TODAY)) == (15, 16)
    leap = ids.read_resident_id("370299200002290041", TODAY)
    assert [leap.age_on(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2024, 2, 29))] == [25, 26, 24]


def test_an_identity_number_never_stands_in_a_repr():
    assert "19900307" not in repr(ids.read_resident_id("370299199003070010", TODAY))


def test_an_old_number_of_15_digits_becomes_one_of_18_in_imports_only():
    assert ids.upgrade_resident_id("370299900307001") == "370299199003070010"
    assert ids.upgrade_resident_id("37029919850612002x") == "37029919850612002X"
    assert code_of(ids.normalize_resident_id, "370299900307001") == "id_number.length"
    assert code_of(ids.upgrade_resident_id, "370299781332001") == "id_number.birthday"


@given(st.sampled_from([number for number, _, _ in RESIDENT_IDS]), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_change_of_an_identity_number_is_refused(number, place, sign):
    changed = number[:place] + sign + number[place + 1 :]
    if changed != number:
        with pytest.raises(Invalid):
            ids.normalize_resident_id(changed)


def test_every_swap_of_two_differing_neighbours_of_an_identity_number_is_refused():
    for number, _, _ in RESIDENT_IDS:
        for place in range(17):
            swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            if swapped != number:
                with pytest.raises(Invalid):
                    ids.normalize_resident_id(swapped)


# --- Other documents


@pytest.mark.parametrize(
    ("document", "typed", "stored"),
    [
        ("RESIDENT_ID", "370299199003070010", "370299199003070010"),
        ("RESIDENCE_PERMIT", resident_id("810000", "19900307", "001"), resident_id("810000", "19900307", "001")),
        ("RESIDENCE_PERMIT", resident_id("830000", "19900307", "002"), resident_id("830000", "19900307", "002")),
        ("FOREIGN_PERMIT", resident_id("911156", "19900307", "001"), resident_id("911156", "19900307", "001")),
        ("PASSPORT", "e 1234 5678", "E12345678"),
        ("HK_MACAO_PASS", "h12345678", "H12345678"),
        ("HK_MACAO_PASS", "M1234567801", "M1234567801"),
        ("TAIWAN_PASS", "１２３４５６７８", "12345678"),
        ("TAIWAN_PASS", "1234567801", "1234567801"),
    ],
)
def test_each_document_has_its_own_number(document, typed, stored):
    assert ids.normalize_document(document, typed, TODAY) == stored


@pytest.mark.parametrize(
    ("document", "typed", "code"),
    [
        ("PASSPORT", "E123", "passport.format"),
        ("PASSPORT", "ABCDEFGH", "passport.format"),
        ("PASSPORT", "E1234567890123456789", "passport.format"),
        ("HK_MACAO_PASS", "A12345678", "hk_macao_pass.format"),
        ("HK_MACAO_PASS", "H123456789", "hk_macao_pass.format"),
        ("TAIWAN_PASS", "123456789", "taiwan_pass.format"),
        ("RESIDENT_ID", resident_id("810000", "19900307", "001"), "id_number.wrong_type"),
        ("RESIDENCE_PERMIT", "370299199003070010", "id_number.wrong_type"),
        ("LIBRARY_CARD", "1", "id_type.unknown"),
    ],
)
def test_a_number_of_another_document_is_refused(document, typed, code):
    assert code_of(ids.normalize_document, document, typed, TODAY) == code


# --- Organizations


@pytest.mark.parametrize("number", USCCS)
def test_a_credit_code_is_stored_half_width_and_in_upper_case(number):
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    for typed in (number, number.lower(), wide, f" {number[:8]} {number[8:]}", f"{number[:8]}-{number[8:]}"):
        assert ids.normalize_uscc(typed) == number


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "uscc.empty"),
        ("91370200MA3C0A123", "uscc.length"),
        ("91370200MA3C0A123WW", "uscc.length"),
        ("91370200MA3C0A123X", "uscc.check_digit"),
        ("B1370200MA3C0A123W", "uscc.characters"),
        ("9137020AMA3C0A123W", "uscc.characters"),
        *[(f"91370200M{letter}3C0A123W", "uscc.characters") for letter in "IOSVZ"],
        ("91370200MA3C0A1240", "uscc.organization_code"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_its_reason(number, code):
    assert code_of(ids.normalize_uscc, number) == code


def test_codes_of_the_departments_a_and_n_are_right_too():
    for start in ("N2370200", "A1370200", "Y1370200"):
        body = start + "MA3C0A123"
        check = next(sign for sign in ids.USCC_ALPHABET if _passes(body + sign))
        assert ids.normalize_uscc(body + check) == body + check


def _passes(code: str) -> bool:
    try:
        ids.normalize_uscc(code)
    except Invalid:
        return False
    return True


def test_every_single_change_and_every_swap_of_differing_neighbours_of_a_credit_code_is_refused():
    for number in USCCS:
        changes = {number[:p] + s + number[p + 1 :] for p in range(18) for s in ids.USCC_ALPHABET}
        swaps = {number[:p] + number[p + 1] + number[p] + number[p + 2 :] for p in range(17)}
        assert [wrong for wrong in (changes | swaps) - {number} if _passes(wrong)] == []


def test_an_organization_code_has_its_own_check_character():
    assert ids.normalize_organization_code("mc0a0001-1") == "MC0A00011"
    assert ids.normalize_organization_code("MC0A0002X") == "MC0A0002X"
    assert code_of(ids.normalize_organization_code, "MC0A00012") == "organization_code.check_digit"
    assert code_of(ids.normalize_organization_code, "MC0A0001") == "organization_code.format"
    checks = {ids.organization_check_character(f"MC0A{n:04}") for n in range(200)}
    assert checks == set("0123456789X")


# --- Telephone and post


@pytest.mark.parametrize(
    "typed",
    [
        "13800130001",
        "138 0013 0001",
        "138-0013-0001",
        "+86 138 0013 0001",
        "008613800130001",
        "(+86)13800130001",
        "１３８００１３０００１",
    ],
)
def test_a_mobile_number_is_stored_as_11_digits(typed):
    assert ids.normalize_mobile(typed) == "13800130001"


@pytest.mark.parametrize(
    "typed", ["12800130001", "1380013000", "138001300011", "1380013000a", "0532-88886666", "+85213800130001"]
)
def test_a_wrong_mobile_number_is_refused(typed):
    assert code_of(ids.normalize_mobile, typed) == "mobile.format"


def test_a_missing_mobile_number_is_asked_for():
    assert code_of(ids.normalize_mobile, " - ") == "mobile.empty"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0532-88886666", "0532-88886666"),
        ("(0532) 8888 6666", "0532-88886666"),
        ("053288886666", "0532-88886666"),
        ("010-12345678", None),
        ("010-62345678", "010-62345678"),
        ("02162345678", "021-62345678"),
        ("0535-7213456-803", "0535-7213456-803"),
        ("0535-7213456转803", "0535-7213456-803"),
        ("+86 0532 88886666", "0532-88886666"),
        ("88886666", None),
        ("0532-888866661", None),
        ("0532-88886666-1234567", None),
    ],
)
def test_a_landline_is_stored_with_area_code_and_extension(typed, stored):
    if stored is None:
        assert code_of(ids.normalize_landline, typed) == "landline.format"
    else:
        assert ids.normalize_landline(typed) == stored


def test_a_contact_number_may_be_either_kind():
    assert ids.normalize_phone("+86 13800130001") == "13800130001"
    assert ids.normalize_phone("053288886666") == "0532-88886666"
    assert code_of(ids.normalize_phone, "95588") == "phone.format"


def test_a_postcode_has_six_digits():
    assert ids.normalize_postcode("２６６０００") == "266000"
    assert code_of(ids.normalize_postcode, "26600") == "postcode.format"


# --- Names


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张三", "张三"),
        (" 张　三 ", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽･买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("王𬭎", "王𬭎"),
        ("李䶮", "李䶮"),
        ("赵〇", "赵〇"),
        ("隆美", "隆美"),
        ("⼀丁", "一丁"),
        ("John  Smith", "John Smith"),
        ("Ｊｏｈｎ Smith", "John Smith"),
        ("Zoë O’Brien-Łukasz", "Zoë O'Brien-Łukasz"),
        ("J. R. Smith", "J. R. Smith"),
        ("张" * 30, "张" * 30),
    ],
)
def test_a_name_has_one_spelling(typed, stored):
    assert ids.normalize_name(typed) == stored
    assert ids.normalize_name(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name.empty"),
        ("　", "name.empty"),
        ("张", "name.length"),
        ("张" * 31, "name.length"),
        ("张3", "name.characters"),
        ("张a三", "name.characters"),
        ("·张三", "name.characters"),
        ("张··三", "name.characters"),
        ("=张三", "name.characters"),
        ("-Smith", "name.characters"),
        ("Иван", "name.characters"),
        ("张\ue863", "name.private_use"),
        ("张<b>三", "name.characters"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed, code):
    assert code_of(ids.normalize_name, typed) == code


@given(st.text(max_size=40))
def test_whatever_is_typed_as_a_name_is_normalized_for_good_or_refused(text):
    try:
        name = ids.normalize_name(text)
    except Invalid:
        return
    assert ids.normalize_name(name) == name
    assert 2 <= len(name) <= 30


# --- Luhn


@pytest.mark.parametrize("number", ["3720260000001233", "3706821010900017", "3702020120401230"])
def test_numbers_of_ours_end_in_their_luhn_digit(number):
    assert ids.with_luhn(number[:-1]) == number
    assert (
        ids.normalize_luhn_number(f"{number[:4]} {number[4:]}", length=16, label="编号", code="card_number") == number
    )
    for place in range(16):
        for digit in "0123456789":
            changed = number[:place] + digit + number[place + 1 :]
            assert ids.luhn_ok(changed) == (changed == number)


def test_a_number_of_ours_with_a_fault_is_refused_with_its_label():
    with pytest.raises(Invalid, match=r"card_number\.check_digit") as caught:
        ids.normalize_luhn_number("3720260000001234", length=16, label="会员编号", code="card_number")
    assert caught.value.message.startswith("会员编号")
    assert (
        code_of(ids.normalize_luhn_number, "372026", length=16, label="编号", code="card_number")
        == "card_number.format"
    )


def test_a_bank_card_keeps_its_shape_and_luhn_only_warns():
    assert ids.normalize_bank_card("6222 0200 0000 0000 001") == "6222020000000000001"
    assert not ids.luhn_ok("6222020000000000001")
    assert not ids.luhn_ok("")
    assert code_of(ids.normalize_bank_card, "62220200000") == "bank_card.format"
