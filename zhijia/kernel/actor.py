"""Who acts, and what he may reach.

An Actor is built once per request by the room that knows roles. Everything below asks it three questions:
is this unit in your scope, do you hold this permission there, is this your own person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .errors import NotAllowed, NotFound, NotIdentified, NotSignedIn

_declared: list[Callable[[str], bool]] = []


def know_permissions(declared: Callable[[str], bool]) -> None:
    """For the registry: an unknown name must raise, or a slip of the pen would refuse everybody in silence."""
    _declared[:] = [declared]


def _check(permission: str) -> None:
    for declared in _declared:
        if not declared(permission):
            raise LookupError(f"permission {permission!r} is declared by no scenario")


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    PERSON = "person"
    SYSTEM = "system"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held on a unit; it covers the unit's subtree.

    `path` is the unit's place in the tree, four base-36 characters a level: `"000100020007"`.
    """

    unit_id: int
    path: str
    role: str
    permissions: frozenset[str]

    def covers(self, path: str) -> bool:
        return path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see at all: subtrees of units, his own person, and single named objects.

    `paths` are prefixes with none below another; `objects` maps a kind of object to row ids, `{"store": {12, 15}}`.
    """

    everything: bool = False
    paths: tuple[str, ...] = ()
    person_id: int | None = None
    objects: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def covers(self, path: str) -> bool:
        return self.everything or any(path.startswith(prefix) for prefix in self.paths)


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting party of one request or job.

    `grants` are the living ones; only a stepped-up actor (`staff`) may use them, so for others they need not be known.
    `address` is the network address for the audit; `client_id` names another system.
    """

    kind: Kind
    account_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    staff: bool = False
    address: str = ""
    client_id: str = ""
    objects: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def is_system(self) -> bool:
        return self.kind is Kind.SYSTEM

    @property
    def is_signed_in(self) -> bool:
        return self.kind is not Kind.ANONYMOUS

    @property
    def living_grants(self) -> tuple[Grant, ...]:
        """The grants that count in this request: none before the step-up."""
        return self.grants if self.staff or self.kind is Kind.CLIENT else ()

    @property
    def scope(self) -> Scope:
        if self.is_system:
            return Scope(everything=True)
        return Scope(
            paths=_outermost(grant.path for grant in self.living_grants), person_id=self.person_id, objects=self.objects
        )

    def scope_for(self, permission: str) -> Scope:
        """Only the subtrees in which he holds `permission`. Raises LookupError for an unknown one, as all below."""
        _check(permission)
        if self.is_system:
            return Scope(everything=True)
        return Scope(
            paths=_outermost(grant.path for grant in self.living_grants if permission in grant.permissions),
            person_id=self.person_id,
            objects=self.objects,
        )

    def holds(self, permission: str) -> bool:
        """Whether he holds it anywhere: for menus, never for a decision."""
        _check(permission)
        return self.is_system or any(permission in grant.permissions for grant in self.living_grants)

    def may(self, permission: str, path: str) -> bool:
        _check(permission)
        return self.is_system or any(
            permission in grant.permissions and grant.covers(path) for grant in self.living_grants
        )

    def require(self, permission: str, path: str) -> None:
        """Raises NotFound where the unit is out of scope, NotAllowed where only the right is missing."""
        if self.may(permission, path):
            return
        if self.kind is Kind.ANONYMOUS:
            raise NotSignedIn
        raise NotAllowed if self.scope.covers(path) else NotFound

    def require_anywhere(self, permission: str) -> None:
        """For pages that need a right but no unit yet. Raises NotSignedIn or NotAllowed."""
        if self.holds(permission):
            return
        if self.kind is Kind.ANONYMOUS:
            raise NotSignedIn
        raise NotAllowed

    def require_person(self) -> int:
        """The own person's id. Raises NotSignedIn; NotIdentified for who has not said who he is."""
        if self.person_id is None and self.account_id is not None:
            raise NotIdentified
        if self.person_id is None:
            raise NotSignedIn
        return self.person_id


ANONYMOUS = Actor(Kind.ANONYMOUS)
SYSTEM = Actor(Kind.SYSTEM)
