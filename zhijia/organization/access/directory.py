"""The tree of unions as foundation may know it: paths, names, and where somebody can act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from zhijia.kernel.errors import NotFound
from zhijia.kernel.registry import registry
from zhijia.kernel.typed import typed
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.rules import ancestors

from .models import RoleGrant


class UnionDirectory:
    """Answers `kernel.registry.UnitDirectory` from the unions and their grants."""

    def path(self, unit_id: int) -> str:
        return unions.get_facts(unit_id).path

    def parent(self, unit_id: int) -> int | None:
        return unions.get_facts(unit_id).parent_id

    def find(self, code: str) -> int | None:
        found = unions.find_by_code(typed(code))
        return found.id if found is not None and found.status not in unions.CLOSED else None

    def names(self, unit_ids: Iterable[int]) -> dict[int, str]:
        return {key: facts.name for key, facts in unions.facts_of(unit_ids).items()}

    def region(self, unit_id: int) -> str:
        return unions.get_facts(unit_id).region

    def top(self, unit_id: int) -> int:
        return unions.get_facts_by_path(ancestors(self.path(unit_id))[0]).id

    def holders(self, unit_id: int, permission: str, today: date) -> list[tuple[int, frozenset[int]]]:
        """Two short queries: the unit; the grants along the chain of upper unions."""
        spec = registry.permissions.get(permission)
        if spec is None:
            raise LookupError(f"permission {permission} is declared by no scenario")
        try:
            path = self.path(unit_id)
        except NotFound:
            return []
        grants = RoleGrant.objects.filter(
            union__path__in=ancestors(path), role__in=spec.roles, in_force=True, since__lte=today, until__gt=today
        )
        found: dict[tuple[int, int], set[int]] = {}
        for union_path, union_id, person_id in grants.values_list("union__path", "union_id", "person_id"):
            found.setdefault((-len(union_path), union_id), set()).add(person_id)
        return [(key[1], frozenset(found[key])) for key in sorted(found)]

    def nearest_holder(
        self, unit_id: int, permission: str, today: date, *, besides: frozenset[int] = frozenset()
    ) -> int:
        for union_id, persons in self.holders(unit_id, permission, today):
            if persons - besides:
                return union_id
        return unit_id
