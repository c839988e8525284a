"""What an applicant or a member says of himself, as a value between pages, API and services."""

from __future__ import annotations

from dataclasses import dataclass

from zhijia.organization.people.rules import Profile


@dataclass(frozen=True, slots=True)
class Work:
    """How and where somebody works. `employer_text` or `employer_credit_code` name the employer."""

    work_form: str
    employer_text: str = ""
    employer_credit_code: str = ""
    new_form_group: str = ""
    occupation: str = ""


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is his own to change. `work` is None for who is in no union: only members are asked how they work."""

    profile: Profile
    work: Work | None = None
