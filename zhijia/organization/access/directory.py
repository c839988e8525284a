"""The tree of unions as foundation may know it: paths, names, and where somebody can act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from zhijia.kernel import db
from zhijia.kernel.actor import Scope
from zhijia.kernel.errors import NotFound
from zhijia.kernel.registry import registry
from zhijia.kernel.typed import typed
from zhijia.organization.unions import places, selectors as unions
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

    def within(self, scope: Scope) -> QuerySet[Any, int]:
        return unions.ids_within(scope)

    def region(self, unit_id: int) -> str:
        return unions.get_facts(unit_id).region

    def top(self, unit_id: int) -> int:
        return unions.get_facts_by_path(ancestors(self.path(unit_id))[0]).id

    def holders(self, unit_id: int, permission: str, today: date) -> list[tuple[int, frozenset[int]]]:
        """Three short queries: the unit; its upper unions; their grants."""
        spec = registry.permissions.get(permission)
        if spec is None:
            raise LookupError(f"permission {permission} is declared by no scenario")
        try:
            path = self.path(unit_id)
        except NotFound:
            return []
        chain = places.ids_of_paths(ancestors(path))
        columns = ("union_id", "person_id", "role", "since", "until")
        grants = db.select_rows(RoleGrant, columns, {"union_id": tuple(chain.values()), "in_force": True})
        found: dict[int, set[int]] = {}
        for union_id, person_id, role, since, until in grants:
            if role in spec.roles and since <= today < until:
                found.setdefault(union_id, set()).add(person_id)
        nearest_first = sorted(chain, key=len, reverse=True)
        return [(chain[at], frozenset(found[chain[at]])) for at in nearest_first if chain[at] in found]

    def nearest_holder(
        self, unit_id: int, permission: str, today: date, *, besides: frozenset[int] = frozenset()
    ) -> int:
        for union_id, persons in self.holders(unit_id, permission, today):
            if persons - besides:
                return union_id
        return unit_id
