"""`registering` for the console: two persons, secrets, suspension. `calling` for a request: whose signature it is."""

from .calling import Recognized, delete_old_nonces, recognize, record_call
from .registering import (
    Issued,
    decide_registration,
    end_expired,
    issue_secret,
    register,
    resume,
    suspend,
    withdraw_registration,
)

__all__ = [
    "Issued",
    "Recognized",
    "decide_registration",
    "delete_old_nonces",
    "end_expired",
    "issue_secret",
    "recognize",
    "record_call",
    "register",
    "resume",
    "suspend",
    "withdraw_registration",
]
