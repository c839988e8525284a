"""`registering` for the console: secrets, and what is over. `calling` for a request: whose signature it is."""

from .calling import Recognized, delete_old_nonces, recognize, record_call
from .registering import (
    Issued,
    end_expired,
    issue_secret,
)

__all__ = [
    "Issued",
    "Recognized",
    "delete_old_nonces",
    "end_expired",
    "issue_secret",
    "recognize",
    "record_call",
]
