"""Writing accounts; a module each for codes, signing in, devices, numbers, the step-up and its factors."""

from ..sessions import verified_mobile
from .codes import send_code
from .devices import end_session, end_sessions
from .signing_in import sign_in

__all__ = ["end_session", "end_sessions", "send_code", "sign_in", "verified_mobile"]
