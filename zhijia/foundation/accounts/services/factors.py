"""What proves a cadre: password, authenticator, recovery codes, passkeys. They lie in django-allauth's table."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn, build_user_payload, get_credentials
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, ResidentKeyRequirement, UserVerificationRequirement

from zhijia.foundation.accounts import events, selectors
from zhijia.foundation.accounts.models import Account
from zhijia.foundation.audit import services as audit
from zhijia.foundation.ui.site import current_site
from zhijia.kernel.actor import Actor
from zhijia.kernel.crypto import SealBroken
from zhijia.kernel.errors import Invalid, NotAllowed, NotFound, RuleBroken
from zhijia.kernel.ids import Randomness

STEP_S = 30
_DRIFT = (-1, 0, 1)
MOST_PASSKEYS = 8
STRONG_IS_SET_UP = "您已设置验证器 App 或通行密钥，请用它完成验证。"
State = dict[str, Any]


# --- Password -------------------------------------------------------------------------------------------------------
def check_password_is_good(account: Account, password: str) -> None:
    """Raises Invalid `accounts.password` with what it lacks."""
    try:
        validate_password(password, account)
    except ValidationError as error:
        text = "".join(str(message) for message in error.messages)
        raise Invalid("accounts.password", text, fields={"password": text}) from None


@transaction.atomic
def set_password(actor: Actor, account: Account, password: str, *, now: datetime) -> None:
    """Raises as `check_password_is_good`."""
    check_password_is_good(account, password)
    what = "密码已更换" if account.password and account.has_usable_password() else "密码已设置"
    account.set_password(password)
    account.save(update_fields=["password"])
    audit.record(actor, "accounts.password_set", ("account", account.public_id), now=now)
    _tell(account, what, now)


def _tell(account: Account, what: str, now: datetime) -> None:
    """The owner hears of every change to his ways in, on another way than the one that made it."""
    events.factors_changed.announce(events.FactorsChanged(account.pk, what, now))


# --- Authenticator --------------------------------------------------------------------------------------------------
def new_totp_secret(randomness: Randomness = secrets.token_bytes) -> str:
    """160 bits in base 32, 32 characters."""
    return base64.b32encode(randomness(20)).decode()


def totp_code(secret: str, step: int) -> str:
    """The six digits of a 30-second step since 1970, RFC 6238."""
    return str(format_hotp_value(hotp_value(secret, step)))


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """The step for which `code` is right, one step of clock drift either way; None where it is wrong."""
    current = int(now.timestamp()) // STEP_S
    for step in (current + drift for drift in _DRIFT):
        if secrets.compare_digest(totp_code(secret, step).encode(), code.encode()):
            return step
    return None


_PLACE = "mfa_authenticator.data"


def seal_secret(account: Account, secret: str) -> str:
    """Bound to the account: laid into another's row, it opens nothing."""
    row = _secret_of(account)
    return base64.b64encode(settings.ZHIJIA_KEYS.keyring.seal(secret, table_column=_PLACE, row=row)).decode()


def open_secret(account: Account, sealed: str) -> str:
    """Raises SealBroken for the secret of another account."""
    opened: str = settings.ZHIJIA_KEYS.keyring.open_sealed(
        base64.b64decode(sealed), table_column=_PLACE, row=_secret_of(account)
    )
    return opened


def _secret_of(account: Account) -> str:
    return f"{account.public_id}:totp"


def totp_address(account: Account, secret: str) -> str:
    """`otpauth://totp/...`, what the QR code of the set-up holds."""
    return str(get_adapter().build_totp_url(account, secret))


@transaction.atomic
def enrol_totp(actor: Actor, account: Account, secret: str, code: str, *, now: datetime) -> list[str]:
    """Take an authenticator whose first code is right, in place of an older one; returns fresh recovery codes.

    Raises Invalid `accounts.totp`.
    """
    step = totp_step(secret, code, now)
    if step is None:
        text = "动态码不对或已过期，请等下一组再输。手机时间不准也会这样，请打开“自动设置时间”。"
        raise Invalid("accounts.totp", text, fields={"code": text})
    Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(
        user_id=account.pk,
        type=Authenticator.Type.TOTP,
        created_at=now,
        data={"secret": seal_secret(account, secret), "last_step": step},
    )
    audit.record(actor, "accounts.factor_added", ("account", account.public_id), now=now, detail={"factor": "totp"})
    _tell(account, "已绑定验证器", now)
    return _renew_recovery_codes(actor, account, now=now)


def enrol_first_totp(actor: Actor, secret: str, code: str, *, now: datetime) -> list[str]:
    """As `enrol_totp`, for who came with a password and a text message: good for the first authenticator alone.

    Raises NotAllowed `step_up.strong_needed` where something stronger is set up already.
    """
    account = selectors.account_of(actor)
    if selectors.factors_of(account).strong:
        raise NotAllowed("step_up.strong_needed", STRONG_IS_SET_UP)
    return enrol_totp(actor, account, secret, code, now=now)


@transaction.atomic
def use_totp(account: Account, code: str, *, now: datetime) -> bool:
    """Whether the code is right and its step has not been used: no code counts twice, not even at the same moment."""
    row = Authenticator.objects.select_for_update().filter(user_id=account.pk, type=Authenticator.Type.TOTP).first()
    if row is None:
        return False
    try:
        secret = open_secret(account, row.data["secret"])
    except SealBroken:  # a row that was not made for this account proves nothing
        return False
    step = totp_step(secret, code, now)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return True


