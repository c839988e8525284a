"""Reading accounts, their devices and their ways into the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings

from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound, NotSignedIn

from .models import Account, SessionInfo, StaffInvitation


def number_digest(number: str) -> str:
    """The keyed hash under which a normalized mobile number is known everywhere, 32 hex characters."""
    return str(settings.ZHIJIA_KEYS.index.of("MOBILE", number))


def get_account(account_id: int) -> Account:
    """Raises NotFound."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account


def find_by_number(number: str) -> Account | None:
    return Account.objects.filter(number_digest=number_digest(number)).first()


def account_of(actor: Actor) -> Account:
    """Raises NotSignedIn where nobody acts."""
    if actor.account_id is None:
        raise NotSignedIn
    return get_account(actor.account_id)


# --- Devices --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Device:
    """A place where the account is signed in. `here` marks the session that asks."""

    public_id: str
    device: str
    address: str
    created_at: datetime
    seen_at: datetime
    here: bool


def list_devices(actor: Actor, session_digest: str) -> list[Device]:
    """The actor's sessions, this one first, then the last seen; at most 50."""
    rows = SessionInfo.objects.filter(account=account_of(actor)).order_by("-seen_at", "-id")[:50]
    devices = [
        Device(
            row.public_id, row.device, row.address, row.created_at, row.seen_at, row.session_digest == session_digest
        )
        for row in rows
    ]
    return sorted(devices, key=lambda device: not device.here)


# --- Ways into the console ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has set up. `recovery_left` counts unused recovery codes, None where there are none."""

    password: bool
    totp: bool
    passkeys: tuple[Passkey, ...]
    recovery_left: int | None

    @property
    def strong(self) -> bool:
        return self.totp or bool(self.passkeys)

    @property
    def any(self) -> bool:
        return self.password or self.strong


def factors_of(account: Account) -> Factors:
    rows = list(Authenticator.objects.filter(user_id=account.pk).order_by("created_at"))
    passkeys = tuple(
        Passkey(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at)
        for row in rows
        if row.type == Authenticator.Type.WEBAUTHN
    )
    recovery = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    left = len(recovery.data["left"]) if recovery is not None else None
    return Factors(
        password=bool(account.password) and account.has_usable_password(),
        totp=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=passkeys,
        recovery_left=left,
    )


def token_digest(token: str) -> str:
    return str(settings.ZHIJIA_KEYS.hashes.digest("invitation", token))


def find_invitation(public_id: str, *, now: datetime) -> StaffInvitation | None:
    """An invitation that still can be used."""
    return StaffInvitation.objects.filter(public_id=public_id, used_at__isnull=True, expires_at__gt=now).first()


def find_invitation_by_token(token: str, *, now: datetime) -> StaffInvitation | None:
    return StaffInvitation.objects.filter(
        token_digest=token_digest(token), used_at__isnull=True, expires_at__gt=now
    ).first()
