"""Pure decisions about ways in. Source: docs/rules/accounts.md"""

from __future__ import annotations

import hashlib
import ipaddress
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
INVITATION_LIFE = timedelta(hours=72)
PASSWORD_STANDS = timedelta(minutes=5)
"""How long a right password waits for its second factor."""

CODE_COUNTS = timedelta(minutes=10)
"""How long the code that signed somebody in counts, once, as the second factor beside his password."""


class Purpose(StrEnum):
    """What a code is good for; a code for one purpose fits no other."""

    SIGN_IN = "sign_in"
    OLD_NUMBER = "old_number"
    NEW_NUMBER = "new_number"
    STEP_UP = "step_up"
    FILE_NUMBER = "file_number"
    """To the number that a person's file holds, before another account takes the file over."""


class Factor(StrEnum):
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    SMS = "sms"


def six_digits(random_bytes: bytes) -> str:
    """A code from at least eight random bytes; the bias of the remainder is below 10⁻¹³."""
    if len(random_bytes) < 8:
        raise ValueError("a code needs eight random bytes")
    return f"{int.from_bytes(random_bytes, 'big') % 1_000_000:06d}"


def may_use_text(*, strong: bool, by_parameter: bool) -> bool:
    """Whether password and text message are enough for the console.

    Only for roles that need no strong factor, and only where the parameter allows it.
    """
    return by_parameter and not strong


def counts_as_strong(factor: Factor) -> bool:
    return factor is not Factor.SMS


_BROWSERS: Sequence[tuple[str, str]] = (
    ("micromessenger", "微信"),
    ("dingtalk", "钉钉"),
    ("alipayclient", "支付宝"),
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("huaweibrowser", "华为浏览器"),
    ("miuibrowser", "小米浏览器"),
    ("ucbrowser", "UC 浏览器"),
    ("quark", "夸克"),
    ("mqqbrowser", "QQ 浏览器"),
    ("qqbrowser", "QQ 浏览器"),
    ("firefox", "Firefox"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
_MACHINES: Sequence[tuple[str, str]] = (
    ("ipad", "iPad"),
    ("iphone", "iPhone"),
    ("harmony", "鸿蒙手机"),
    ("android", "安卓手机"),
    ("windows", "Windows 电脑"),
    ("macintosh", "Mac 电脑"),
    ("linux", "Linux 电脑"),
)


def device_words(agent: str) -> str:
    """What a person calls the machine behind a user agent: `微信 · 安卓手机`, `Edge · Windows 电脑`, `其他设备`."""
    text = agent.lower()
    browser = next((words for sign, words in _BROWSERS if sign in text), "")
    machine = next((words for sign, words in _MACHINES if sign in text), "")
    return " · ".join(filter(None, (browser, machine))) or "其他设备"


def masked_address(address: str) -> str:
    """Enough to recognize one's own network: `203.0.*.*`, `2408:8207:…`; `本机` for this machine, empty for none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if ip.is_loopback:
        return "本机"
    if ip.version == 4:
        return ".".join([*address.split(".")[:2], "*", "*"])
    return ":".join(ip.exploded.split(":")[:2]) + ":…"


# --- A little work before a code ------------------------------------------------------------------------------------
_DIGITS = "零一二三四五六七八九"


def in_words(number: int) -> str:
    """`7` → 七, `18` → 十八; from 0 to 19."""
    return _DIGITS[number] if number < 10 else "十" + (_DIGITS[number - 10] if number > 10 else "")


def puzzle_question(first: int, second: int) -> str:
    """`三加五等于几？`"""
    return f"{in_words(first)}加{in_words(second)}等于几？"


def read_number(words: str) -> int | None:
    """What somebody answered, in figures of any width or in words: `8`, `８`, `八`, `十二`; None for anything else."""
    text = "".join(unicodedata.normalize("NFKC", words).split())
    if text.isascii() and text.isdigit() and len(text) <= 2:
        return int(text)
    return next((number for number in range(20) if in_words(number) == text), None)


def is_proof(challenge: str, proof: str, bits: int) -> bool:
    """Whether SHA-256 over `challenge:proof` begins with so many zero bits: some 2^bits tries for who makes it."""
    if not proof or len(proof) > 20:
        return False
    made = hashlib.sha256(f"{challenge}:{proof}".encode()).digest()
    return int.from_bytes(made, "big") >> (256 - bits) == 0
