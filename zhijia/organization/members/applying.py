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


@dataclass(frozen=True, slots=True)
class JoinForm(Work):
    """What the applicant says on the last screen.

    `wishes_union`: his employer has no union and he would like one; counted by the township, not told to the employer.
    """

    rural_hukou: bool | None = None
    ethnicity: str = ""
    education: str = ""
    political_status: str = ""
    fallback_by: str = ""
    wishes_union: bool = False
    is_owner: bool = False
