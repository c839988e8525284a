"""How and where somebody works, as he says it: checked, and matched with the employers that are recorded."""

from __future__ import annotations

from dataclasses import dataclass

from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import normalize_uscc
from zhijia.organization.members import rules
from zhijia.organization.members.applying import Work
from zhijia.organization.unions import selectors as unions

FORM = "还有内容需要修改，请按提示改好后再提交。"


@dataclass(frozen=True, slots=True)
class Checked:
    """`employer_id` where the name or the credit code is that of a recorded employer; `employer_text` is its name then.

    A new-form group stands only beside platform work.
    """

    work_form: str
    employer_id: int | None
    employer_text: str
    employer_credit_code: str
    new_form_group: str
    occupation: str


def check_work(said: Work, *, error: str) -> Checked:
    """Raises Invalid with the code `error`, naming every bad field at once."""
    wrong: dict[str, str] = {}
    if said.work_form not in rules.WORK_FORMS:
        wrong["work_form"] = "请选择您的就业方式。"
    if said.new_form_group and said.new_form_group not in rules.NEW_FORM_GROUPS:
        wrong["new_form_group"] = "请从列表中选择职业。"
    code = None
    text = " ".join(said.employer_text.split())
    if said.employer_credit_code.strip():
        try:
            code = normalize_uscc(said.employer_credit_code)
        except Invalid as refused:
            wrong["employer_credit_code"] = refused.message
    if len(text) > 120:
        wrong["employer_text"] = "单位名称请不要超过 120 个字。"
    if said.work_form in ("employed", "dispatched", "part_time") and not text and not code:
        wrong["employer_text"] = "请填写您所在的单位名称。"
    if len(said.occupation) > 40:
        wrong["occupation"] = "职业请不要超过 40 个字。"
    if said.work_form == "platform" and not said.new_form_group:
        wrong["new_form_group"] = "平台就业的请选择您从事的职业。"
    if wrong:
        raise Invalid(error, FORM, fields=wrong)
    employer = unions.find_employer(code) if code is not None else unions.find_employer_by_name(text) if text else None
    return Checked(
        said.work_form,
        employer.pk if employer is not None else None,
        employer.name if employer is not None else text,
        code or "",
        said.new_form_group if said.work_form == "platform" else "",
        said.occupation.strip(),
    )
