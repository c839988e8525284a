"""What an applicant says, as a value between pages, API and services."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What the applicant says on the last screen. `employer_text` or `employer_credit_code` name the employer.

    `wishes_union`: his employer has no union and he would like one; counted by the township, not told to the employer.
    """

    work_form: str
    employer_text: str = ""
    employer_credit_code: str = ""
    new_form_group: str = ""
    occupation: str = ""
    rural_hukou: bool | None = None
    ethnicity: str = ""
    education: str = ""
    political_status: str = ""
    fallback_by: str = ""
    wishes_union: bool = False
    is_owner: bool = False
