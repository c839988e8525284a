import base64
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies as st

from zhijia.kernel import codes
from zhijia.kernel.crypto import PrintKeys, Signer
from zhijia.kernel.errors import Expired, Invalid

SEED_1, SEED_2 = "01" * 32, "02" * 32
SIGNER = Signer({1: SEED_1}, current=1)
VERIFIER = SIGNER.verifier()
NOW = datetime(2026, 11, 20, 4, 30, 20, tzinfo=UTC)
CARD = "7h2k9v0c4m1xq8tz"


def member_code(now=NOW, province="37", flags=0b101, card=CARD):
    return codes.sign_member_code(card, flags=flags, province=province, signer=SIGNER, now=now)


def read(payload, now=NOW, **options):
    return codes.read_member_code(payload, VERIFIER, now, province="37", **options)


def refused(function, *args, **options):
    with pytest.raises((Invalid, Expired)) as caught:
        function(*args, **options)
    assert caught.value.message.endswith("。")
    return caught.value.code


# --- Member codes


def test_a_member_code_names_card_flags_province_and_its_minute():
    assert read(member_code()) == codes.MemberCode("37", CARD, 5, NOW.replace(second=0))


@given(st.binary(min_size=10, max_size=10), st.integers(0, 65535))
def test_any_card_and_flags_come_back(raw, flags):
    card = codes.new_public_id(lambda _: raw)
    assert read(member_code(flags=flags, card=card)) == codes.MemberCode("37", card, flags, NOW.replace(second=0))


@pytest.mark.parametrize(
    ("seconds", "online", "offline"),
    [
        # The step began at 04:30:00. Online: 04:29:00 to before 04:32:00. Offline: 04:28:00 to 04:32:00.
        (-121, False, False),
        (-120, False, True),
        (-61, False, True),
        (-60, True, True),
        (0, True, True),
        (119, True, True),
        (120, False, True),
        (121, False, False),
        (3600, False, False),
    ],
)
def test_a_member_code_counts_one_step_around_its_own_and_two_minutes_offline(seconds, online, offline):
    payload = member_code()
    now = NOW.replace(second=0) + timedelta(seconds=seconds)
    for allowed, mode in ((online, False), (offline, True)):
        if allowed:
            assert read(payload, now, offline=mode).card == CARD
        else:
            assert refused(read, payload, now, offline=mode) == "code.expired"


def test_one_changed_byte_anywhere_in_a_member_code_is_refused():
    raw = base64.urlsafe_b64decode(member_code())
    assert len(raw) == 84
    for place in range(len(raw)):
        for bit in range(8):
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            payload = base64.urlsafe_b64encode(changed).decode()
            expected = {0: "code.malformed", 3: "code.foreign"}.get(place, "code.signature")
            assert refused(read, payload) == expected


@given(st.integers(0, 111), st.characters(codec="utf-8"))
def test_one_changed_character_of_a_member_code_is_refused(place, sign):
    payload = member_code()
    changed = payload[:place] + sign + payload[place + 1 :]
    if changed != payload:
        assert refused(read, changed).startswith("code.")


@pytest.mark.parametrize(
    "payload", ["", "a", "AQ==", "AQ", "AQEB" * 20, member_code() + "A", member_code() + "=", member_code()[:-1]]
)
def test_what_is_no_code_is_refused(payload):
    assert refused(read, payload) in {"code.malformed", "code.signature"}


def test_a_code_of_another_province_is_sent_there():
    with pytest.raises(Invalid, match=r"code\.foreign") as caught:
        read(member_code(province="32"))
    assert caught.value.facts == {"province": "32"}


def test_a_code_signed_by_a_stranger_is_refused_and_a_retired_key_still_counts():
    stranger = Signer({1: SEED_2}, current=1)
    payload = codes.sign_member_code(CARD, flags=0, province="37", signer=stranger, now=NOW)
    assert refused(read, payload) == "code.signature"
    after_change = Signer({2: SEED_2}, current=2).verifier(retired=SIGNER.public_keys())
    assert codes.read_member_code(member_code(), after_change, NOW, province="37").card == CARD


@pytest.mark.parametrize("wrong", [{"card": "short"}, {"card": "U" * 16}, {"province": "3"}, {"province": "a7"}])
def test_a_code_is_not_made_for_what_it_cannot_carry(wrong):
    with pytest.raises(ValueError, match=r"public id|two digits"):
        member_code(**wrong)


# --- Printed codes


POSTER = codes.PrintedCode(20, "37", "3706821010900017")


def test_a_printed_code_names_its_object_for_ever():
    payload = codes.sign_printed_code(POSTER, SIGNER)
    assert codes.read_printed_code(payload, VERIFIER, province="37") == POSTER
    assert codes.code_kind(payload) == 20
    assert codes.code_kind(member_code()) == codes.MEMBER


def test_one_changed_byte_anywhere_in_a_printed_code_is_refused():
    raw = base64.urlsafe_b64decode(codes.sign_printed_code(POSTER, SIGNER))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 0x20
        payload = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert refused(codes.read_printed_code, payload, VERIFIER, province="37").startswith("code.")


