"""The secrets of systems, each shown once, and the end of registrations."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.clients import rules
from zhijia.foundation.clients.models import Client, ClientSecret
from zhijia.foundation.clients.permissions import Permission
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, retrying
from zhijia.kernel.errors import NotFound, WrongState
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.registry import registry

SECRET_PLACE = "clients_clientsecret.sealed"  # noqa: S105  the column's name


def _find(public_id: str) -> Client:
    client = Client.objects.select_related("case").filter(case__public_id=public_id).first()
    if client is None:
        raise NotFound
    return client


@dataclass(frozen=True, slots=True)
class Issued:
    """A new secret, to be shown once and never again."""

    client_id: str
    secret: str
    old_until: datetime | None

    def __repr__(self) -> str:
        return f"<Issued {self.client_id}>"


@retrying()
@transaction.atomic
def issue_secret(
    actor: Actor, public_id: str, *, now: datetime, randomness: Randomness = secrets.token_bytes
) -> Issued:
    """A new secret of 43 characters; the one before counts for another day, older ones no more.

    Raises NotFound, NotAllowed, WrongState `client.not_in_force`. Source: docs/rules/api.md#secrets
    """
    client = _find(public_id)
    actor.require(Permission.REGISTER, registry.units.path(client.unit_id))
    if not client.in_force:
        raise WrongState("client.not_in_force", "这个系统现在不能调用，复核同意或恢复后才能领取密钥。")
    secret = base64.urlsafe_b64encode(randomness(32)).decode().rstrip("=")
    row = new_public_id()
    sealed = settings.ZHIJIA_KEYS.keyring.seal(secret, table_column=SECRET_PLACE, row=row)
    living = ClientSecret.objects.filter(Q(until__isnull=True) | Q(until__gt=now), client_id=client.pk)
    newest = living.order_by("-since", "-id").first()
    until = now + rules.ROTATION if newest is not None else None
    if newest is not None:
        living.exclude(pk=newest.pk).update(until=now)
        change_rows(ClientSecret, {"id": newest.pk}, {"until": until})
    insert_row(
        ClientSecret,
        public_id=row,
        client_id=client.pk,
        sealed=sealed,
        since=now,
        until=None,
        issued_by=actor.person_id,
    )
    audit.record(actor, "clients.secret_issued", ("client", client.public_id), now=now, unit_id=client.unit_id)
    return Issued(client.public_id, secret, until)


def end_expired(*, now: datetime, limit: int = 200) -> int:
    """Close registrations whose last day has passed; they stopped counting at midnight already. Returns how many."""
    over = Client.objects.select_related("case").filter(
        case__state__in=[TwoPersons.IN_FORCE, rules.SUSPENDED], valid_until__lte=timezone.localdate(now)
    )
    ended = 0
    for client in over.order_by("id")[:limit]:
        with transaction.atomic():
            workflow.move(client.case, "end", actor=SYSTEM, now=now)
            change_rows(Client, {"id": client.pk}, {"in_force": False})
        ended += 1
    return ended
