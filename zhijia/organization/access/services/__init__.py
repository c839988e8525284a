"""Writing roles: `grants` (their end, and who may be given one), `resets` (telling of changed ways in)."""

from .grants import end_expired, end_person_grants, find_people

__all__ = ["end_expired", "end_person_grants", "find_people"]
