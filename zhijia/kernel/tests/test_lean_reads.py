"""The lean way to rows gives and writes what the ORM does, on both databases and for every table."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from zhijia.foundation.notify.models import TemplateText
from zhijia.kernel import db
from zhijia.kernel.db import rows
from zhijia.organization.members.models import Membership
from zhijia.organization.people.models import Person

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

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


def test_many_values_are_found_as_few_are(world):
    persons = [world.person() for _ in range(3)]
    keys = {person.pk for person in persons}
    many = (*keys, *range(10_000_000, 10_000_300))
    assert {key for (key,) in db.select_rows(Person, ["id"], {"id": many})} == keys
    digests = (*(person.id_digest for person in persons), *(f"{number:032d}" for number in range(300)))
    assert {key for (key,) in db.select_rows(Person, ["id"], {"id_digest": digests})} == keys


def test_copied_rows_are_those_that_an_insert_writes(world):
    """Every kind of column, defaults included, and keys reserved beforehand are not given to anybody else."""
    person, stay = world.member()
    names = tuple(f.attname for f in Membership._meta.concrete_fields if f.attname != "version")
    first, second = db.reserve_keys(Membership, 2)
    values = {name: getattr(stay, name) for name in names} | {"until": stay.since, "ended_by": "withdrawn"}
    db.copy_rows(Membership, names, [tuple((values | {"id": key}).values()) for key in (first, second)])
    copied = Membership.objects.get(pk=first)
    assert {name: getattr(copied, name) for name in names} == values | {"id": first}
    assert copied.version == 1
    assert world.member()[1].pk not in (first, second)
    sealed = tuple(f.attname for f in Person._meta.concrete_fields)
    row = {name: getattr(person, name) for name in sealed} | {
        "id": db.reserve_keys(Person, 1)[0], "public_id": "0" * 16, "account_id": None, "id_digest": "1" * 32,
    }  # fmt: skip
    db.copy_rows(Person, sealed, [tuple(row.values())])
    twin = Person.objects.get(pk=row["id"])
    assert bytes(twin.id_sealed) == bytes(person.id_sealed)
    assert twin.created_at == person.created_at
    with pytest.raises(IntegrityError):
        db.copy_rows(Person, sealed, [tuple((row | {"id": row["id"] + 1, "public_id": "2" * 16}).values())])


def text(version: int, title: str = "题") -> dict[str, object]:
    return {"code": "tests.one", "version": version, "title": title, "body": "文", "sms": "", "at": NOW}


def test_rows_are_written_in_order_whatever_fits_into_a_statement(monkeypatch):
    monkeypatch.setattr(rows, "_MOST_PARAMETERS", 20)
    keys = db.insert_rows(TemplateText, [text(number) for number in range(1, 11)])
    assert keys == sorted(keys)
    assert [TemplateText.objects.get(pk=key).version for key in keys] == list(range(1, 11))
    assert db.insert_rows(TemplateText, []) == []


def test_a_column_left_out_takes_its_default(world):
    _person, stay = world.member()
    names = [f.attname for f in Membership._meta.concrete_fields if f.attname not in ("id", "version")]
    values = {name: getattr(stay, name) for name in names} | {"until": stay.since, "ended_by": "withdrawn"}
    assert Membership.objects.get(pk=db.insert_row(Membership, **values)).version == 1


def test_conflicts_are_skipped_where_told_and_errors_elsewhere():
    db.insert_row(TemplateText, **text(1))
    assert len(db.insert_rows(TemplateText, [text(1, "再"), text(2)], ignore_conflicts=True)) == 1
    assert list(TemplateText.objects.order_by("version").values_list("title", flat=True)) == ["题", "题"]
    with pytest.raises(IntegrityError), transaction.atomic():
        db.insert_rows(TemplateText, [text(3), text(2)])
    assert not TemplateText.objects.filter(version=3).exists()


def test_a_change_meets_only_the_rows_that_are_as_told(world):
    person, stay = world.member()
    here = {"person_id": person.pk, "until": None, "version": stay.version}
    assert db.change_rows(Membership, here, {"occupation": "钳工", "version": stay.version + 1}) == 1
    assert db.change_rows(Membership, here, {"occupation": "焊工"}) == 0
    assert Membership.objects.get(pk=stay.pk).occupation == "钳工"
