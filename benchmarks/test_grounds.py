"""What measures need is written past the services, so a change of the tables or of the builders shows here first."""

from __future__ import annotations

from datetime import datetime
from random import Random

import psycopg
import pytest
from django.db import connection

from benchmarks.province import add_members, build_unions
from zhijia.organization.members import selectors as members
from zhijia.organization.members.models import Membership

COUNT = 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_province_to_measure_on_is_built_outside_any_transaction(now: datetime) -> None:
    places = build_unions(5, now=now, random=Random(5))
    assert len(places) == 5
    parts = connection.get_connection_params()
    address = {name: parts[name] for name in ("dbname", "user", "host", "port") if name in parts}
    with psycopg.connect(**address, autocommit=True) as other:
        add_members(other, places, first=1, count=COUNT, random=Random(1))
    stays = list(Membership.objects.select_related("person"))
    assert len(stays) == COUNT
    assert {stay.union_id for stay in stays} <= {place.id for place in places}
    assert members.open_stay(stays[0].person_id) is not None
