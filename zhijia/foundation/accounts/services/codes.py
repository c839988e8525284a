"""One-time codes to a number: sent, tried, spent."""

from __future__ import annotations

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
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import Expired, Invalid, TooMany
from zhijia.kernel.identifiers import normalize_mobile
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.registry import registry

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


def _count_request(actor: Actor, number: str, now: datetime) -> None:
    """Raises TooMany `limit.accounts.code_*` with a sentence."""
    digest = selectors.number_digest(number)
    if actor.address:
        limits.hit(
            "accounts.code_address",
            selectors.address_digest(actor.address),
            _parameter("accounts.code_per_address_hour", now),
            timedelta(hours=1),
            now=now,
            message="这个网络发送验证码的次数过多，请一小时后再试，或换用手机流量。",
        )
    limits.hit(
        "accounts.code_interval",
        digest,
        1,
        timedelta(seconds=code_interval_s(now)),
        now=now,
        message=f"验证码刚刚发出，请等 {code_interval_s(now)} 秒后再获取。",
    )
    limits.hit(
        "accounts.code_number",
        digest,
        _parameter("accounts.code_per_number_day", now),
        timedelta(days=1),
        now=now,
        message="这个手机号今天获取验证码的次数已达上限，请明天再试，或拨打服务热线。",
    )


def send_code(
    actor: Actor, mobile: str, *, purpose: Purpose, now: datetime, randomness: Randomness = secrets.token_bytes
) -> int:
    """Send six digits to a number, known or not; the earlier code ends. Returns the seconds until another may be asked.

    Raises Invalid for what is no mobile number, TooMany.
    Source: docs/rules/accounts.md#codes
    """
    number = read_mobile(mobile)
    _count_request(actor, number, now)
    _make_and_send(actor, number, purpose, now, randomness)
    return code_interval_s(now)


@transaction.atomic
def _make_and_send(actor: Actor, number: str, purpose: Purpose, now: datetime, randomness: Randomness) -> None:
    digest = selectors.number_digest(number)
    SignInCode.objects.filter(number_digest=digest, purpose=purpose, used_at__isnull=True, expires_at__gt=now).update(
        expires_at=now
    )
    code, public_id = rules.six_digits(randomness(8)), new_public_id()
    insert_row(
        SignInCode,
        public_id=public_id,
        purpose=purpose,
        number_digest=digest,
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
    """Count one try of the newest code of a number and compare. Returns its id, to be spent by `spend_code`.

    Not inside the command's transaction: the count of a wrong try must stay. Raises Invalid `code.wrong`, Expired
    `code.expired`, TooMany `code.tries` or `limit.accounts.tries_address`.
    """
    digest = selectors.number_digest(read_mobile(mobile))
    if actor.address:
        limits.hit(
            "accounts.tries_address",
            selectors.address_digest(actor.address),
            _parameter("accounts.tries_per_address_hour", now),
            timedelta(hours=1),
            now=now,
            message="这个网络填写验证码的次数过多，请一小时后再试，或换用手机流量。",
        )
    row = SignInCode.objects.filter(number_digest=digest, purpose=purpose, used_at__isnull=True).order_by("-id").first()
    if row is None:
        raise _refused(actor, purpose, now, Invalid("code.wrong", _WRONG, fields={"code": _WRONG}))
    if row.expires_at <= now:
        text = "验证码已过期，请重新获取。"
        raise _refused(actor, purpose, now, Expired("code.expired", text, fields={"code": text}))
    living = SignInCode.objects.filter(pk=row.pk, tries__lt=rules.CODE_TRIES, used_at__isnull=True, expires_at__gt=now)
    if not living.update(tries=F("tries") + 1):
        text = f"验证码已输错 {rules.CODE_TRIES} 次，请重新获取后再填。"
        raise _refused(actor, purpose, now, TooMany("code.tries", text, fields={"code": text}))
    if not settings.ZHIJIA_KEYS.hashes.matches(row.code_digest, "sign_in_code", row.public_id, code):
        left = max(0, rules.CODE_TRIES - row.tries - 1)
        text = f"验证码不对，请核对最新一条短信后重填，还可试 {left} 次。" if left else "验证码不对，请重新获取后再填。"
        raise _refused(actor, purpose, now, Invalid("code.wrong", text, fields={"code": text}))
    return row.pk


def _refused(
    actor: Actor, purpose: Purpose, now: datetime, error: Invalid | Expired | TooMany
) -> Invalid | Expired | TooMany:
    audit.record(actor, "accounts.code_refused", now=now, detail={"code": error.code, "purpose": purpose.value})
    return error


def spend_code(code_id: int, *, now: datetime) -> None:
    """Use a right code up, in the command's transaction: of two at once one does. Raises Invalid `code.wrong`."""
    if not change_rows(SignInCode, {"id": code_id, "used_at": None}, {"used_at": now}):
        raise Invalid("code.wrong", _WRONG, fields={"code": _WRONG})


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget codes a day after their end; returns how many."""
    old = SignInCode.objects.filter(expires_at__lt=now - timedelta(days=1)).order_by("expires_at")
    return SignInCode.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]
