"""What two administrators do, as kinds of cases: `grants` of roles, and `resets` of ways into the console."""

from .grants import GRANTS
from .resets import RESETS

KINDS = (GRANTS, RESETS)
__all__ = ["GRANTS", "KINDS", "RESETS"]
