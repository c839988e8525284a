"""Reading other systems: within a scope for the console, by client id for whoever checks a signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from zhijia.foundation.ui.listing import Query
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.registry import PermissionSpec, registry

from .models import Client, ClientScope, ClientSecret
from .permissions import Permission

__all__ = ["Client"]


def grantable() -> list[PermissionSpec]:
    """The rights that another system may be given at all, by group."""
    return sorted((spec for spec in registry.permissions.values() if spec.machine), key=lambda spec: spec.code)


def find_client(client_id: str) -> Client | None:
    return db.find(Client, public_id=client_id)


def scopes_of(client_pk: int) -> list[tuple[int, str]]:
    """`[(unit id, permission code), ...]`"""
    return [
        (unit, code) for unit, code in db.select_rows(ClientScope, ["unit_id", "permission"], {"client_id": client_pk})
    ]


def living_secrets(client_pk: int, *, now: datetime) -> list[ClientSecret]:
    """Newest first; two at most, the second on its last day."""
    counting = Q(until__isnull=True) | Q(until__gt=now)
    return list(ClientSecret.objects.filter(counting, client_id=client_pk).order_by("-since", "-id")[:2])


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A system as the console lists it. `calls` is what the row's own page tells, not this one."""

    client: Client
    unit_name: str
    permissions: tuple[str, ...]


def list_clients(actor: Actor, query: Query) -> Page[ClientRow]:
    """Systems registered in the actor's scope, newest first."""
    scope = actor.scope_for(Permission.VIEW)
    clients = Client.objects.select_related("case")
    if query.search:
        clients = clients.filter(Q(name__icontains=query.search) | Q(public_id=query.search))
    # A province has dozens of them: units are few, so their places are looked up instead of joined.
    units = {unit: registry.units.path(unit) for unit in clients.values_list("unit_id", flat=True).distinct()}
    own = [unit for unit, path in units.items() if scope.covers(path)]
    page = page_of(clients.filter(unit_id__in=own), ("-id",), after=query.after, limit=query.limit)
    names = registry.units.names({client.unit_id for client in page.rows})
    held: dict[int, set[str]] = {}
    for key, code in ClientScope.objects.filter(client__in=page.rows).values_list("client_id", "permission"):
        held.setdefault(key, set()).add(code)
    return page.of(
        ClientRow(client, names.get(client.unit_id, ""), tuple(sorted(held.get(client.pk, ())))) for client in page.rows
    )


def get_client(actor: Actor, case_public_id: str) -> Client:
    """By the public id of its case. Raises NotFound, NotAllowed."""
    client = Client.objects.select_related("case").filter(case__public_id=case_public_id).first()
    if client is None:
        raise NotFound
    actor.require(Permission.VIEW, registry.units.path(client.unit_id))
    return client


def list_secrets(client_pk: int) -> Sequence[ClientSecret]:
    """All that were ever issued, newest first; none is readable here."""
    return list(ClientSecret.objects.filter(client_id=client_pk).order_by("-since", "-id")[:20])


def unit_to_register(actor: Actor) -> int:
    """The unit under which the actor registers: his highest grant that carries the right. Raises NotAllowed."""
    actor.require_anywhere(Permission.REGISTER)
    own = [grant for grant in actor.living_grants if Permission.REGISTER in grant.permissions]
    return min(own, key=lambda grant: len(grant.path)).unit_id
