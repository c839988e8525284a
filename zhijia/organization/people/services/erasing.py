"""Deleting what this room keeps of a person; only called by what has decided that it may go."""

from __future__ import annotations

import secrets
from datetime import datetime

from zhijia.kernel.personal import DataSubject
from zhijia.organization.people.models import Person, RealNameCheck
from zhijia.organization.people.selectors.personal import GONE, export_profile


def erase_profile(subject: DataSubject, now: datetime) -> int:
    """What he need not have told goes. Returns how many persons' rows held any of it."""
    found = len(export_profile(subject))
    Person.objects.filter(id__in=subject.persons).update(
        ethnicity="", education="", political_status="", rural_hukou=None
    )
    return found


def erase_identity(subject: DataSubject, now: datetime) -> int:
    """Name and numbers go for good, and with them every way to find him; an empty row stays for what names it."""
    gone = 0
    for person in Person.objects.filter(id__in=subject.persons).exclude(id_sealed=b""):
        Person.objects.filter(pk=person.pk).update(
            account=None,
            name=GONE,
            name_key="",
            initials="",
            id_sealed=b"",
            id_digest=f"gone-{secrets.token_hex(13)}",
            id_masked="",
            mobile_sealed=b"",
            mobile_digest="",
            mobile_masked="",
            sex="0",
            birth_year=None,
            born_sealed=b"",
            real_name_level=0,
            verified_at=None,
            verify_pending=False,
            version=person.version + 1,
        )
        gone += 1
    RealNameCheck.objects.filter(person_id__in=subject.persons).update(id_digest="", account_id=None)
    return gone
