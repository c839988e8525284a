"""Reading other systems: within a scope for the console, by client id for whoever checks a signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.registry import PermissionSpec, registry

from .models import Client, ClientScope, ClientSecret
from .permissions import Permission

__all__ = ["Client"]


def grantable() -> list[PermissionSpec]:
    """The rights that another system may be given at all, by group."""
    return sorted((spec for spec in registry.permissions.values() if spec.machine), key=lambda spec: spec.code)


def grantable_labels() -> dict[str, str]:
    return {spec.code: spec.label for spec in grantable()}


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


def list_secrets(client_pk: int) -> Sequence[ClientSecret]:
    """All that were ever issued, newest first; none is readable here."""
    return list(ClientSecret.objects.filter(client_id=client_pk).order_by("-since", "-id")[:20])


def unit_to_register(actor: Actor) -> int:
    """The unit under which the actor registers: his highest grant that carries the right. Raises NotAllowed."""
    actor.require_anywhere(Permission.REGISTER)
    own = [grant for grant in actor.living_grants if Permission.REGISTER in grant.permissions]
    return min(own, key=lambda grant: len(grant.path)).unit_id
