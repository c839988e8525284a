"""Writing roles: `grants` (asked for, checked, taken back) and `resets` (ways into the console that were lost)."""

from .grants import (
    approve_grant,
    ask_grant,
    end_expired,
    end_person_grants,
    find_people,
    refuse_grant,
    revoke_grant,
    withdraw_grant,
)
from .resets import approve_reset, ask_reset, refuse_reset, withdraw_reset

__all__ = [
    "approve_grant",
    "approve_reset",
    "ask_grant",
    "ask_reset",
    "end_expired",
    "end_person_grants",
    "find_people",
    "refuse_grant",
    "refuse_reset",
    "revoke_grant",
    "withdraw_grant",
    "withdraw_reset",
]
