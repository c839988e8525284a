"""What accounts announce; the handlers run in the announcing transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class AccountSignedIn:
    """Somebody proved a number. `agreed` names the consents ticked on the page: `("privacy", "agreement")`."""

    account_id: int
    agreed: tuple[str, ...]
    is_new: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class MobileChanged:
    """An account has another number, proved by a code. `number` is in clear for who seals it, never printed.

    `old_told`: the number left has been told by text.
    """

    account_id: int
    number: str = field(repr=False)
    old_told: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class NumberReleased:
    """Who proved a number said that the account behind it is somebody else's: it has no number any more."""

    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FactorsChanged:
    """A password or a second factor of an account is another one: `what` says it in words, `密码已更换`."""

    account_id: int
    what: str
    at: datetime


signed_in: Announcement[AccountSignedIn] = Announcement("accounts.signed_in")
mobile_changed: Announcement[MobileChanged] = Announcement("accounts.mobile_changed")
number_released: Announcement[NumberReleased] = Announcement("accounts.number_released")
factors_changed: Announcement[FactorsChanged] = Announcement("accounts.factors_changed")
