"""What is a member's own to change: how and where he works, and what he tells of his own accord.

Nobody has to agree; his union sees it among the data that members brought up to date. The rest (name, number, the day
of joining) is asked for with papers: `people.services.rights`. Source: docs/rules/members.md#own-data
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import retrying
from zhijia.kernel.errors import Invalid
from zhijia.organization.members import selectors
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.models import Membership
from zhijia.organization.people import services as people_services
from zhijia.organization.people.rules import Profile, check_profile

from . import memberships, workplaces

ERROR = "profile.form"


@retrying()
@transaction.atomic
def change_own(actor: Actor, said: OwnData, *, now: datetime) -> frozenset[str]:
    """Put it in the place of what stands there, at once; returns the names of what changed.

    Raises NotSignedIn, NotAllowed `auth.no_person`, Invalid `profile.form` naming every bad field, WrongState where the
    membership has changed or ended meanwhile.
    """
    person_id = actor.require_person()
    stay = selectors.open_stay(person_id)
    wrong = check_profile(said.profile)
    work: dict[str, Any] = {}
    if stay is not None and said.work is not None:
        try:
            work = _columns(said.work, said.profile)
        except Invalid as error:
            wrong |= error.fields
    if wrong:
        raise Invalid(ERROR, workplaces.FORM, fields=wrong)
    changed = people_services.change_profile(actor, person_id, said.profile, now=now)
    return changed | (_change_work(actor, stay, work, now=now) if stay is not None else frozenset())


def _columns(said: Work, profile: Profile) -> dict[str, Any]:
    checked = workplaces.check_work(said, error=ERROR)
    return {
        "work_form": checked.work_form,
        "new_form_group": checked.new_form_group,
        "occupation": checked.occupation,
        "employer_id": checked.employer_id,
        "employer_text": checked.employer_text,
        "is_migrant": bool(profile.rural_hukou),
    }


def _change_work(actor: Actor, stay: Membership, wanted: dict[str, Any], *, now: datetime) -> frozenset[str]:
    before = {name: getattr(stay, name) for name in wanted}
    changes = {name: value for name, value in wanted.items() if before[name] != value}
    if not changes:
        return frozenset()
    memberships.correct(actor, stay, changes, now=now)
    audit.record(
        actor,
        "members.own_data",
        ("membership", stay.member_number),
        now=now,
        unit_id=stay.union_id,
        concerns=stay.person_id,
        before=before,
        after=wanted,
        detail={"changed": sorted(changes)},
    )
    return frozenset(changes)
