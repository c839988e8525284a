"""Writing accounts: codes, signing in, devices, numbers, the step-up, its factors, links and resets."""

from zhijia.foundation.accounts.sessions import verified_mobile

from .codes import send_code
from .devices import end_session, end_sessions
from .invitations import invite_staff
from .mobiles import change_mobile, change_mobile_without_old, release_number
from .resets import clear_factors, reset_password
from .signing_in import sign_in

__all__ = [
    "change_mobile",
    "change_mobile_without_old",
    "clear_factors",
    "end_session",
    "end_sessions",
    "invite_staff",
    "release_number",
    "reset_password",
    "send_code",
    "sign_in",
    "verified_mobile",
]
