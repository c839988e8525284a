"""How a person's numbers are kept: sealed, indexed, masked. No tables, so that processes that only seal load none."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from zhijia.kernel import masks
from zhijia.kernel.ids import Randomness


@dataclass(frozen=True, slots=True)
class Identity:
    """A checked name and document, ready to be matched. `born_on` and `sex` follow from an 18-digit number."""

    name: str
    id_type: str
    number: str
    born_on: date | None
    sex: str

    def __repr__(self) -> str:
        return "<Identity>"


def id_digest(id_type: str, number: str) -> str:
    """What finds a person by a normalized document number."""
    return str(settings.ZHIJIA_KEYS.index.of(id_type, number))


def mobile_digest(number: str) -> str:
    return str(settings.ZHIJIA_KEYS.index.of("MOBILE", number))


def sealed_columns(
    public_id: str, identity: Identity, mobile: str, *, randomness: Randomness = secrets.token_bytes
) -> dict[str, Any]:
    """The columns of a person that hold numbers: sealed, indexed, masked. `mobile` may be empty."""
    keyring = settings.ZHIJIA_KEYS.keyring
    born = identity.born_on
    return {
        "id_type": identity.id_type,
        "id_sealed": keyring.seal(
            identity.number, table_column="people_person.id", row=public_id, randomness=randomness
        ),
        "id_digest": id_digest(identity.id_type, identity.number),
        "id_masked": masks.mask_id_number(identity.number),
        "born_sealed": keyring.seal(
            born.isoformat(), table_column="people_person.born", row=public_id, randomness=randomness
        )
        if born
        else b"",
        "birth_year": born.year if born else None,
        "sex": identity.sex,
        **mobile_columns(public_id, mobile, randomness=randomness),
    }


def mobile_columns(
    public_id: str,
    mobile: str,
    *,
    table: str = "people_person.mobile",
    randomness: Randomness = secrets.token_bytes,
) -> dict[str, Any]:
    """Sealed, indexed and masked; bound to the row's public id and its table."""
    if not mobile:
        return {"mobile_sealed": b"", "mobile_digest": "", "mobile_masked": ""}
    return {
        "mobile_sealed": settings.ZHIJIA_KEYS.keyring.seal(
            mobile, table_column=table, row=public_id, randomness=randomness
        ),
        "mobile_digest": mobile_digest(mobile),
        "mobile_masked": masks.mask_mobile(mobile),
    }
