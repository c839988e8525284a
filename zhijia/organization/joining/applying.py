"""What an applicant says."""

from __future__ import annotations

from dataclasses import dataclass

from zhijia.organization.members.applying import Work


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
