"""Invented people: numbers that nobody was ever given, as many as a province needs."""

from __future__ import annotations

import gzip
from datetime import date

import pytest

from zhijia.demo.invention import REGIONS, Inventor
from zhijia.foundation.regions.services.loading import PACKAGED
from zhijia.kernel.identifiers import read_resident_id

DAY = date(1990, 3, 7)


def test_a_day_of_birth_has_numbers_for_a_province():
    inventor = Inventor(1, date(2026, 9, 15))
    numbers = [inventor.id_number(DAY, nth % 2 == 0) for nth in range(8_398)]
    assert len(set(numbers)) == 8_398
    assert all(read_resident_id(number, inventor.today).born_on == DAY for number in numbers[::97])
    assert {number[:6] for number in numbers} == set(REGIONS)
    assert max(int(number[14:17]) for number in numbers) == 989
    with pytest.raises(IndexError):
        inventor.id_number(DAY, True)


def test_its_regions_were_never_assigned():
    with gzip.open(PACKAGED, "rt", encoding="utf-8") as file:
        assigned = {line.split(",")[0][:6] for line in file}
    assert "370202" in assigned
    assert not assigned & set(REGIONS)
