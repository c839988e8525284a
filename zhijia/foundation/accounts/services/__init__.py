"""Writing accounts; a module each for codes, signing in, devices, numbers, the step-up, its factors and invitations."""

from zhijia.foundation.accounts.sessions import verified_mobile

from .codes import send_code
from .devices import end_session, end_sessions
from .invitations import invite_staff
from .mobiles import change_mobile, change_mobile_without_old, release_number
from .signing_in import sign_in

__all__ = [
    "change_mobile",
    "change_mobile_without_old",
    "end_session",
    "end_sessions",
    "invite_staff",
    "release_number",
    "send_code",
    "sign_in",
    "verified_mobile",
]
