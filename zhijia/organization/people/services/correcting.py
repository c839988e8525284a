"""What a person may ask to have put right of who he is: his name, and the number of his document.

Sex and birthday follow from the number and are never typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from zhijia.kernel import identifiers, masks
from zhijia.kernel.actor import Actor
from zhijia.kernel.personal import Correctable, Corrections
from zhijia.organization.people import selectors
from zhijia.organization.people.models import Person

from .merging import correct_person


def _name(person_id: int) -> str:
    return selectors.get_facts(person_id).name


def _check_name(_person_id: int, text: str, _today: date) -> str:
    return identifiers.normalize_name(text)


def _number(person_id: int) -> str:
    return selectors.numbers_for_check(Person.objects.get(pk=person_id))


def _check_number(person_id: int, text: str, today: date) -> str:
    """Of the kind of document that is recorded; another kind is for the union to look at."""
    return identifiers.normalize_document(selectors.get_facts(person_id).id_type, text, today)


def _carry_out(actor: Actor, person_id: int, values: Mapping[str, str], reason: str, now: datetime) -> None:
    person = selectors.get_facts(person_id)
    correct_person(
        actor,
        person_id,
        name=values.get("name", person.name),
        id_type=person.id_type,
        id_number=values.get("id_number", ""),
        mobile=None,
        reason=reason,
        now=now,
    )


CORRECTIONS = Corrections(
    (
        Correctable("name", "姓名", _name, _check_name),
        Correctable("id_number", "证件号码", _number, _check_number, mask=masks.mask_id_number),
    ),
    _carry_out,
    order=10,
)
