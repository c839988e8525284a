"""A system is registered by one person and agreed to by another; its secret is shown once."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.clients import rules, selectors
from zhijia.foundation.clients.models import Client, ClientScope, ClientSecret
from zhijia.foundation.clients.permissions import Permission
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, insert_row, insert_rows, retrying
from zhijia.kernel.errors import Invalid, NotFound, WrongState
from zhijia.kernel.ids import Randomness, new_public_id
from zhijia.kernel.registry import registry

SECRET_PLACE = "clients_clientsecret.sealed"  # noqa: S105  the column's name


@retrying()
@transaction.atomic
def register(
    actor: Actor,
    *,
    name: str,
    contact: str,
    reason: str,
    permissions: Sequence[str],
    unit_codes: Sequence[str],
    per_minute: int,
    valid_from: date,
    valid_until: date,
    now: datetime,
) -> str:
    """Ask that another system may call us; a security admin agrees. Returns the case's public id.

    Every right holds on every unit named, and on what lies under it. Raises NotAllowed, Invalid `client.form` naming
    every bad field, `client.unit` for a code that is unknown or outside the registrar's scope.
    Source: docs/rules/api.md#registering
    """
    own = selectors.unit_to_register(actor)
    codes = list(dict.fromkeys(code for code in unit_codes if code))
    rules.check_registration(
        name=name,
        contact=contact,
        reason=reason,
        permissions=permissions,
        allowed=[spec.code for spec in selectors.grantable()],
        units=range(len(codes)),
        per_minute=per_minute,
        valid_from=valid_from,
        valid_until=valid_until,
        today=timezone.localdate(now),
    )
    units = [_unit(actor, code) for code in codes]
    case = workflow.open_case(
        rules.REGISTRATION,
        actor,
        title=name.strip(),
        unit_id=own,
        owner_person_id=None,
        now=now,
        note=contact.strip(),
    )
    key = insert_row(
        Client,
        public_id=new_public_id(),
        case_id=case.pk,
        unit_id=own,
        name=name.strip(),
        contact=contact.strip(),
        reason=reason.strip(),
        per_minute=per_minute,
        valid_from=valid_from,
        valid_until=valid_until,
        created_at=now,
    )
    scopes = [
        {"client_id": key, "unit_id": unit, "permission": code} for unit in units for code in sorted(set(permissions))
    ]
    insert_rows(ClientScope, scopes)
    return str(case.public_id)


def _unit(actor: Actor, code: str) -> int:
    found = registry.units.find(code)
    if found is None or not actor.may(Permission.REGISTER, registry.units.path(found)):
        text = f"没有找到编码为 {code[:20]} 的工会，或它不在您的管理范围内，请核对。"
        raise Invalid("client.unit", text, fields={"units": text})
    return found


def _find(public_id: str) -> Client:
    client = Client.objects.select_related("case").filter(case__public_id=public_id).first()
    if client is None:
        raise NotFound
    return client


@retrying()
@transaction.atomic
def decide_registration(
    actor: Actor, public_id: str, *, agree: bool, note: str, now: datetime, version: int | None = None
) -> None:
    """The second person. Raises NotFound, NotAllowed, WrongState, RuleBroken `case.same_person`, Invalid
    `case.missing` where it is refused without a note.
    """
    client = _find(public_id)
    words = note.strip()[:500]
    name = "agree" if agree else "refuse"
    workflow.move(client.case, name, actor=actor, now=now, given={"note": words}, note=words, version=version)
    if agree:
        change_rows(Client, {"id": client.pk}, {"in_force": True})


@retrying()
@transaction.atomic
def withdraw_registration(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Raises NotFound for anybody but who registered it, WrongState when it is decided."""
    workflow.move(_find(public_id).case, "withdraw", actor=actor, now=now)


@retrying()
@transaction.atomic
def suspend(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Its next request is refused. Raises NotFound, NotAllowed, WrongState, Invalid `case.missing`."""
    client, words = _find(public_id), note.strip()[:500]
    workflow.move(client.case, "suspend", actor=actor, now=now, given={"note": words}, note=words)
    change_rows(Client, {"id": client.pk}, {"in_force": False})


@retrying()
@transaction.atomic
def resume(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Another person than who suspended it lets it call again. Raises as `suspend`, RuleBroken `case.same_person`."""
    client, words = _find(public_id), note.strip()[:500]
    workflow.move(client.case, "resume", actor=actor, now=now, given={"note": words}, note=words)
    change_rows(Client, {"id": client.pk}, {"in_force": True})


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
        case__state__in=[rules.State.IN_FORCE, rules.State.SUSPENDED], valid_until__lte=timezone.localdate(now)
    )
    ended = 0
    for client in over.order_by("id")[:limit]:
        with transaction.atomic():
            workflow.move(client.case, "end", actor=SYSTEM, now=now)
            change_rows(Client, {"id": client.pk}, {"in_force": False})
        ended += 1
    return ended
