"""Calling the API in tests: as a session with its token, and as another system that signs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client

from tests.world import World
from zhijia.foundation.casework.services import act, open_case
from zhijia.foundation.clients import rules, services
from zhijia.foundation.clients.cases import CLIENTS
from zhijia.foundation.clients.models import Client as Registered

_nonces = count(1)
RIGHTS = ("unions:union:view", "members:member:view", "joining:application:decide", "statistics:figure:view")


def signed_headers(
    client_id: str, secret: str, method: str, target: str, body: bytes, *, at: datetime, nonce: str = ""
) -> dict[str, str]:
    """What a signed request carries; a fresh nonce where none is given."""
    nonce = nonce or f"nonce-{next(_nonces):012d}"
    seconds = int(at.timestamp())
    text = rules.string_to_sign(method, target, seconds, nonce, body)
    return {
        "Authorization": f"{rules.SCHEME} {client_id}:{rules.signature(secret, text)}",
        "X-Zhijia-Time": str(seconds),
        "X-Zhijia-Nonce": nonce,
    }


@dataclass
class System:
    """Another system with its secret; `call` signs as it should."""

    case: str
    client_id: str
    secret: str
    now: datetime
    http: Client = field(default_factory=Client)

    def call(self, method: str, path: str, said: Any = None, *, headers: Any = None, **signing: Any) -> Any:
        body = b"" if said is None else json.dumps(said).encode()
        given = signed_headers(
            self.client_id, self.secret, method, "/api/v1" + path, body, **{"at": self.now, **signing}
        )
        return self.http.generic(
            method,
            "/api/v1" + path,
            body,
            content_type="application/json",
            headers={**given, **(headers or {})},
        )

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, said: Any = None, **more: Any) -> Any:
        return self.call("POST", path, said, **more)

    @property
    def row(self) -> Registered:
        return Registered.objects.get(public_id=self.client_id)


def register(world: World, unit: str = "county", rights: tuple[str, ...] = RIGHTS, **more: Any) -> System:
    """A system in force, agreed to by two persons, with its first secret."""
    operator, checker = world.staff("OPERATOR", "province", "王强"), world.staff("SECURITY_ADMIN", "province", "李明")
    said = {
        "name": "莱阳市政务服务平台",
        "contact": "莱阳市大数据局 0535-12345678",
        "reason": "一件事一次办",
        "permissions": list(rights),
        "units": world[unit].code,
        "per_minute": 120,
        "valid_from": world.today,
        "valid_until": world.today + timedelta(days=365),
    }
    case = open_case(CLIENTS, operator, said | more, now=world.now)
    act(CLIENTS, checker, case, "agree", now=world.now)
    issued = services.issue_secret(operator, case, now=world.now)
    return System(case, issued.client_id, issued.secret, world.now)


def send(client: Client, path: str, said: Any = None, **headers: str) -> Any:
    """A POST of JSON as a session's."""
    return client.post(
        "/api/v1" + path,
        json.dumps(said) if said is not None else "",
        content_type="application/json",
        headers=headers,
    )
