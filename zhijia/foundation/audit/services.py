"""Writing the trail. Everything here only inserts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from zhijia.kernel import db
from zhijia.kernel.actor import Actor, Grant
from zhijia.kernel.crypto import keyed_digest
from zhijia.kernel.registry import registry

from .models import AuditEntry, Outcome


def digest(content: Mapping[str, Any] | None) -> str:
    """Keyed digest of a row's content, 32 hex characters; empty for nothing. Order of keys does not matter."""
    if content is None:
        return ""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, text)[:32]


def _row(
    actor: Actor,
    event: str,
    subject: tuple[str, object] | None,
    *,
    now: datetime,
    outcome: str,
    role: str,
    unit_id: int | None,
    concerns: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    detail: Mapping[str, Any] | None,
) -> dict[str, Any]:
    if event not in registry.audit_events:
        raise LookupError(f"audit event {event} is declared by no scenario")
    kind, key = subject or ("", "")
    return {
        "at": now,
        "event": event,
        "outcome": outcome,
        "actor_kind": actor.kind.value,
        "account_id": actor.account_id,
        "person_id": actor.person_id,
        "role": role,
        "unit_id": unit_id,
        "address": actor.address,
        "subject_kind": kind,
        "subject_id": str(key),
        "concerns_person_id": concerns,
        "before": digest(before),
        "after": digest(after),
        "detail": dict(detail or {}) | ({"client": actor.client_id} if actor.client_id else {}),
    }


def record(
    actor: Actor,
    event: str,
    subject: tuple[str, object] | None = None,
    *,
    now: datetime,
    role: str = "",
    unit_id: int | None = None,
    concerns: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """A write that happened, in the writer's transaction.

    `subject` is (kind, public id), `concerns` the person whose data it was. Who works on another person's data without
    saying under which role does so under his grant, as at a look. Raises LookupError for an undeclared event.
    """
    if not role and concerns is not None and concerns != actor.person_id and (used := _grant_used(actor, unit_id)):
        role = used.role
        unit_id = used.unit_id if unit_id is None else unit_id
    db.insert_rows(
        AuditEntry,
        [
            _row(
                actor,
                event,
                subject,
                now=now,
                outcome=Outcome.DONE,
                role=role,
                unit_id=unit_id,
                concerns=concerns,
                before=before,
                after=after,
                detail=detail,
            )
        ],
    )


def record_read(
    actor: Actor,
    event: str,
    subject: tuple[str, object],
    *,
    now: datetime,
    reason: str = "",
    unit_id: int | None = None,
    concerns: int | None = None,
) -> None:
    """Somebody saw unmasked personal data. `reason` is what he gave for it.

    Whom it concerns is told the unit and the role: those of the reader's grant on `unit_id`, else of his highest.
    """
    used = _grant_used(actor, unit_id)
    db.insert_rows(
        AuditEntry,
        [
            _row(
                actor,
                event,
                subject,
                now=now,
                outcome=Outcome.READ,
                role=used.role if used else "",
                unit_id=unit_id if unit_id is not None or used is None else used.unit_id,
                concerns=concerns,
                before=None,
                after=None,
                detail={"reason": reason} if reason else {},
            )
        ],
    )


def _grant_used(actor: Actor, unit_id: int | None) -> Grant | None:
    """The reader's grant on the unit, else his highest."""
    grants = actor.living_grants
    return next((grant for grant in grants if grant.unit_id == unit_id), grants[0] if grants else None)


def record_refused(
    actor: Actor,
    event: str,
    subject: tuple[str, object] | None = None,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """A try that the command itself refused, such as a wrong password: `event` says which."""
    db.insert_rows(
        AuditEntry,
        [
            _row(
                actor,
                event,
                subject,
                now=now,
                outcome=Outcome.DENIED,
                role="",
                unit_id=None,
                concerns=None,
                before=None,
                after=None,
                detail=detail,
            )
        ],
    )


def record_denied(actor: Actor, *, code: str, where: str, now: datetime) -> None:
    """A try that was refused; called at the edge, after the command's own transaction is gone. `where` is the URL
    name. It stands under the actor's highest grant, so that those who answer for his unit see it.
    """
    used = _grant_used(actor, None)
    db.insert_rows(
        AuditEntry,
        [
            _row(
                actor,
                "audit.denied",
                ("page", where[:40]),
                now=now,
                outcome=Outcome.DENIED,
                role=used.role if used else "",
                unit_id=used.unit_id if used else None,
                concerns=None,
                before=None,
                after=None,
                detail={"code": code},
            )
        ],
    )


def note_export(actor: Actor, listing: str, detail: Mapping[str, Any], now: datetime) -> None:
    """Rows of a list left with somebody: which list, in which form, how many, under which conditions."""
    record(actor, "audit.list_exported", ("list", listing), now=now, detail=detail)


def record_many(
    actor: Actor,
    event: str,
    written: Iterable[tuple[tuple[str, object], int | None, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """One row for each `(subject, unit, after)`, as `record` writes it; for what writes set-based."""
    rows = [
        _row(
            actor,
            event,
            subject,
            now=now,
            outcome=Outcome.DONE,
            role="",
            unit_id=unit_id,
            concerns=None,
            before=None,
            after=after,
            detail=None,
        )
        for subject, unit_id, after in written
    ]
    db.insert_rows(AuditEntry, rows)
