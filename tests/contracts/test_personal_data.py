"""Nothing that names a person lies outside his rights: its table stands in a declared part, or here with a reason."""

from __future__ import annotations

from collections import Counter

import pytest
from django.apps import apps
from django.db.models import BinaryField, Field, ForeignKey, Model

from tests.contracts.rooms import scenarios
from tests.world import World
from zhijia.kernel.personal import DataSubject, PersonalData
from zhijia.kernel.registry import registry

EXEMPT = {
    "clients.ClientSecret": "the secret of a system, nobody's",
    "idempotency.Answer": "a command's own answer, sealed, gone after 48 hours",
    "jobs.Job": "who started it in his work; the trail tells it",
    "ledger.LogEntry": "a salted hash; without the row it tells nobody",
    "ledger.LogNode": "a hash of hashes",
    "ledger.TreeHead": "a hash of hashes and a signature",
    "rosters.RosterExport": "who asked for it in his work; a case with a history",
    "rosters.RosterLoad": "who loaded it in his work; the trail tells it",
    "trail.TrailExport": "who asked for it in his work; a case with a history",
    "unions.UnionLoad": "who loaded it in his work; the trail tells it",
}
PEOPLE = frozenset({"people.Person", "accounts.Account"})


def names_somebody(field: Field) -> bool:
    """A key of a person or an account, or something sealed. `…_by` is who did it, which the trail tells."""
    if field.attname.endswith("_by") or field.attname.endswith("_by_id"):
        return False
    if isinstance(field, ForeignKey) and field.related_model._meta.label in PEOPLE:
        return True
    return "person" in field.attname or "account" in field.attname or isinstance(field, BinaryField)


def tables_that_name_somebody() -> set[str]:
    found: set[str] = set(PEOPLE)
    for model in apps.get_models():
        if model.__module__.startswith("zhijia.") and any(names_somebody(f) for f in model._meta.concrete_fields):
            found.add(model._meta.label)
    return found


def declared() -> Counter[str]:
    return Counter(table for part in registry.personal_data() for table in part.tables)


def test_every_table_that_names_somebody_is_declared_or_exempted_with_a_reason() -> None:
    missing = tables_that_name_somebody() - set(declared()) - set(EXEMPT)
    assert missing == set(), "declare it in its capability's PersonalData.tables, or give the reason in EXEMPT"


def test_what_is_exempted_holds_somebody_and_is_not_declared_too() -> None:
    assert set(EXEMPT) - tables_that_name_somebody() == set()
    assert set(EXEMPT) & set(declared()) == set()
    assert all(len(reason) > 10 for reason in EXEMPT.values())


def test_a_table_stands_in_one_part_of_its_own_capability() -> None:
    assert [table for table, count in declared().items() if count > 1] == []
    for package, scenario in scenarios().values():
        for part in scenario.personal_data:
            for table in part.tables:
                model: type[Model] = apps.get_model(table)
                assert model._meta.app_config.name == package, (part.code, table)


@pytest.mark.django_db
@pytest.mark.parametrize("part", registry.personal_data(), ids=lambda part: part.code)
def test_a_part_keeps_what_it_says_and_erases_the_rest(part: PersonalData, world: World) -> None:
    person, _ = world.member()
    world.application(name="王一")
    subject = DataSubject((person.pk,), person.account_id)
    rows = part.export(subject)
    kept = part.kept(subject, world.now) if part.kept else ()
    assert sum(line.count for line in kept) <= len(rows)
    assert all(line.reason.endswith("。") for line in kept)
    if part.erase is not None and not part.last:
        part.erase(subject, world.now)
        assert len(part.export(subject)) == sum(line.count for line in kept)