# --- Recovery codes -------------------------------------------------------------------------------------------------
RECOVERY_CODES = 10


def new_recovery_codes(actor: Actor, account: Account, *, now: datetime) -> list[str]:
    """Ten codes of eight digits, shown once; earlier ones count no longer."""
    codes = _renew_recovery_codes(actor, account, now=now)
    _tell(account, "备用码已重新生成", now)
    return codes


@transaction.atomic
def _renew_recovery_codes(
    actor: Actor, account: Account, *, now: datetime, randomness: Randomness = secrets.token_bytes
) -> list[str]:
    """Kept are keyed hashes of code and account: nobody reads the codes back, and they fit no other account's row."""
    Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = [f"{int.from_bytes(randomness(8), 'big') % 10**8:08d}" for _ in range(RECOVERY_CODES)]
    Authenticator.objects.create(
        user_id=account.pk,
        type=Authenticator.Type.RECOVERY_CODES,
        created_at=now,
        data={"left": [_recovery_digest(account, code) for code in codes]},
    )
    audit.record(actor, "accounts.factor_added", ("account", account.public_id), now=now, detail={"factor": "recovery"})
    return codes


def _recovery_digest(account: Account, code: str) -> str:
    return str(settings.ZHIJIA_KEYS.hashes.digest("recovery_code", account.public_id, code))


@transaction.atomic
def use_recovery_code(account: Account, code: str) -> bool:
    """Whether it is one of the unused codes; it is used now."""
    row = (
        Authenticator.objects.select_for_update()
        .filter(user_id=account.pk, type=Authenticator.Type.RECOVERY_CODES)
        .first()
    )
    digest = _recovery_digest(account, code)
    if row is None or digest not in row.data["left"]:
        return False
    row.data["left"] = [kept for kept in row.data["left"] if kept != digest]
    row.save(update_fields=["data"])
    return True


# --- Passkeys -------------------------------------------------------------------------------------------------------
def _server(host: str) -> Fido2Server:
    """For one host name; the library accepts its https origin, and http for localhost."""
    return Fido2Server(PublicKeyCredentialRpEntity(id=host, name=current_site().name))


def begin_passkey(account: Account, host: str) -> tuple[State, State]:
    """What the browser needs to make a passkey, and what the session keeps until it answers."""
    options, state = _server(host).register_begin(
        user=build_user_payload(account),
        credentials=get_credentials(account),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), state


@transaction.atomic
def add_passkey(
    actor: Actor, account: Account, *, host: str, state: State | None, credential: str, name: str, now: datetime
) -> None:
    """Raises Invalid `accounts.passkey`, RuleBroken `accounts.passkeys_full`."""
    said = _read(credential)
    try:
        _server(host).register_complete(state or {}, said)
    except Exception as error:
        raise _unreadable() from error
    if Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise RuleBroken("accounts.passkeys_full", f"最多可添加 {MOST_PASSKEYS} 个通行密钥，请先移除不用的。")
    WebAuthn.add(account, name.strip()[:30], said)
    audit.record(actor, "accounts.factor_added", ("account", account.public_id), now=now, detail={"factor": "passkey"})
    _tell(account, "已添加通行密钥", now)


def begin_assertion(account: Account, host: str) -> tuple[State, State]:
    options, state = _server(host).authenticate_begin(
        credentials=get_credentials(account), user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), state


def use_passkey(account: Account, *, host: str, state: State | None, credential: str, now: datetime) -> bool:
    """Whether one of the account's passkeys, unlocked by its owner, signed this session's challenge."""
    try:
        found = _server(host).authenticate_complete(state or {}, get_credentials(account), _read(credential))
    except Exception:  # noqa: BLE001  as above: whatever is wrong with it, it is no proof
        return False
    for row in Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN):
        if row.wrap().authenticator_data.credential_data.credential_id == found.credential_id:
            row.last_used_at = now
            row.save(update_fields=["last_used_at"])
            return True
    return False


@transaction.atomic
def remove_passkey(actor: Actor, account: Account, key: int, *, strong_needed: bool, now: datetime) -> None:
    """Raises NotFound, RuleBroken `accounts.last_factor` where nothing strong would be left."""
    rows = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN, pk=key)
    factors = selectors.factors_of(account)
    if not rows.exists():
        raise NotFound
    if strong_needed and not factors.totp and len(factors.passkeys) == 1:
        raise RuleBroken("accounts.last_factor", "这是您唯一的验证方式，请先添加验证器 App 或另一个通行密钥。")
    rows.delete()
    audit.record(
        actor, "accounts.factor_removed", ("account", account.public_id), now=now, detail={"factor": "passkey"}
    )
    _tell(account, "已移除一个通行密钥", now)


def _read(credential: str) -> Mapping[str, Any]:
    """Raises Invalid `accounts.passkey`."""
    try:
        said = json.loads(credential)
    except ValueError:
        raise _unreadable() from None
    if not isinstance(said, dict):
        raise _unreadable()
    return said


def _unreadable() -> Invalid:
    return Invalid("accounts.passkey", "没有收到有效的通行密钥，请重新操作，或换用验证器 App。")
