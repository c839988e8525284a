from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhijia.kernel.actor import Actor
from zhijia.kernel.events import Announcement


@dataclass(frozen=True, slots=True)
class PersonVerified:
    """The real-name level rose to 3, at once or by a later check."""

    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonRefused:
    """A later check answered that name and number do not belong together."""

    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonBound:
    """An account was bound to a person who had none before."""

    person_id: int
    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonCorrected:
    """Name or document were put right, by somebody whose right was checked. `has_new_number`: the document's number."""

    person_id: int
    by: Actor
    has_new_number: bool
    at: datetime


person_corrected: Announcement[PersonCorrected] = Announcement("people.person_corrected")
person_verified: Announcement[PersonVerified] = Announcement("people.person_verified")
person_refused: Announcement[PersonRefused] = Announcement("people.person_refused")
person_bound: Announcement[PersonBound] = Announcement("people.person_bound")
