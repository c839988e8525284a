"""Whose request is this: signature, time, nonce, state, and how often he has called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.clients import rules, selectors
from zhijia.foundation.clients.models import Client, UsedNonce
from zhijia.foundation.limits import services as limits
from zhijia.kernel.actor import Actor, Kind
from zhijia.kernel.db import insert_rows
from zhijia.kernel.errors import NotAllowed, NotSignedIn, ZhijiaError
from zhijia.kernel.registry import registry

from .registering import SECRET_PLACE

_REFUSED = "clients.refused"
_CALLS = "clients.calls"
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Recognized:
    """A system whose signature is right; `scopes` are `(unit id, permission)`."""

    client_id: str
    unit_id: int
    scopes: tuple[tuple[int, str], ...]


def recognize(
    signed: rules.Signed, *, method: str, target: str, body: bytes, address: str, now: datetime
) -> Recognized:
    """The system behind a signed request.

    `target` is path and query as sent. Every refusal is recorded and counted for the address. Not inside the command's
    transaction: nonce and counts must stay. Raises NotSignedIn `client.signature` (unknown client or wrong signature,
    the same answer), `client.time`, `client.replayed`; NotAllowed `client.not_in_force`, `client.not_yet`,
    `client.ended`; TooMany `limit.clients.calls`, `limit.clients.refused`.
    Source: docs/rules/api.md#signing
    """
    most = int(registry.parameter("clients.refused_per_address_min", on=timezone.localdate(now)))
    message = "这个网络签名不通过的次数过多，请一分钟后再试。"
    limits.require_free_network(_REFUSED, address, most, now=now, message=message)
    try:
        client = _proved(signed, method=method, target=target, body=body, now=now)
        _require_living(client, now=now)
    except ZhijiaError as error:
        audit.record_refused(
            Actor(Kind.CLIENT, address=address),
            "clients.refused",
            ("client", signed.client_id),
            now=now,
            detail={"code": error.code},
        )
        limits.hit_network(_REFUSED, address, most, _MINUTE, now=now)
        raise
    limits.hit(_CALLS, client.public_id, client.per_minute, _MINUTE, now=now, message=_too_often(client.per_minute))
    return Recognized(client.public_id, client.unit_id, tuple(selectors.scopes_of(client.pk)))


def _too_often(per_minute: int) -> str:
    return f"调用次数超过每分钟 {per_minute} 次的上限，请按 Retry-After 所给的秒数等待后再试。"


def _proved(signed: rules.Signed, *, method: str, target: str, body: bytes, now: datetime) -> Client:
    """Signature first, so that a wrong one burns no nonce and learns nothing of the client."""
    client = selectors.find_client(signed.client_id)
    text = rules.string_to_sign(method, target, signed.at, signed.nonce, body)
    known = _secrets(client, now) if client is not None else ["-"]
    if not rules.is_signed_by(known, signed.signature, text) or client is None:
        raise NotSignedIn("client.signature", "签名不对，请核对客户端编号、密钥和待签名的六行内容。")
    if abs(now - datetime.fromtimestamp(signed.at, tz=UTC)) > rules.WINDOW:
        raise NotSignedIn("client.time", "请求时间与服务器相差超过 5 分钟，请校准时钟后重新签名。")
    used = {"client_id": client.pk, "nonce": signed.nonce, "at": now}
    if not insert_rows(UsedNonce, [used], ignore_conflicts=True):
        raise NotSignedIn("client.replayed", "这个 X-Zhijia-Nonce 已经用过，每个请求须用新的随机数。")
    return client


def _secrets(client: Client, now: datetime) -> list[str]:
    keyring = settings.ZHIJIA_KEYS.keyring
    return [
        keyring.open_sealed(row.sealed, table_column=SECRET_PLACE, row=row.public_id)
        for row in selectors.living_secrets(client.pk, now=now)
    ]


def _require_living(client: Client, *, now: datetime) -> None:
    today = timezone.localdate(now)
    if today >= client.valid_until:
        raise NotAllowed("client.ended", "这个系统的对接有效期已过，请联系平台管理员重新登记。")
    if not client.in_force:
        raise NotAllowed("client.not_in_force", "这个系统的对接已停用，请联系平台管理员。")
    if today < client.valid_from:
        raise NotAllowed("client.not_yet", f"这个系统的对接从 {client.valid_from} 起有效，请届时再调用。")


def record_call(actor: Actor, unit_id: int, *, method: str, route: str, status: int, code: str, now: datetime) -> None:
    """One row for each call, when it is answered; `code` is that of the error, empty for none."""
    detail = {"method": method, "route": route, "status": status} | ({"code": code} if code else {})
    audit.record(actor, "clients.called", ("client", actor.client_id), now=now, unit_id=unit_id, detail=detail)


def delete_old_nonces(*, now: datetime, at_most: int = 2_000) -> int:
    """Forget nonces that lie outside every window; returns how many."""
    old = UsedNonce.objects.filter(at__lt=now - 2 * rules.WINDOW).order_by("at")
    return UsedNonce.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:at_most])).delete()[0]