def test_a_payload_has_one_spelling_only():
    payload = codes.sign_printed_code(codes.PrintedCode(20, "37", "12345"), SIGNER)
    assert len(payload) % 4 == 2  # two characters hold one byte: four spare bits
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = payload[:-1] + alphabet[alphabet.index(payload[-1]) | 1]
    assert base64.urlsafe_b64decode(twin + "==") == base64.urlsafe_b64decode(payload + "==")
    assert refused(codes.read_printed_code, twin, VERIFIER, province="37") == "code.malformed"


def test_member_and_printed_codes_are_never_taken_for_each_other():
    assert refused(codes.read_printed_code, member_code(), VERIFIER, province="37") == "code.malformed"
    printed = codes.sign_printed_code(codes.PrintedCode(20, "37", "a" * 16), SIGNER)
    assert len(base64.urlsafe_b64decode(printed)) == 84
    assert refused(read, printed) == "code.malformed"


@pytest.mark.parametrize(
    "code", [codes.PrintedCode(1, "37", "a"), codes.PrintedCode(20, "37", ""), codes.PrintedCode(20, "37", "a b")]
)
def test_a_printed_code_keeps_its_bounds(code):
    with pytest.raises(ValueError, match="not a printed code"):
        codes.sign_printed_code(code, SIGNER)


# --- Printed links

KEYS = PrintKeys({1: SEED_1}, current=1)


def test_a_printed_link_holds_for_its_code_and_purpose_with_every_key_ever_used():
    signature = codes.link_signature("join", "3706821010900017", KEYS)
    assert re.fullmatch(r"[0-9A-Za-z_-]{16}", signature)
    codes.check_link("join", "3706821010900017", signature, KEYS)
    later = PrintKeys({1: SEED_1, 2: SEED_2}, current=2)
    codes.check_link("join", "3706821010900017", signature, later)
    assert codes.link_signature("join", "3706821010900017", later) != signature
    assert (
        refused(codes.check_link, "join", "3706821010900017", signature, PrintKeys({2: SEED_2}, 2)) == "code.signature"
    )
    assert refused(codes.check_link, "keep", "3706821010900017", signature, KEYS) == "code.signature"
    assert refused(codes.check_link, "join", "3706821010900018", signature, KEYS) == "code.signature"


@given(st.integers(0, 15), st.characters(codec="utf-8"))
def test_one_changed_character_of_a_link_signature_is_refused(place, sign):
    signature = codes.link_signature("join", "3706821010900017", KEYS)
    changed = signature[:place] + sign + signature[place + 1 :]
    if changed != signature:
        assert refused(codes.check_link, "join", "3706821010900017", changed, KEYS).startswith("code.")


def test_a_missing_link_signature_is_refused():
    assert refused(codes.check_link, "join", "3706821010900017", "", KEYS) == "code.malformed"


# --- Scanned text and pictures


def test_a_scanner_may_hand_over_the_url_or_the_bare_payload():
    payload = member_code()
    for scanned in (
        payload,
        f"https://zhijia.example.cn/v/{payload}",
        f"/v/{payload}",
        f" http://10.0.0.1:8000/v/{payload}\n",
    ):
        assert codes.payload_of(scanned) == payload
    for scanned in ("", "https://zhijia.example.cn/x/abc", "https://weixin.qq.com/r/abc?d=1", "张三"):
        assert refused(codes.payload_of, scanned) == "code.malformed"


@pytest.mark.parametrize(
    ("host", "designator"),
    [
        ("zhijia.example.cn", "8-M"),
        ("a" * codes.MAX_HOST_8M, "8-M"),
        ("a" * (codes.MAX_HOST_8M + 1), "9-M"),
        ("a" * 57, "9-M"),
    ],
)
def test_a_member_code_fits_qr_version_8_m_up_to_a_host_of_29_characters(host, designator):
    payload = member_code()
    assert len(payload) == 112
    assert codes.qr_code(f"https://{host}/v/{payload}").designator == designator


def test_a_qr_picture_is_black_on_white_named_for_screen_readers_and_without_inline_style():
    svg = codes.qr_svg(f"https://zhijia.example.cn/v/{member_code()}", title='会员码 "<甲>"')
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"  # else a browser draws no picture of it
    assert root.get("role") == "img"
    assert root.get("aria-label") == '会员码 "<甲>"'
    drawn = [child for child in root if child.tag != f"{space}title"]
    assert [child.get("fill") or child.get("stroke") for child in drawn] == ["#fff", "#000"]
    assert "style" not in svg
    assert root.get("viewBox") == "0 0 57 57"


def test_a_qr_picture_as_png_has_the_asked_size():
    png = codes.qr_png("https://zhijia.example.cn/j/3706821010900017?s=AAAAAAAAAAAAAAAA", scale=4)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    modules = codes.qr_code("https://zhijia.example.cn/j/3706821010900017?s=AAAAAAAAAAAAAAAA").symbol_size(
        scale=4, border=4
    )
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == modules
