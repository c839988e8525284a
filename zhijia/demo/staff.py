"""One account for every role that has work in this build, with sign-ins that are printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.accounts.services import factors
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.access import actors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.access.roles import ROLES, Role
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import Person
from zhijia.organization.unions.models import Union

from .invention import Inventor
from .roster import GUIDED_TOWN

UNUSABLE = "!"
PASSWORD = "zhijia-demo-2026"  # noqa: S105  printed on purpose
COUNTY = "370682000000"


@dataclass(frozen=True, slots=True)
class Post:
    """A role on one union of the demonstration, and the number its holder signs in with."""

    role: str
    union_key: str
    name: str
    mobile: str


POSTS = (
    Post(Role.GRASS_ADMIN, "plant", "赵志强", "13800000001"),
    Post(Role.TOWN_WORKER, "town", "陈一鸣", "13800000002"),
    Post(Role.ORG, "county", "孙玉梅", "13800000003"),
    Post(Role.ORG, "city", "马建国", "13800000004"),
    Post(Role.ORG, "province", "林书远", "13800000005"),
    Post(Role.STATS, "county", "于海霞", "13800000006"),
    Post(Role.PRIVACY, "county", "韩雪", "13800000007"),
    Post(Role.SECURITY_ADMIN, "province", "周明", "13800000008"),
    Post(Role.SECURITY_ADMIN, "province", "吴静", "13800000009"),
    Post(Role.OPERATOR, "province", "郑凯", "13800000010"),
    Post(Role.OPERATOR, "province", "冯洁", "13800000011"),
    Post(Role.AUDIT_ADMIN, "province", "何亮", "13800000012"),
    Post(Role.GRASS_CHAIR, "plant", "宋立军", "13800000013"),
    Post(Role.PRIVACY, "county", "李静", "13800000014"),
    Post(Role.AUDIT_ADMIN, "province", "高岩", "13800000015"),
)


def find_unions() -> dict[str, Union]:
    """The unions that the guide walks through: province, city, county, town, home, and a plant of the town; `unstaffed`
    is a home of the county whose township has no cadre yet.
    """
    general = Union.objects.filter(type="GENERAL")
    homes = Union.objects.filter(type="ONLINE_HOME")
    town = general.get(level=5, region=GUIDED_TOWN)
    return {
        "province": general.get(level=2),
        "city": general.get(level=3, region="370600000000"),
        "county": general.get(level=4, region=COUNTY),
        "town": town,
        "home": homes.get(region=GUIDED_TOWN),
        "unstaffed": homes.filter(region__startswith=COUNTY[:6]).exclude(region=GUIDED_TOWN).order_by("path")[0],
        "plant": Union.objects.filter(type="GRASSROOTS", parent=town).order_by("path").first() or town,
    }


def person_of(
    inventor: Inventor,
    name: str,
    mobile: str,
    *,
    now: datetime,
    bound: bool = True,
    female: bool = True,
    sequence: int | None = None,
    level: int = 3,
    rural: bool = False,
) -> Person:
    """An invented person with, where `bound`, an account that signs in with the number."""
    born = inventor.birthday(24, 52)
    number = inventor.id_number(born, female, sequence=sequence)
    public_id = new_public_id(inventor.bytes)
    account = None
    if bound:
        account = Account.objects.create(
            public_id=new_public_id(inventor.bytes),
            number_digest=people.mobile_digest(mobile),
            created_at=now,
            password=UNUSABLE,
        )
    identity = people_services.Identity(name, "RESIDENT_ID", number, born, "2" if female else "1")
    return Person.objects.create(
        public_id=public_id,
        account=account,
        name=name,
        name_key=name_key(name),
        initials=initials(name),
        real_name_level=level,
        verified_at=now if level >= 3 else None,
        verify_pending=False,
        rural_hukou=rural,
        created_at=now,
        **people_services.sealed_columns(public_id, identity, mobile, randomness=inventor.bytes),
    )


@transaction.atomic
def appoint(inventor: Inventor, unions: dict[str, Union], *, now: datetime) -> None:
    """Persons, accounts with password and, for strong roles, a fixed TOTP secret; grants in force for two years."""
    today: date = timezone.localdate(now)
    for post in POSTS:
        person = person_of(inventor, post.name, post.mobile, now=now)
        RoleGrant.objects.create(
            person=person,
            union=unions[post.union_key],
            role=post.role,
            since=today - timedelta(days=200),
            until=today + timedelta(days=530),
            reason="演示岗位",
            in_force=True,
            created_at=now,
        )
        _equip(person, totp_secret(post) if ROLES[post.role].strong else "", now=now)


def _equip(person: Person, secret: str, *, now: datetime) -> None:
    """A password, and an authenticator where the role asks for one."""
    account = Account.objects.get(pk=person.account_id or 0)
    actor = actors.actor_of(account.pk, today=timezone.localdate(now), staff=True)
    factors.set_password(actor, account, PASSWORD, now=now)
    if secret:
        earlier = now - timedelta(hours=1)
        code = factors.totp_code(secret, int(earlier.timestamp()) // factors.STEP_S)
        factors.enrol_totp(actor, account, secret, code, now=earlier)


def totp_secret(post: Post) -> str:
    """A fixed base-32 secret of 32 characters for each post, so that the guide can print it."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    seed = int(post.mobile)
    return "".join(letters[(seed * (7 + 2 * place) + place * place) % 32] for place in range(32))
