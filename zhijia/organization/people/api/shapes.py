"""A person as every part of the API shows him to cadres and other systems."""

from __future__ import annotations

from pydantic import Field

from zhijia.kernel.api import Out
from zhijia.organization.people.selectors import PersonFacts


class PersonOut(Out):
    id: str
    name: str = Field(description="已遮盖", examples=["林*禾"])
    id_masked: str
    mobile_masked: str
    sex: str
    birth_year: int | None
    real_name_level: int


def person_out(person: PersonFacts) -> PersonOut:
    return PersonOut(
        id=person.public_id,
        name=person.masked_name,
        id_masked=person.id_masked,
        mobile_masked=person.mobile_masked,
        sex=person.sex,
        birth_year=person.birth_year,
        real_name_level=person.real_name_level,
    )
