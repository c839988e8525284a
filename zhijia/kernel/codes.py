"""Codes that people show and scan: signed, drawn, read again. What a code stands for is its capability's matter.

Three forms. A *printed link* (`/j/<code>?s=<signature>`) carries an HMAC only this platform can check. A *printed
code* and a *member code* are payloads of `https://<host>/v/<payload>`, base64url without padding, signed with
Ed25519, so that a checker without network needs only the public key:

    printed   version 1 | kind 1 | key id 1 | province 1 | object code 1-40 (ASCII)                   | signature 64
    member    version 1 | kind 1 | key id 1 | province 1 | card 10 | flags 2 | step 4 (60 s since 1970) | signature 64

A member code is 84 bytes, 112 characters; with a host of at most 29 characters its URL is a QR code of version 8-M
(49 x 49 modules), up to 57 characters of version 9-M. A test measures both. Nothing in a payload is personal: `card`
is a random id.

Source: docs/rules/kernel.md#codes
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from xml.sax.saxutils import quoteattr

import segno

from zhijia.kernel.crypto import SIGNATURE_BYTES, PrintKeys, Signer, Verifier
from zhijia.kernel.errors import Expired, Invalid
from zhijia.kernel.ids import is_public_id, new_public_id

VERSION: Final = 1
MEMBER: Final = 1
"""The one kind that changes each minute; printed kinds are 16 to 255, each capability names its own."""
PRINTED_KINDS: Final = range(16, 256)
STEP: Final = timedelta(seconds=60)
TRUST_OFFLINE: Final = timedelta(minutes=2)
MAX_HOST_8M: Final = 29
"""Longest host name whose member code still is a QR code of version 8-M."""

_HEAD: Final = 4
_MEMBER_BODY: Final = 20
_DOMAIN: Final = b"zhijia-code-1\0"
_OBJECT_CODE: Final = re.compile(r"[0-9A-Za-z._~-]{1,40}")
_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LINK_KEY_AND_MAC: Final = 12
_PAYLOAD_IN_TEXT: Final = re.compile(r"(?:https?://[^/?#\s]+)?(?:/v/)?([0-9A-Za-z_-]+)")


def _malformed() -> Invalid:
    return Invalid("code.malformed", "这个码无法识别，请对准完整的二维码再扫一次。")


def _unsigned() -> Invalid:
    return Invalid("code.signature", "这个码未通过验证，可能不是本平台生成的，请勿使用。")


# --- Printed links ---------------------------------------------------------------------------------------------------


def link_signature(purpose: str, code: str, keys: PrintKeys) -> str:
    """Sixteen base64url characters for `?s=`: key id and 11 bytes of HMAC-SM3. A signature for one purpose fits no
    other.
    """
    mac = keys.mac(keys.current, _link_message(purpose, code))
    return _encode(bytes((keys.current,)) + mac[: _LINK_KEY_AND_MAC - 1])


def check_link(purpose: str, code: str, signature: str, keys: PrintKeys) -> None:
    """Pass where `signature` was made for this purpose and code, with whatever key. Raises Invalid `code.malformed`,
    `.signature`.
    """
    raw = _decode(signature)
    if len(raw) != _LINK_KEY_AND_MAC:
        raise _malformed()
    mac = keys.mac(raw[0], _link_message(purpose, code))
    if not secrets.compare_digest(mac[: _LINK_KEY_AND_MAC - 1], raw[1:]):
        raise _unsigned()


def _link_message(purpose: str, code: str) -> bytes:
    return f"{purpose}\0{code}".encode()


# --- Payloads --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """What stands on paper: a kind of 16 to 255, a province of two digits (`37`), an object's own code."""

    kind: int
    province: str
    object_code: str


@dataclass(frozen=True, slots=True)
class MemberCode:
    """What a phone shows for a minute: the card's public id, 16 flags of the capability's meaning, and when it was
    made.
    """

    province: str
    card: str
    flags: int
    made_at: datetime
    """Start of the 60-second step, aware UTC."""


def sign_printed_code(code: PrintedCode, signer: Signer) -> str:
    """The payload of a poster or sticker. Raises ValueError for a kind, province or object code out of bounds."""
    if code.kind not in PRINTED_KINDS or not _OBJECT_CODE.fullmatch(code.object_code):
        raise ValueError(f"not a printed code: kind {code.kind}, object {code.object_code!r}")
    return _sign(
        bytes((VERSION, code.kind, signer.key_id, _province(code.province))) + code.object_code.encode(), signer
    )


def read_printed_code(payload: str, verifier: Verifier, *, province: str) -> PrintedCode:
    """What a printed payload says; it never expires, and keys that signed paper are never retired for checking.

    Raises Invalid `code.malformed`, `code.foreign` (of another province, named in `facts`) or `code.signature`.
    """
    body = _open(payload, verifier, province)
    kind, object_code = body[1], body[_HEAD:].decode("ascii", "replace")
    if kind not in PRINTED_KINDS or not _OBJECT_CODE.fullmatch(object_code):
        raise _malformed()
    return PrintedCode(kind, province, object_code)


