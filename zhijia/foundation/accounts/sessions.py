"""Sessions: in the database under the hash of their key, 30 days; what they know of the person; the step-up.

The cookie's key is not in the database, so that a stolen copy of it signs nobody in. Named by SESSION_ENGINE.
"""

from __future__ import annotations

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from zhijia.kernel import db
from zhijia.kernel.errors import NotSignedIn, RuleBroken
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry

if TYPE_CHECKING:
    from .models import Account

MOBILE = "accounts.mobile"
SEEN = "accounts.seen"
STAFF_UNTIL = "accounts.staff_until"
STAFF_STRONG = "accounts.staff_strong"
PASSWORD_AT = "accounts.password_at"  # noqa: S105  a key of the session
INVITATION = "accounts.invitation"
SET_UP = "accounts.set_up"
"""The invitation whose password was set in this session: only here its second half may follow."""
TOTP_SECRET = "accounts.totp_secret"  # noqa: S105
PASSKEY_STATE = "accounts.passkey_state"
ENROL_UNTIL = "accounts.enrol_until"
CODE_UNTIL = "accounts.code_until"
"""Until when the code that began this session counts as a second factor."""
NOTE = "sign_in.note"

RENEW_EVERY = timedelta(minutes=1)


def key_digest(session_key: str) -> str:
    """Under which a session's row is stored, 32 hex characters."""
    return str(settings.ZHIJIA_KEYS.hashes.digest("session", session_key))


class SessionStore(DatabaseStore):
    """Django's database sessions with the key hashed before it touches the database."""

    def _get_session_from_db(self) -> Any:
        row = db.find(self.model, session_key=key_digest(self.session_key or ""))
        if row is None or row.expire_date <= timezone.now():
            self._session_key = None
            return None
        return row

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=key_digest(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        return self.model(
            session_key=key_digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=key_digest(key)).delete()


def may_be_known(request: Request) -> bool:
    """Whether it is worth asking who this is: without the cookie, and unless signed in just now, it is nobody.

    The session counts as looked at all the same: what a page shows depends on the cookie, and caches must know.
    """
    request.session.accessed = True
    return settings.SESSION_COOKIE_NAME in request.COOKIES or hasattr(request, "_cached_user")


def current_digest(request: Request) -> str:
    key = request.session.session_key
    return key_digest(key) if key else ""


# --- The proved number ----------------------------------------------------------------------------------------------
def keep_sealed(request: Request, key: str, text: str, *, row: str) -> None:
    """Sessions are signed, not secret: what must not be read stands sealed in them, bound to the account `row`."""
    sealed = settings.ZHIJIA_KEYS.keyring.seal(text, table_column=f"session.{key}", row=row)
    request.session[key] = base64.b64encode(sealed).decode()


def read_sealed(request: Request, key: str, *, row: str) -> str:
    """Empty where nothing is kept."""
    kept = request.session.get(key, "")
    if not kept:
        return ""
    opened: str = settings.ZHIJIA_KEYS.keyring.open_sealed(
        base64.b64decode(kept), table_column=f"session.{key}", row=row
    )
    return opened


def signed_in_account(request: Request) -> Account:
    """Raises NotSignedIn."""
    if not request.user.is_authenticated:
        raise NotSignedIn
    return request.user


def keep_number(request: Request, account: Account, number: str) -> None:
    keep_sealed(request, MOBILE, number, row=account.public_id)


def verified_mobile(request: Request) -> str:
    """The number this session proved, eleven digits. Raises NotSignedIn, RuleBroken `accounts.no_number`."""
    if not request.user.is_authenticated:
        raise NotSignedIn
    number = read_sealed(request, MOBILE, row=request.user.public_id)
    if not number:
        raise RuleBroken("accounts.no_number", "登录时间较久，请退出后用手机号重新登录，再继续办理。")
    return number


# --- Stepping up ----------------------------------------------------------------------------------------------------
def idle_time(now: datetime) -> timedelta:
    return timedelta(minutes=int(registry.parameter("accounts.staff_idle_min", on=timezone.localdate(now))))


def is_stepped_up(request: Request) -> bool:
    """Whether the console's work counts as his in this request."""
    until = request.session.get(STAFF_UNTIL)
    return until is not None and request.now < moment(until)


def was_strong(request: Request) -> bool:
    """Whether the step-up used more than a text message."""
    return bool(request.session.get(STAFF_STRONG))


def renew_step_up(request: Request) -> None:
    """Working keeps the console open; at most one write a minute."""
    until = stamp(request.now + idle_time(request.now))
    if until - int(request.session.get(STAFF_UNTIL, 0)) >= RENEW_EVERY.total_seconds():
        request.session[STAFF_UNTIL] = until


def drop_step_up(request: Request) -> None:
    """Fall back to the member."""
    for key in (STAFF_UNTIL, STAFF_STRONG, PASSWORD_AT, ENROL_UNTIL, CODE_UNTIL):
        with contextlib.suppress(KeyError):
            del request.session[key]


def stamp_until(request: Request, key: str, span: timedelta) -> None:
    """Let something hold for a while in this session: a right password, the leave to enrol."""
    request.session[key] = stamp(request.now + span)


def holds(request: Request, key: str) -> bool:
    until = request.session.get(key)
    return until is not None and request.now < moment(until)


def spend(request: Request, key: str) -> bool:
    """Whether something holds; it counts this once."""
    until = request.session.pop(key, None)
    return until is not None and request.now < moment(until)


def stamp(at: datetime) -> int:
    return int(at.timestamp())


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
