"""What tests of the second door share: its addresses, a password, a clock that moves, the authenticator's code."""

from __future__ import annotations

from datetime import timedelta

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.services import factors

PASSWORD = "清晨-的-烟台-2026"
DOOR, SECOND, DESK = "/console/sign-in", "/console/sign-in/second", "/console/security"


class Clock:
    """The requests' clock and the codes an authenticator shows at that moment."""

    def __init__(self, stand, now):
        self._stand, self.now = stand, now

    def go(self, **span):
        self.now += timedelta(**span)
        self._stand(self.now)


def code_of(account: Account, time: Clock, drift: int = 0) -> str:
    from allauth.mfa.models import Authenticator

    secret = factors.open_secret(account, Authenticator.objects.get(user_id=account.pk, type="totp").data["secret"])
    return factors.totp_code(secret, int(time.now.timestamp()) // 30 + drift)
