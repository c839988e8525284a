"""Somebody to act in a benchmark: unions, cadres and applicants as rows, and sessions as the sign-in makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from zhijia.organization.unions.models import Union

CSRF = "c" * 32
BORN = date(1990, 3, 7)
SURNAMES = "王李张刘陈杨赵孙周吴徐马朱胡林高郭何宋罗郑梁韩曹许邓萧冯程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江"
GIVEN = "秀英芳娜敏静丽艳娟霞红玲燕萍慧婷雪倩洁琳伟强磊军洋勇杰涛超明刚平辉鹏华飞斌波宇浩凯健俊帆建国志文海龙"


@dataclass(frozen=True, slots=True)
class Somebody:
    """`cookies` is the header of a browser that has signed in."""

    person_id: int
    cookies: str


def open_small_tree(now: datetime) -> dict[str, Union]:
    """A province, a city, a county, a township and a company with its union, by the services."""
    from zhijia.kernel.actor import SYSTEM
    from zhijia.organization.unions import services

    spots = (
        ("province", "山东省总工会", "GENERAL", 2, "370000000000", ""),
        ("city", "烟台市总工会", "GENERAL", 3, "370600000000", "province"),
        ("county", "莱阳市总工会", "GENERAL", 4, "370682000000", "city"),
        ("town", "沐浴店镇总工会", "GENERAL", 5, "370682101000", "county"),
        ("plant", "莱阳市鲁东精密机械有限公司工会委员会", "GRASSROOTS", 7, "370682101000", "town"),
    )
    employer = services.open_employer(
        SYSTEM,
        name="莱阳市鲁东精密机械有限公司",
        credit_code="91370200MA3C0A123W",
        region="370682101000",
        headcount=120,
        now=now,
    )
    unions: dict[str, Union] = {}
    for key, name, kind, level, region, parent in spots:
        unions[key] = services.open_union(
            SYSTEM,
            name=name,
            type=kind,
            level=level,
            region=region,
            parent=unions.get(parent),
            employer=employer if key == "plant" else None,
            now=now,
        )
    return unions


def load_regions(now: datetime) -> None:
    from zhijia.foundation.regions import services
    from zhijia.kernel.actor import SYSTEM

    services.load_packaged(SYSTEM, now=now)


def name_of(serial: int) -> str:
    """As many names as a province has: thousands of namesakes born on one day would all be looked at as doubles."""
    rest, first = divmod(serial, len(GIVEN))
    rest, second = divmod(rest, len(GIVEN))
    return SURNAMES[rest % len(SURNAMES)] + GIVEN[second] + GIVEN[first]


def make_people(count: int, *, first: int, now: datetime, stepped_up: bool = False) -> list[Somebody]:
    """`count` persons of real-name level 3 with accounts, all consents and a living session each.

    Their mobile numbers run from 19900000000 + `first`; nobody's number is made twice in a run.
    """
    from zhijia.foundation.accounts.models import Account
    from zhijia.kernel import db
    from zhijia.kernel.ids import new_public_id
    from zhijia.kernel.names import initials, name_key
    from zhijia.organization.people import selectors, services
    from zhijia.organization.people.models import Consent, ConsentText, Person, Purpose

    made: list[Somebody] = []
    versions = {text.purpose: text.version for text in ConsentText.objects.order_by("version")}
    for start in range(first, first + count, 500):
        serials = range(start, min(start + 500, first + count))
        mobiles = [f"199{serial:08d}" for serial in serials]
        accounts = [
            {"public_id": new_public_id(), "number_digest": selectors.mobile_digest(mobile), "created_at": now,
             "password": "!", "last_login": None}
            for mobile in mobiles
        ]  # fmt: skip
        account_ids = db.insert_rows(Account, accounts)
        persons = []
        for serial, mobile, account_id in zip(serials, mobiles, account_ids, strict=True):
            public_id = new_public_id()
            name = name_of(serial)
            identity = services.Identity(name, "RESIDENT_ID", f"370299{serial:012d}", BORN, "2")
            persons.append(
                {"public_id": public_id, "account_id": account_id, "name": name, "name_key": name_key(name),
                 "initials": initials(name), "real_name_level": 3, "verified_at": now, "verify_pending": False,
                 "created_at": now, **services.sealed_columns(public_id, identity, mobile)}
            )  # fmt: skip
        person_ids = db.insert_rows(Person, persons)
        db.insert_rows(
            Consent,
            [
                {"account_id": account_id, "person_id": person_id, "purpose": purpose, "version": versions[purpose],
                 "given_at": now, "channel": "web", "withdrawn_at": None}
                for account_id, person_id in zip(account_ids, person_ids, strict=True)
                for purpose in Purpose.values
            ],
        )  # fmt: skip
        made += _sign_in(account_ids, accounts, person_ids, mobiles, now=now, stepped_up=stepped_up)
    return made


def _sign_in(
    account_ids: Sequence[int],
    accounts: Sequence[dict[str, Any]],
    person_ids: Sequence[int],
    mobiles: Sequence[str],
    *,
    now: datetime,
    stepped_up: bool,
) -> list[Somebody]:
    """Sessions with what `accounts.entering` puts into them; the step-up holds for the whole run, which may build a
    province first.
    """
    import base64

    from django.conf import settings

    from zhijia.foundation.accounts import sessions
    from zhijia.foundation.accounts.models import Account

    rows, made = [], []
    for key, account, person_id, mobile in zip(account_ids, accounts, person_ids, mobiles, strict=True):
        store = sessions.SessionStore()
        sealed = settings.ZHIJIA_KEYS.keyring.seal(
            mobile, table_column=f"session.{sessions.MOBILE}", row=account["public_id"]
        )
        store.update(
            {
                "_auth_user_id": str(key),
                "_auth_user_backend": "zhijia.foundation.accounts.backend.AccountBackend",
                "_auth_user_hash": Account(**account).get_session_auth_hash(),
                sessions.MOBILE: base64.b64encode(sealed).decode(),
                sessions.SEEN: sessions.stamp(now),
            }
        )
        if stepped_up:
            store[sessions.STAFF_UNTIL] = sessions.stamp(now + timedelta(hours=6))
            store[sessions.STAFF_STRONG] = True
        row = store.create_model_instance(dict(store.items()))
        rows.append(row)
        cookies = f"{settings.SESSION_COOKIE_NAME}={store.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        made.append(Somebody(person_id, cookies))
    sessions.SessionStore().model.objects.bulk_create(rows)
    return made


def appoint(person_id: int, union: Union, role: str, *, now: datetime) -> None:
    """Give somebody a role on a union for a year."""
    from zhijia.organization.access.models import RoleGrant

    RoleGrant.objects.create(
        person_id=person_id,
        union=union,
        role=role,
        since=timezone.localdate(now) - timedelta(days=2),
        until=timezone.localdate(now) + timedelta(days=365),
        in_force=True,
        created_at=now,
    )
