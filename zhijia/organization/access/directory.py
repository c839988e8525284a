"""The tree of unions as foundation may know it: paths, names, and where somebody can act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from zhijia.kernel import db
from zhijia.kernel.errors import NotFound
from zhijia.kernel.registry import registry
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.rules import ancestors

from .models import RoleGrant


class UnionDirectory:
    """Answers `kernel.registry.UnitDirectory` from the unions and their grants."""

    def path(self, unit_id: int) -> str:
        return unions.get_facts(unit_id).path

    def parent(self, unit_id: int) -> int | None:
        return unions.get_facts(unit_id).parent_id

    def names(self, unit_ids: Iterable[int]) -> dict[int, str]:
        return {key: facts.name for key, facts in unions.facts_of(unit_ids).items()}

    def region(self, unit_id: int) -> str:
        return unions.get_facts(unit_id).region

    def top(self, unit_id: int) -> int:
        return unions.get_facts_by_path(ancestors(self.path(unit_id))[0]).id

    def holders(self, unit_id: int, permission: str, today: date) -> list[tuple[int, frozenset[int]]]:
        """Three short queries: the unit, the chain of upper unions, their grants."""
        spec = registry.permissions.get(permission)
        if spec is None:
            raise LookupError(f"permission {permission} is declared by no scenario")
        try:
            path = self.path(unit_id)
        except NotFound:
            return []
        chain = unions.ids_at(ancestors(path))
        rows = db.select_rows(
            RoleGrant,
            ["union_id", "person_id", "role", "since", "until"],
            {"union_id": tuple(chain), "in_force": True},
        )
        found: dict[int, set[int]] = {}
        for union_id, person_id, role, since, until in rows:
            if role in spec.roles and since <= today < until:
                found.setdefault(union_id, set()).add(person_id)
        return [(union_id, frozenset(found[union_id])) for union_id in chain if union_id in found]

    def nearest_holder(
        self, unit_id: int, permission: str, today: date, *, besides: frozenset[int] = frozenset()
    ) -> int:
        for union_id, persons in self.holders(unit_id, permission, today):
            if persons - besides:
                return union_id
        return unit_id
