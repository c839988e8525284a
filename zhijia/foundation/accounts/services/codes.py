"""One-time codes to a number: sent, tried, spent."""

from __future__ import annotations

import math
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from zhijia.foundation.accounts import rules, selectors
from zhijia.foundation.accounts.models import SignInCode
from zhijia.foundation.accounts.rules import Purpose
from zhijia.foundation.audit import services as audit
from zhijia.foundation.limits import selectors as limit_reads, services as limits
from zhijia.foundation.limits.rules import networks_of
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Expired, Invalid, TooMany
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.registry import registry

from . import puzzles

ADDRESS = "accounts.code_address"
INTERVAL = "accounts.code_interval"
STRANGERS_DAY = "accounts.code_strangers_day"
LIVING = 3
"""So many codes of a number are looked at, the newest first: its owner's is among them while strangers ask too."""
_WITHOUT_END = 1_000_000
_WRONG = "验证码不对或已过期，请核对最新一条短信后重填，或重新获取。"


def read_mobile(text: str) -> str:
    """Eleven digits. Raises Invalid with the sentence beside the field `mobile`."""
    try:
        return normalize_mobile(text)
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"mobile": error.message}) from None


def _parameter(code: str, now: datetime) -> int:
    return int(registry.parameter(code, on=timezone.localdate(now)))


def code_interval_s(now: datetime) -> int:
    """Seconds between two codes to one number."""
    return _parameter("accounts.code_interval_s", now)


def _who_asks(actor: Actor, device: str) -> str:
    """Who asks, as far as it can be known: the account, a browser that has signed this number in, or the network."""
    if actor.account_id is not None:
        return f"account:{actor.account_id}"
    networks = networks_of(actor.address)
    return f"device:{device}" if device else f"network:{networks[0][0] if networks else ''}"


def _asker_digest(actor: Actor, number: str, device: str) -> str:
    """One who asks for codes to one number."""
    digest = settings.ZHIJIA_KEYS.hashes.digest("asker", selectors.number_digest(number), _who_asks(actor, device))
    return str(digest)


def _count_request(actor: Actor, number: str, device: str, answer: puzzles.Answer | None, now: datetime) -> None:
    """Two sides are counted apart: who asks, and whose number it is asked by strangers, so that they lock nobody out.

    Raises TooMany `limit.accounts.code_*` with a sentence, Invalid `code.puzzle`.
    """
    digest, asker = selectors.number_digest(number), _asker_digest(actor, number, device)
    stranger = actor.account_id is None and not device
    if stranger and _puzzle_needed(actor, number, now=now):
        puzzles.require(actor, answer, now=now)
    limits.hit_network(
        ADDRESS,
        actor.address,
        _parameter("accounts.code_per_address_hour", now),
        timedelta(hours=1),
        now=now,
        message="这个网络发送验证码的次数过多，请一小时后再试，或换用手机流量。",
    )
    _require_interval(asker, now)
    limits.hit(
        "accounts.code_number",
        asker,
        _parameter("accounts.code_per_number_day", now),
        timedelta(days=1),
        now=now,
        message="今天向这个手机号获取验证码的次数已达上限，请明天再试，或拨打服务热线。",
    )
    if stranger:
        limits.hit(
            "accounts.code_strangers",
            digest,
            _parameter("accounts.code_strangers_hour", now),
            timedelta(hours=1),
            now=now,
            message="这个手机号收到的验证码太多，请一小时后再试；用以前登录过的浏览器不受影响，也可以拨打服务热线。",
        )
        limits.hit(STRANGERS_DAY, digest, _WITHOUT_END, timedelta(days=1), now=now)


def _puzzle_needed(actor: Actor, number: str, *, now: datetime) -> bool:
    """Whether so many codes went to this number, or from this network, that a stranger must do a little work first."""
    day = limit_reads.count_hits(STRANGERS_DAY, selectors.number_digest(number), now=now)
    if day >= _parameter("accounts.puzzle_after_number", now):
        return True
    return limits.is_network_at(ADDRESS, actor.address, _parameter("accounts.puzzle_after_address", now), now=now)


def _require_interval(asker: str, now: datetime) -> None:
    interval = code_interval_s(now)
    try:
        limits.hit(INTERVAL, asker, 1, timedelta(seconds=interval), now=now)
    except TooMany as error:
        at = error.facts.get("retry_at")
        left = whole_seconds(at, now) if isinstance(at, datetime) else interval
        error.message = f"验证码刚刚发出，还需等待 {left} 秒。"
        raise


def send_code(
    actor: Actor,
    mobile: str,
    *,
    purpose: Purpose,
    now: datetime,
    device: str = "",
    answer: puzzles.Answer | None = None,
    randomness: Randomness = secrets.token_bytes,
) -> int:
    """Send six digits to a number, known or not; the asker's earlier code ends, nobody else's. Returns the seconds
    until he may ask again.

    `device` is a browser that has signed this number in before (`addresses.known_device`), `answer` that of a puzzle.
    Raises Invalid for what is no mobile number, TooMany, Invalid `code.puzzle` where a stranger must solve one first.
    Source: docs/rules/accounts.md#codes
    """
    number = read_mobile(mobile)
    _count_request(actor, number, device, answer, now)
    _make_and_send(actor, number, purpose, asker=_asker_digest(actor, number, device), now=now, randomness=randomness)
    return code_interval_s(now)


