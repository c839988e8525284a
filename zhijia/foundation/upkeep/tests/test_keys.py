"""Wrong keys are noticed before anything is written with them."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from zhijia.foundation.audit.models import AuditEntry
from zhijia.foundation.upkeep import health, selectors, services, tasks
from zhijia.foundation.upkeep.models import KeyCheck
from zhijia.kernel.crypto import VERIFY_KEYS, load_keys, new_environment
from zhijia.kernel.health import Grade

pytestmark = pytest.mark.django_db


def known(now: datetime) -> set[str]:
    services.require_known_keys(now=now)
    return set(selectors.stored_values())


def test_the_first_start_notes_every_key_and_the_second_nothing(now):
    names = known(now)
    assert names == {"seal:1", "index", "hash", "print:1", "signing:1"}
    assert AuditEntry.objects.filter(event="upkeep.key_known").count() == len(names)
    assert known(now) == names
    assert AuditEntry.objects.filter(event="upkeep.key_known").count() == len(names)


@pytest.mark.parametrize("name", ["ZHIJIA_SEAL_KEYS", "ZHIJIA_INDEX_KEY", "ZHIJIA_HASH_KEY", "ZHIJIA_PRINT_KEYS"])
def test_another_key_stops_the_start_and_is_named(settings, now, name):
    first = new_environment()
    settings.ZHIJIA_KEYS = load_keys(first)
    known(now)
    settings.ZHIJIA_KEYS = load_keys(first | {name: new_environment()[name]})
    with pytest.raises(ImproperlyConfigured, match="密钥与数据库不符"):
        services.require_known_keys(now=now)
    assert [found.grade for found in health.keys_fit(now)] == [Grade.BAD]


def test_no_value_tells_its_key(now):
    values = selectors.stored_values() or load_keys(new_environment()).check_values
    assert all(len(value) == 16 for value in values.values())
    environment = new_environment()
    values = load_keys(environment).check_values
    secrets = " ".join(environment.values())
    assert not [value for value in values.values() if value in secrets]


def test_a_new_key_beside_the_old_one_is_noted(settings, now):
    first = new_environment()
    settings.ZHIJIA_KEYS = load_keys(first)
    known(now)
    more = f"{first['ZHIJIA_SEAL_KEYS']},2:{'0f1e2d3c4b5a69788796a5b4c3d2e1f0'},current:2"
    settings.ZHIJIA_KEYS = load_keys(first | {"ZHIJIA_SEAL_KEYS": more})
    assert "seal:2" in known(now)


def test_a_retired_seal_key_is_expected_until_it_is_forgotten(settings, now, capsys):
    first = new_environment()
    both = f"{first['ZHIJIA_SEAL_KEYS']},2:0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    settings.ZHIJIA_KEYS = load_keys(first | {"ZHIJIA_SEAL_KEYS": both})
    known(now)
    with pytest.raises(CommandError, match="还在使用"):
        call_command("forget_key", "seal:1")
    settings.ZHIJIA_KEYS = load_keys(first | {"ZHIJIA_SEAL_KEYS": "2:0f1e2d3c4b5a69788796a5b4c3d2e1f0"})
    with pytest.raises(ImproperlyConfigured, match="seal:1"):
        services.require_known_keys(now=now)
    call_command("forget_key", "seal:1")
    services.require_known_keys(now=now)
    with pytest.raises(CommandError):
        call_command("forget_key", "seal:1")


def test_a_signing_key_may_leave_its_public_half_behind(settings, now):
    first = new_environment()
    settings.ZHIJIA_KEYS = load_keys(first)
    known(now)
    public = settings.ZHIJIA_KEYS.signer.public_keys()[1]
    seed = new_environment()["ZHIJIA_SIGNING_KEYS"].removeprefix("1:")
    settings.ZHIJIA_KEYS = load_keys(first | {"ZHIJIA_SIGNING_KEYS": f"2:{seed}", VERIFY_KEYS: f"1:{public}"})
    assert {"signing:1", "signing:2"} <= known(now)


def test_the_clock_raises_an_alarm_where_the_database_was_exchanged(settings, now, caplog):
    known(now)
    keys = settings.ZHIJIA_KEYS
    settings.ZHIJIA_KEYS = dataclasses.replace(keys, check_values={**keys.check_values, "index": "0" * 16})
    tasks.compare_keys(now)
    assert "not those of this database" in caplog.text
    assert KeyCheck.objects.filter(name="index").exists()
