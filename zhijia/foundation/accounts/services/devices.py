"""Where somebody is signed in, and ending it there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from zhijia.foundation.accounts import selectors
from zhijia.foundation.accounts.models import Account, SessionInfo
from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import NotFound
from zhijia.kernel.ids import new_public_id

KEPT = timedelta(days=31)


@transaction.atomic
def remember(
    account: Account, *, session_digest: str, instead_of: str, device: str, address: str, now: datetime
) -> None:
    """A session begins; the entry of the one whose place it takes goes."""
    SessionInfo.objects.filter(session_digest__in=[session_digest, instead_of]).delete()
    insert_row(
        SessionInfo,
        public_id=new_public_id(),
        account_id=account.pk,
        session_digest=session_digest,
        device=device[:40],
        address=address,
        created_at=now,
        seen_at=now,
    )


def follow(old_digest: str, new_digest: str) -> None:
    """The session has another key now."""
    if old_digest != new_digest:
        change_rows(SessionInfo, {"session_digest": old_digest}, {"session_digest": new_digest})


def touch(session_digest: str, *, now: datetime) -> None:
    change_rows(SessionInfo, {"session_digest": session_digest}, {"seen_at": now})


def forget(session_digest: str) -> None:
    """The session ended by itself: he signed out here."""
    SessionInfo.objects.filter(session_digest=session_digest).delete()


def _end(digests: list[str]) -> int:
    Session.objects.filter(session_key__in=digests).delete()
    return SessionInfo.objects.filter(session_digest__in=digests).delete()[0]


def end_all(account_id: int, *, but: str = "") -> int:
    """Every session of an account, except that of digest `but`, for a command that records why. How many there were."""
    rows = SessionInfo.objects.filter(account_id=account_id).exclude(session_digest=but)
    return _end(list(rows.values_list("session_digest", flat=True)))


@transaction.atomic
def end_session(actor: Actor, public_id: str, *, now: datetime) -> bool:
    """Sign one device out; its next click leads to the sign-in page. Raises NotFound also for other people's.

    Returns whether it was there.
    """
    row = SessionInfo.objects.filter(account=selectors.account_of(actor), public_id=public_id).first()
    if row is None:
        raise NotFound
    audit.record(actor, "accounts.session_ended", ("session", public_id), now=now)
    return _end([row.session_digest]) > 0


@transaction.atomic
def end_sessions(actor: Actor, *, but: str = "", now: datetime) -> int:
    """Sign out everywhere, except in the session of digest `but`. Returns how many devices there were."""
    account = selectors.account_of(actor)
    ended = end_all(account.pk, but=but)
    audit.record(
        actor,
        "accounts.sessions_ended",
        ("account", account.public_id),
        now=now,
        detail={"count": ended, "here": not but},
    )
    return ended


def delete_old(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget sessions that nobody has used for a month, and their entries; returns how many."""
    old = list(SessionInfo.objects.filter(seen_at__lt=now - KEPT).values_list("session_digest", flat=True)[:at_most])
    expired = list(Session.objects.filter(expire_date__lt=now).values_list("session_key", flat=True)[:at_most])
    return _end([*old, *expired]) if old else Session.objects.filter(session_key__in=expired).delete()[0]
