"""The lean way to rows gives what the ORM gives, on both databases and for every table."""

from __future__ import annotations

import pytest
from django.apps import apps

from zhijia.kernel import db
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person

pytestmark = pytest.mark.django_db


def test_a_found_row_is_the_orms_row_in_every_table_of_the_small_province(world):
    world.member()
    world.application(name="王一")
    compared = 0
    for model in apps.get_models():
        if not model.__module__.startswith("zhijia."):
            continue
        for row in model._default_manager.order_by("pk")[:3]:
            found = db.find(model, **{model._meta.pk.attname: row.pk})
            assert found is not None
            for field in model._meta.concrete_fields:
                mine, theirs = getattr(found, field.attname), getattr(row, field.attname)
                assert mine == theirs or bytes(mine) == bytes(theirs), (model, field)
                assert type(mine) is type(theirs), (model, field)
            compared += 1
    assert compared > 30


def test_none_asks_for_null_and_order_is_kept(world):
    person, membership = world.member()
    assert db.find(Membership, person_id=person.pk, until=None).pk == membership.pk
    assert db.find(Membership, person_id=person.pk, until=membership.since) is None
    keys = [key for (key,) in db.select_rows(Person, ["id"], {"real_name_level": 3}, order=["-id"])]
    assert keys == sorted(keys, reverse=True)
    assert db.select_rows(Person, ["id"], {"real_name_level": 3}, order=["-id"], limit=1) == [(keys[0],)]


def test_a_found_row_can_be_saved(world):
    person, _ = world.member()
    found = db.find(Person, id=person.pk)
    found.ethnicity = "01"
    found.save(update_fields=["ethnicity"])
    assert Person.objects.get(pk=person.pk).ethnicity == "01"
