"""What happens to a browser's session when somebody comes in, goes on to the console, or leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import auth

from zhijia.kernel.http import Request
from zhijia.kernel.ids import new_public_id

from . import sessions
from .addresses import client_address, known_cookie, known_device
from .models import Account
from .rules import CODE_COUNTS, Factor, counts_as_strong, device_words, masked_address
from .services import devices
from .sessions import current_digest, key_digest, moment, stamp

SEEN_EVERY = timedelta(minutes=15)
_BACKEND = "zhijia.foundation.accounts.backend.AccountBackend"


def begin(request: Request, account: Account, *, number: str, by_code: bool = False) -> None:
    """Sign the browser in: a fresh key, whatever it had before, and the proved number kept sealed.

    `by_code`: a code sent to the number has just been right; it may serve once more as a second factor, and the browser
    is known by this number from now on. What a visitor's session held stays (where he came from); another account's
    session is thrown away.
    """
    old = request.session.session_key
    auth.login(request, account, backend=_BACKEND)
    if request.session.session_key == old:
        request.session.cycle_key()
    sessions.drop_step_up(request)
    sessions.keep_number(request, account, number)
    request.session[sessions.SEEN] = stamp(request.now)
    if by_code:
        sessions.stamp_until(request, sessions.CODE_UNTIL, CODE_COUNTS)
        device = known_device(request, number) or new_public_id()
        request.known_browser = known_cookie(number, device)  # type: ignore[attr-defined]  # the middleware's to set
    request.session.save()
    devices.remember(
        account,
        session_digest=current_digest(request),
        instead_of=key_digest(old) if old else "",
        device=device_words(request.headers.get("User-Agent", "")[:500]),
        address=masked_address(client_address(request)),
        now=request.now,
    )


def _renewed_key(request: Request, change: Callable[[], None]) -> None:
    """Do something that gives the session another key, and let its entry among the devices follow."""
    old = current_digest(request)
    change()
    request.session.save()
    devices.follow(old, current_digest(request))


def take_new_password(request: Request, account: Account) -> None:
    """A changed password ends every session that knew the old one but this."""
    _renewed_key(request, lambda: auth.update_session_auth_hash(request, account))


def end(request: Request) -> None:
    devices.forget(current_digest(request))
    auth.logout(request)


def note_seen(request: Request) -> None:
    """Keep "last seen" of the device true to a quarter of an hour, without a query on the requests between."""
    seen = request.session.get(sessions.SEEN)
    if seen is not None and request.now - moment(seen) >= SEEN_EVERY:
        request.session[sessions.SEEN] = stamp(request.now)
        devices.touch(current_digest(request), now=request.now)


def step_up(request: Request, factor: Factor) -> None:
    """The session becomes a cadre's, under a fresh key."""
    _renewed_key(request, request.session.cycle_key)
    request.session[sessions.STAFF_UNTIL] = stamp(request.now + sessions.idle_time(request.now))
    request.session[sessions.STAFF_STRONG] = counts_as_strong(factor)
    for key in (
        sessions.PASSWORD_AT,
        sessions.ENROL_UNTIL,
        sessions.CODE_UNTIL,
        sessions.INVITATION,
        sessions.SET_UP,
        sessions.TOTP_SECRET,
        sessions.PASSKEY_STATE,
    ):
        request.session.pop(key, None)
