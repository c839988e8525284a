"""Members by the million, written by COPY: for pages and figures whose cost must not grow with the province.

Persons and memberships have every column that lists and figures read, unique digests and log-normal unions; sealed
columns are constant bytes, since nobody is unmasked here. The tree is the real one, with invented unions below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from random import Random
from typing import Any

import psycopg
from django.db import transaction

AT = datetime(2026, 3, 1, tzinfo=UTC)
JOINED = date(2026, 3, 1)
UNIONS = 53_000
"""Grassroots unions of a province of 55,000."""
CHUNK = 50_000
_OTHERS = 900_000_000
"""Row numbers of people who come by other ways start here."""
_SURNAMES = "王李张刘陈杨赵孙周吴徐马朱胡林高郭何宋罗郑梁韩曹许邓萧冯程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江"
_GIVEN = "秀英芳娜敏静丽艳娟霞红玲燕萍慧婷雪倩洁琳伟强磊军洋勇杰涛超明刚平辉鹏华飞斌波宇浩凯健俊帆建国志文海龙"
_PERSON = (
    "id", "public_id", "name", "name_key", "initials", "id_type", "id_sealed", "id_digest", "id_masked",
    "mobile_sealed", "mobile_digest", "mobile_masked", "sex", "birth_year", "born_sealed", "ethnicity", "education",
    "political_status", "real_name_level", "verify_pending", "version", "created_at",
)  # fmt: skip
_STAY = (
    "id", "person_id", "union_id", "county_unit", "city_unit", "name_key", "initials", "state", "since", "ended_by",
    "member_number", "joined_on", "work_form", "new_form_group", "is_migrant", "occupation", "employer_text", "sex",
    "birth_year", "real_name_level", "activated", "version",
)  # fmt: skip


_EDUCATIONS = ("", "", "21", "21", "31", "31", "41", "61", "70", "70", "11")
_PARTIES = ("", "13", "13", "13", "13", "13", "13", "13", "01", "01", "03", "03", "05")
_WORK = ("employed",) * 6 + ("dispatched", "platform", "platform", "platform")
_GROUPS = ("",) * 7 + ("FOOD_RIDER", "COURIER", "TRUCK")


@dataclass(frozen=True, slots=True)
class Place:
    """A union that takes members."""

    id: int
    county_id: int
    city_id: int


def build_unions(count: int, *, now: datetime, random: Random) -> list[Place]:
    """The province's own tree with every township's home, and `count` grassroots unions spread unevenly below it."""
    from zhijia.foundation.regions import services as regions
    from zhijia.kernel.actor import SYSTEM
    from zhijia.organization.unions import building
    from zhijia.organization.unions.models import Union

    regions.load_packaged(SYSTEM, now=now)
    building.build_tree(SYSTEM, "370000000000", now=now, founded_on=None)
    towns = list(Union.objects.filter(type="GENERAL", level=5).order_by("path"))
    weights = [math.exp(random.gauss(0, 0.9)) for _ in towns]
    wanted = random.choices(range(len(towns)), weights=weights, k=count)
    openings = (
        building.Opening(
            name=f"第{number}工会委员会", type="GRASSROOTS", level=7, region=towns[at].region,
            upper=building.Upper.of(towns[at]),
        )
        for number, at in enumerate(wanted)
    )  # fmt: skip
    while part := list(islice(openings, building.CHUNK)):
        with transaction.atomic():
            building.open_many(SYSTEM, part, now=now)
    rows = Union.objects.filter(type="GRASSROOTS").order_by("id").values_list("id", "county_id", "city_id")
    return [Place(*row) for row in rows]


def add_members(
    connection: psycopg.Connection[Any], places: list[Place], *, first: int, count: int, random: Random
) -> None:
    """`count` more members with ids from `first` on; the tables' own indexes are kept up as in life."""
    names = _names(random)
    sizes = Random(3)  # the same unions are large in every run, so that a larger province has the same shape
    weights = [math.exp(sizes.gauss(3.6, 1.3)) for _ in places]
    for start in range(first, first + count, CHUNK):
        size = min(CHUNK, first + count - start)
        drawn = random.choices(places, weights=weights, k=size)
        people = random.choices(names, k=size)
        with connection.transaction(), connection.cursor() as cursor:
            # Foreign keys of rows that are made to fit need no check each.
            cursor.execute("SET LOCAL session_replication_role = replica")
            _copy(cursor, "people_person", _PERSON, _persons(start, people))
            _copy(cursor, "members_membership", _STAY, _stays(start, people, drawn))
    for table in ("people_person", "members_membership"):
        series = f"pg_get_serial_sequence('{table}', 'id')"
        connection.execute(f"SELECT setval({series}, greatest(nextval({series}), {_OTHERS}))")
        connection.execute(f"VACUUM ANALYZE {table}")


def _names(random: Random) -> list[tuple[str, str, str]]:
    """Name, key of order, initials; 20,000 of them, as in life many people share one."""
    from zhijia.kernel.names import initials, name_key

    drawn = {
        random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.choice((1, 2, 2)))) for _ in range(20_000)
    }
    return [(name, name_key(name), initials(name)) for name in sorted(drawn)]


def _copy(
    cursor: psycopg.Cursor[Any], table: str, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]
) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _persons(start: int, people: list[tuple[str, str, str]]) -> Iterator[tuple[object, ...]]:
    for key, (name, name_key, letters) in enumerate(people, start):
        yield (
            key, f"p{key:015d}", name, name_key, letters, "RESIDENT_ID", b"\x01" * 48, f"{key:032d}",
            "370299********0010", b"\x01" * 40, f"m{key:031d}", "139****0001", "12"[key % 2], 1960 + key % 45,
            b"\x01" * 38, "", _EDUCATIONS[key * 7 % 11], _PARTIES[key * 5 % 13], 3, False, 1, AT,
        )  # fmt: skip


def _stays(start: int, people: list[tuple[str, str, str]], places: list[Place]) -> Iterator[tuple[object, ...]]:
    for key, ((_, name_key, letters), place) in enumerate(zip(people, places, strict=True), start):
        yield (
            key, key, place.id, place.county_id, place.city_id, name_key, letters, "ACTIVE", JOINED, "",
            f"372026{key:010d}", JOINED, _WORK[key * 3 % 10], _GROUPS[key * 3 % 10], key % 3 == 0, "", "",
            "12"[key % 2], 1960 + key % 45, 3, key % 2 == 0, 1,
        )  # fmt: skip