def seconds_left(actor: Actor, mobile: str, *, now: datetime, device: str = "") -> int:
    """Until who asks may ask for the next code to this number, whatever he did since; 0: at once. Reads only.

    `mobile` as it was typed; what is no number waits for nothing.
    """
    try:
        number = normalize_mobile(mobile)
    except Invalid:
        return 0
    ends = limit_reads.find_end(INTERVAL, _asker_digest(actor, number, device), now=now)
    return whole_seconds(ends, now) if ends is not None else 0


def whole_seconds(until: datetime, now: datetime) -> int:
    """Rounded up, so that nobody is sent to wait once more."""
    return math.ceil((until - now).total_seconds())


@transaction.atomic
def _make_and_send(
    actor: Actor, number: str, purpose: Purpose, *, asker: str, now: datetime, randomness: Randomness
) -> None:
    digest = selectors.number_digest(number)
    SignInCode.objects.filter(
        number_digest=digest, purpose=purpose, asker=asker, used_at__isnull=True, expires_at__gt=now
    ).update(expires_at=now)
    code, public_id = rules.six_digits(randomness(8)), new_public_id()
    insert_row(
        SignInCode,
        public_id=public_id,
        purpose=purpose,
        number_digest=digest,
        asker=asker,
        code_digest=settings.ZHIJIA_KEYS.hashes.digest("sign_in_code", public_id, code),
        created_at=now,
        expires_at=now + rules.CODE_LIFE,
        used_at=None,
    )
    registry.send_text(
        "accounts.code", number, {"code": code, "minutes": int(rules.CODE_LIFE.total_seconds() // 60)}, now=now
    )
    audit.record(actor, "accounts.code_sent", ("code", public_id), now=now, detail={"purpose": purpose.value})


def try_code(actor: Actor, mobile: str, code: str, *, purpose: Purpose, now: datetime) -> int:
    """Count one try of the living codes of a number and compare. Returns the right one's id, for `spend_code`.

    A number has more than one where several people asked: a stranger who asks does not end its owner's. Not inside the
    command's transaction: the count of a wrong try must stay. Raises Invalid `code.wrong`, Expired `code.expired`,
    TooMany `code.tries` or `limit.accounts.tries_address`.
    """
    digest = selectors.number_digest(read_mobile(mobile))
    limits.hit_network(
        "accounts.tries_address",
        actor.address,
        _parameter("accounts.tries_per_address_hour", now),
        timedelta(hours=1),
        now=now,
        message="这个网络填写验证码的次数过多，请一小时后再试，或换用手机流量。",
    )
    unused = SignInCode.objects.filter(number_digest=digest, purpose=purpose, used_at__isnull=True).order_by("-id")
    rows = list(unused[:LIVING])
    if not rows:
        raise _refused(actor, purpose, now, Invalid("code.wrong", _WRONG, fields={"code": _WRONG}))
    living = [row for row in rows if row.expires_at > now]
    if not living:
        text = "验证码已过期，请重新获取。"
        raise _refused(actor, purpose, now, Expired("code.expired", text, fields={"code": text}))
    counted = [row for row in living if _count_try(row.pk, now=now)]
    if not counted:
        text = f"验证码已输错 {rules.CODE_TRIES} 次，请重新获取后再填。"
        raise _refused(actor, purpose, now, TooMany("code.tries", text, fields={"code": text}))
    for row in counted:
        if settings.ZHIJIA_KEYS.hashes.matches(row.code_digest, "sign_in_code", row.public_id, code):
            return row.pk
    left = max(0, rules.CODE_TRIES - min(row.tries for row in counted) - 1)
    text = f"验证码不对，请核对最新一条短信后重填，还可试 {left} 次。" if left else "验证码不对，请重新获取后再填。"
    raise _refused(actor, purpose, now, Invalid("code.wrong", text, fields={"code": text}))


def _count_try(code_id: int, *, now: datetime) -> bool:
    """Whether the code had a try left, which is used up now."""
    open_ = SignInCode.objects.filter(pk=code_id, tries__lt=rules.CODE_TRIES, used_at__isnull=True, expires_at__gt=now)
    return bool(open_.update(tries=F("tries") + 1))


def _refused(
    actor: Actor, purpose: Purpose, now: datetime, error: Invalid | Expired | TooMany
) -> Invalid | Expired | TooMany:
    audit.record_refused(actor, "accounts.code_refused", now=now, detail={"code": error.code, "purpose": purpose.value})
    return error


def spend_code(code_id: int, *, now: datetime) -> None:
    """Use a right code up, in the command's transaction: of two at once one does. Raises Invalid `code.wrong`."""
    if not change_rows(SignInCode, {"id": code_id, "used_at": None}, {"used_at": now}):
        raise Invalid("code.wrong", _WRONG, fields={"code": _WRONG})


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget codes a day after their end; returns how many."""
    old = SignInCode.objects.filter(expires_at__lt=now - timedelta(days=1)).order_by("expires_at")
    return SignInCode.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]
