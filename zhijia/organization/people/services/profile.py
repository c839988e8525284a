"""What a person tells of his own accord: his to add, change and take back. Source: docs/rules/people.md#profile"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Invalid, WrongState
from zhijia.organization.people.models import Person
from zhijia.organization.people.rules import Profile, check_profile


@transaction.atomic
def change_profile(actor: Actor, person_id: int, said: Profile, *, now: datetime) -> frozenset[str]:
    """Put what he says now in the place of what he said; returns the names of the fields that changed.

    Raises Invalid `profile.form` naming every bad field, WrongState where the row has changed meanwhile.
    """
    wrong = check_profile(said)
    if wrong:
        raise Invalid("profile.form", next(iter(wrong.values())), fields=wrong)
    person = Person.objects.get(pk=person_id)
    before = {name: getattr(person, name) for name in Profile.__dataclass_fields__}
    after = asdict(said)
    changed = frozenset(name for name in after if after[name] != before[name])
    if not changed:
        return changed
    values = {**after, "version": person.version + 1}
    if not change_rows(Person, {"id": person.pk, "version": person.version}, values):
        raise WrongState
    audit.record(
        actor,
        "people.profile_changed",
        ("person", person.public_id),
        now=now,
        concerns=person.pk,
        before=before,
        after=after,
        detail={"changed": sorted(changed)},
    )
    return changed


def keep_said(actor: Actor, person_id: int, said: Profile, *, now: datetime) -> None:
    """What an applicant told, kept with him when he is taken in; what he left open stays as it is known."""
    told = {name: value for name, value in asdict(said).items() if value}
    if not told:
        return
    person = Person.objects.get(pk=person_id)
    known = {name: getattr(person, name) for name in Profile.__dataclass_fields__}
    change_profile(actor, person_id, Profile(**{**known, **told}), now=now)