def sign_member_code(card: str, *, flags: int, province: str, signer: Signer, now: datetime) -> str:
    """The payload a phone shows in the minute of `now`. Raises ValueError for a card that is no public id or flags >
    65535.
    """
    head = bytes((VERSION, MEMBER, signer.key_id, _province(province)))
    body = head + _card_bytes(card) + flags.to_bytes(2, "big") + _step(now).to_bytes(4, "big")
    return _sign(body, signer)


def read_member_code(
    payload: str, verifier: Verifier, now: datetime, *, province: str, offline: bool = False
) -> MemberCode:
    """Who stands in front of the checker. Whether the card is still valid is to be looked up; a code only proves its
    minute.

    Online a code counts in its own step, the one before and the one after; `offline`, where clocks drift, within two
    minutes of its step's start. Raises Invalid `code.malformed`, `code.foreign` (`facts["province"]`),
    `code.signature`, or Expired `code.expired`.
    """
    body = _open(payload, verifier, province)
    if body[1] != MEMBER or len(body) != _MEMBER_BODY:
        raise _malformed()
    step = int.from_bytes(body[16:20], "big")
    made_at = _EPOCH + step * STEP
    late = abs(now - made_at) > TRUST_OFFLINE if offline else abs(_step(now) - step) > 1
    if late:
        raise Expired("code.expired", "这个码已过期，请对方刷新后重新出示，截图不能使用。")
    card = new_public_id(lambda _: body[_HEAD : _HEAD + 10])
    return MemberCode(province, card, int.from_bytes(body[14:16], "big"), made_at)


def code_kind(payload: str) -> int:
    """Which kind a payload claims to be, unchecked, to choose the reader. Raises Invalid `code.malformed`."""
    return _read(payload)[1]


def payload_of(scanned: str) -> str:
    """The payload in what a scanner read, a whole URL or the bare payload; the host proves nothing. Raises Invalid."""
    found = _PAYLOAD_IN_TEXT.fullmatch(scanned.strip())
    if not found:
        raise _malformed()
    return found.group(1)


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _step(now: datetime) -> int:
    return (now - _EPOCH) // STEP


def _card_bytes(card: str) -> bytes:
    """The 80 bits that a public id writes in 16 characters."""
    if not is_public_id(card):
        raise ValueError("a card is named by its public id")
    number = 0
    for sign in card:
        number = number << 5 | _CROCKFORD.index(sign)
    return number.to_bytes(10, "big")


def _province(digits: str) -> int:
    if not re.fullmatch(r"[0-9]{2}", digits):
        raise ValueError(f"a province is two digits, not {digits!r}")
    return int(digits)


def _sign(body: bytes, signer: Signer) -> str:
    return _encode(body + signer.sign(_DOMAIN + body))


def _open(payload: str, verifier: Verifier, province: str) -> bytes:
    """The signed body. A foreign code is recognized first: its keys are not ours to know."""
    raw = _read(payload)
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    if body[3] != _province(province):
        raise Invalid(
            "code.foreign", "这个码由其他省的平台生成，请到对应省份的平台核验。", facts={"province": f"{body[3]:02}"}
        )
    if not verifier.verify(body[2], _DOMAIN + body, signature):
        raise _unsigned()
    return body


def _read(payload: str) -> bytes:
    """The bytes of a payload of our version, long enough to be signed."""
    raw = _decode(payload)
    if len(raw) <= _HEAD + SIGNATURE_BYTES or raw[0] != VERSION:
        raise _malformed()
    return raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise _malformed() from None
    # Spare bits of the last character, `+` and `/`: one code has one spelling.
    if _encode(raw) != text:
        raise _malformed()
    return raw


# --- Pictures --------------------------------------------------------------------------------------------------------


def qr_code(text: str) -> segno.QRCode:
    """A QR code of error level M, never a micro one: every scanner of the last ten years reads it."""
    return segno.make(text, error="m", boost_error=False, micro=False)


def qr_svg(text: str, *, title: str) -> str:
    """SVG, black on white with its quiet zone, sized by the page; no style attribute (the CSP forbids it).

    Stands inside a page or as a picture of its own: browsers draw the latter only with its namespace. `title` is what a
    screen reader says, in Chinese: `会员码`.
    """
    out = io.BytesIO()
    qr_code(text).save(
        out, kind="svg", dark="#000", light="#fff", border=4, omitsize=True, xmldecl=False, nl=False, svgclass="qr",
        lineclass=None, title=title,
    )  # fmt: skip
    return out.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label={quoteattr(title)} ', 1)


def qr_png(text: str, *, scale: int = 8) -> bytes:
    """PNG, black on white, `scale` pixels a module, four modules of quiet zone."""
    out = io.BytesIO()
    qr_code(text).save(out, kind="png", scale=scale, border=4, dark="#000", light="#fff")
    return out.getvalue()
