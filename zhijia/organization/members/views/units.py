"""The union that a page of members is about."""

from __future__ import annotations

from zhijia.kernel.errors import NotFound
from zhijia.kernel.http import Request
from zhijia.organization.unions import selectors as unions


def unit_of(request: Request, permission: str, *, joinable: bool = False) -> unions.UnionFacts:
    """The union named by `?unit=`, else the first of the actor's own on which he holds the right; with `joinable` one
    that takes members, where he has one. Raises NotFound, NotAllowed.
    """
    named = request.GET.get("unit", "")
    if named:
        found = unions.find_by_public_id(named)
        if found is None:
            raise NotFound
        request.actor.require(permission, found.path)
        return found
    request.actor.require_anywhere(permission)
    facts = [unions.get_facts_by_path(path) for path in request.actor.scope_for(permission).paths]
    return next((union for union in facts if not joinable or union.type in unions.JOINABLE), facts[0])
