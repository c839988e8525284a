"""Pure rules of other systems: the life of a registration, and what a signed request must look like.

Source: docs/rules/api.md
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhijia.foundation.workflow.rules import CLOCK, Hue, Move, TwoPersons, two_persons
from zhijia.kernel.crypto import hmac_sm3, sm3
from zhijia.kernel.errors import Invalid, NotSignedIn

from .permissions import Permission

SUSPENDED, ENDED = "SUSPENDED", "ENDED"
REGISTRATION = two_persons(
    "clients.registration",
    "系统对接",
    check=Permission.CHECK,
    due="clients.check_wd",
    maker="登记人",
    agreed="可以调用",
    agree="复核同意，可以领取密钥",
    more=(
        Move("suspend", {TwoPersons.IN_FORCE}, SUSPENDED, by=Permission.SUSPEND, needs=("note",),
             title="停用，立即生效", button="停用"),
        Move("resume", {SUSPENDED}, TwoPersons.IN_FORCE, by=Permission.CHECK, checker=True, needs=("note",),
             title="由另一人恢复", button="恢复"),
        Move("end", {TwoPersons.IN_FORCE, SUSPENDED}, ENDED, by=CLOCK, title="有效期已过"),
    ),
    labels={SUSPENDED: "已停用", ENDED: "已结束"},
    hues={SUSPENDED: Hue.LATE, ENDED: Hue.STILL},
)  # fmt: skip

LONGEST = timedelta(days=3 * 366)
"""A registration never outlives three years; then somebody looks at it again."""
MOST_PER_MINUTE = 6_000
MOST_UNITS = 50
ROTATION = timedelta(days=1)
"""How long the old secret still counts beside the new one."""


def check_period(valid_from: date, valid_until: date, *, today: date) -> None:
    """Raises Invalid `client.form` naming every bad field."""
    wrong: dict[str, str] = {}
    if valid_from < today:
        wrong["valid_from"] = "开始日期不能早于今天。"
    if valid_until <= valid_from:
        wrong["valid_until"] = "结束日期要晚于开始日期。"
    elif valid_until - valid_from > LONGEST:
        wrong["valid_until"] = "有效期最长三年，到期前可以重新登记。"
    if wrong:
        raise Invalid("client.form", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)


# --- A signed request -------------------------------------------------------------------------------------------------
SCHEME = "HMAC-SM3"
VERSION = "ZHIJIA1"
WINDOW = timedelta(minutes=5)
_AUTHORIZATION = re.compile(r"HMAC-SM3 ([0-9a-hjkmnp-tv-z]{16}):([0-9a-f]{64})\Z")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_TIME = re.compile(r"[0-9]{10}\Z")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says of its sender; nothing of it is proved yet. `at` is in seconds since 1970."""

    client_id: str
    signature: str
    at: int
    nonce: str


def read_headers(authorization: str, time: str, nonce: str) -> Signed:
    """Raises NotSignedIn `client.headers` for headers of another shape."""
    found = _AUTHORIZATION.match(authorization)
    if found is None or not _TIME.match(time) or not _NONCE.match(nonce):
        raise NotSignedIn(
            "client.headers",
            "签名请求须带 Authorization、X-Zhijia-Time（秒）和 X-Zhijia-Nonce（16 到 64 位）三个头，请核对格式。",
        )
    return Signed(found[1], found[2], int(time), nonce)


def string_to_sign(method: str, target: str, at: int, nonce: str, body: bytes) -> bytes:
    """Six lines: version, method, path with query as sent, seconds, nonce, SM3 of the body in hexadecimal."""
    return "\n".join((VERSION, method, target, str(at), nonce, sm3(body).hex())).encode()


def signature(secret: str, text: bytes) -> str:
    """HMAC-SM3 in 64 hexadecimal characters; the key is the secret's own characters."""
    return hmac_sm3(secret.encode(), text).hex()


def is_signed_by(candidates: Sequence[str], given: str, text: bytes) -> bool:
    """Whether one of the secrets gives the signature; compared in constant time."""
    return any(secrets.compare_digest(signature(secret, text), given) for secret in candidates)
