"""Pure decisions: codes, devices in words, masked addresses, where `next` may lead."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, strategies as st

from zhijia.foundation.accounts import rules
from zhijia.foundation.accounts.access import safe_next


@given(st.binary(min_size=8, max_size=16))
def test_a_code_is_always_six_digits(random_bytes):
    code = rules.six_digits(random_bytes)
    assert len(code) == 6
    assert set(code) <= set(string.digits)


def test_a_code_keeps_its_zeros_and_needs_enough_randomness():
    assert rules.six_digits(bytes(8)) == "000000"
    assert rules.six_digits((1_000_042).to_bytes(8, "big")) == "000042"
    with pytest.raises(ValueError, match="eight random bytes"):
        rules.six_digits(bytes(7))


@pytest.mark.parametrize(
    ("strong", "by_parameter", "allowed"),
    [(False, True, True), (True, True, False), (False, False, False), (True, False, False)],
)
def test_a_text_message_is_enough_only_for_weak_roles_where_the_parameter_says_so(strong, by_parameter, allowed):
    assert rules.may_use_text(strong=strong, by_parameter=by_parameter) is allowed


def test_only_a_text_message_is_weak():
    assert [factor for factor in rules.Factor if not rules.counts_as_strong(factor)] == [rules.Factor.SMS]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 13) Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.49",
            "微信 · 安卓手机",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1",
            "Safari · iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126 Safari/537.36 Edg/126.0",
            "Edge · Windows 电脑",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox · Mac 电脑"),
        ("curl/8.1", "其他设备"),
        ("", "其他设备"),
    ],
)
def test_a_device_is_named_as_people_name_it(agent, words):
    assert rules.device_words(agent) == words


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.9", "203.0.*.*"),
        ("2408:8207:1::5", "2408:8207:…"),
        ("127.0.0.1", "本机"),
        ("::1", "本机"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_half_of_an_address_is_enough_to_recognize_ones_own(address, shown):
    assert rules.masked_address(address) == shown


@given(st.text(max_size=60))
def test_next_is_a_path_of_this_site_or_the_fallback(wanted):
    led = safe_next(wanted, "/m/")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led in (wanted, "/m/")
