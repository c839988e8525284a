"""A small province for tests: regions, the tree of unions down to two townships, employers, and people with roles.

Everything is made by the services, so that a test stands on what the product really writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from django.utils import timezone
from stdnum.cn import ric

from zhijia.foundation.accounts.models import Account
from zhijia.foundation.regions.models import Region
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.ids import new_public_id
from zhijia.kernel.names import initials, name_key
from zhijia.organization.access import actors
from zhijia.organization.access.models import RoleGrant
from zhijia.organization.joining.applying import JoinForm
from zhijia.organization.joining.services import applications
from zhijia.organization.members.models import Membership
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.models import ConsentText, Person, Purpose
from zhijia.organization.unions import selectors, services as union_services
from zhijia.organization.unions.models import Employer, Union

REGIONS = (
    ("370000000000", "", 2, "山东省"),
    ("370600000000", "370000000000", 3, "烟台市"),
    ("370682000000", "370600000000", 4, "莱阳市"),
    ("370682101000", "370682000000", 5, "沐浴店镇"),
    ("370682102000", "370682000000", 5, "团旺镇"),
    ("370200000000", "370000000000", 3, "青岛市"),
    ("370202000000", "370200000000", 4, "市南区"),
    ("370202012000", "370202000000", 5, "八大湖街道"),
)
_numbers = count(1)


@dataclass
class World:
    """Unions by short name: province, city, county, town, home, plant (grassroots), other_county, other_home."""

    now: datetime
    unions: dict[str, Union] = field(default_factory=dict)
    employer: Employer | None = None

    def __getitem__(self, key: str) -> Union:
        self.unions[key].refresh_from_db()
        return self.unions[key]

    def facts(self, key: str) -> selectors.UnionFacts:
        return selectors.get_facts(self.unions[key].pk)

    def path_of(self, union_id: int) -> str:
        return selectors.get_facts(union_id).path

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    # --- people
    def account(self, number: str = "") -> Account:
        """Of the number given, where it has none yet."""
        if not number or Account.objects.filter(number_digest=people.mobile_digest(number)).exists():
            number = f"138{next(_numbers):08d}"
        return Account.objects.create(number_digest=people.mobile_digest(number), created_at=self.now)

    def person(
        self,
        name: str = "林晓禾",
        *,
        born: date = date(1990, 3, 7),
        female: bool = True,
        level: int = 3,
        bound: bool = True,
        mobile: str | None = None,
        id_number: str | None = None,
    ) -> Person:
        serial = next(_numbers)
        body = f"370299{born:%Y%m%d}{serial % 450 * 2 + (0 if female else 1):03d}"
        number = id_number or body + ric.calc_check_digit(body + "0")
        identity = people_services.read_identity(name, "RESIDENT_ID", number, today=self.today)
        public_id, mobile = new_public_id(), mobile or f"139{serial:08d}"
        return Person.objects.create(
            public_id=public_id,
            account=self.account(mobile) if bound else None,
            name=identity.name,
            name_key=name_key(identity.name),
            initials=initials(identity.name),
            real_name_level=level,
            verified_at=self.now if level >= 3 else None,
            verify_pending=level == 2,
            created_at=self.now,
            **people_services.sealed_columns(public_id, identity, mobile),
        )

    def actor(self, person: Person, *, staff: bool = False) -> Actor:
        assert person.account_id is not None
        return actors.actor_of(person.account_id, today=self.today, staff=staff, address="127.0.0.1")

    def consent(self, person: Person) -> None:
        people_services.give_consents(self.actor(person), Purpose.values, channel="web", now=self.now)

    def bare_actor(self) -> Actor:
        """Somebody signed in who has not said who he is."""
        return actors.actor_of(self.account().pk, today=self.today, staff=False, address="127.0.0.1")

    def number_of(self, person: Person) -> str:
        return people.read_numbers(SYSTEM, person.pk, reason="核对测试数据", now=self.now).id_number

    def staff_person(self, role: str, union: str, name: str = "孙玉梅") -> Person:
        """The person behind `staff`."""
        return Person.objects.get(pk=self.staff(role, union, name).person_id)

    def staff(self, role: str, union: str, name: str = "孙玉梅") -> Actor:
        """An actor who has stepped up and holds the role on the union."""
        person = self.person(name)
        self.grant(person, role, union)
        return self.actor(person, staff=True)

    def grant(self, person: Person, role: str, union: str) -> None:
        RoleGrant.objects.create(
            person=person,
            union=self.unions[union],
            role=role,
            since=self.today - timedelta(days=10),
            until=self.today + timedelta(days=365),
            in_force=True,
            created_at=self.now,
        )

    # --- unions
    def open_plant(self, key: str, parent: str, *, name: str = "", credit_code: str = "") -> Union:
        """Another grassroots union with its own employer: `world.open_plant("works", "other_town")`."""
        serial = next(_numbers)
        region = self.unions[parent].region
        employer = union_services.open_employer(
            SYSTEM,
            name=name or f"海滨机械第{serial}有限公司",
            credit_code=credit_code,
            region=region,
            headcount=60,
            now=self.now,
        )
        self.unions[key] = union_services.open_union(
            SYSTEM,
            name=f"{employer.name}工会委员会",
            type="GRASSROOTS",
            level=7,
            region=region,
            parent=self.unions[parent],
            employer=employer,
            now=self.now,
        )
        return self.unions[key]

    # --- memberships
    def member(self, union: str = "plant", name: str = "林晓禾", **kwargs: object) -> tuple[Person, Membership]:
        person = self.person(name, **kwargs)
        key = memberships.open_membership(
            SYSTEM,
            people.get_facts(person.pk),
            self.facts(union),
            now=self.now,
            work_form="employed",
            new_form_group="",
            occupation="",
            is_migrant=False,
            employer_id=None,
            employer_text="",
            case_id=None,
        )
        return person, Membership.objects.get(pk=key)

    def application(self, union: str = "plant", name: str = "林晓禾", **kwargs: object) -> tuple[Person, str]:
        """An applicant and the public id of his submitted application."""
        person = self.person(name, **kwargs)
        self.consent(person)
        result = applications.submit(
            self.actor(person),
            self.unions[union].pk,
            JoinForm(work_form="employed", employer_text="莱阳市鲁东精密机械有限公司"),
            channel="web",
            now=self.now,
        )
        assert result.case is not None
        return person, result.case.public_id


def build_regions() -> None:
    Region.objects.bulk_create(
        Region(
            code=code,
            parent_code=parent,
            level=level,
            name=name,
            name_key=name_key(name),
            initials=initials(name),
            valid_from=date(2020, 1, 1),
        )
        for code, parent, level, name in REGIONS
    )


def build(now: datetime) -> World:
    world = World(now)
    build_regions()
    for purpose, label in Purpose.choices:
        if not ConsentText.objects.filter(purpose=purpose).exists():
            ConsentText.objects.create(
                purpose=purpose,
                version=1,
                title=label,
                body=f"{label}的全文，说明处理的目的、方式和范围。",
                digest="0" * 64,
                valid_from=now - timedelta(days=30),
            )
    spots = (
        ("province", "山东省总工会", "GENERAL", 2, "370000000000", None),
        ("city", "烟台市总工会", "GENERAL", 3, "370600000000", "province"),
        ("county", "莱阳市总工会", "GENERAL", 4, "370682000000", "city"),
        ("town", "沐浴店镇总工会", "GENERAL", 5, "370682101000", "county"),
        ("other_city", "青岛市总工会", "GENERAL", 3, "370200000000", "province"),
        ("other_county", "市南区总工会", "GENERAL", 4, "370202000000", "other_city"),
        ("other_town", "八大湖街道总工会", "GENERAL", 5, "370202012000", "other_county"),
    )
    for key, name, kind, level, region, parent in spots:
        world.unions[key] = union_services.open_union(
            SYSTEM,
            name=name,
            type=kind,
            level=level,
            region=region,
            parent=world.unions[parent] if parent else None,
            now=now,
        )
    for key, town in (("home", "town"), ("other_home", "other_town")):
        world.unions[key] = Union.objects.get(parent=world.unions[town], type="ONLINE_HOME")
    world.employer = union_services.open_employer(
        SYSTEM,
        name="莱阳市鲁东精密机械有限公司",
        credit_code="91370200MA3C0A123W",
        region="370682101000",
        headcount=120,
        now=now,
    )
    world.unions["plant"] = union_services.open_union(
        SYSTEM,
        name="莱阳市鲁东精密机械有限公司工会委员会",
        type="GRASSROOTS",
        level=7,
        region="370682101000",
        parent=world.unions["town"],
        employer=world.employer,
        now=now,
    )
    return world
