"""What people type while joining and what reviewers decide; shapes only, the rules are the services'."""

from __future__ import annotations

from typing import Any

from django import forms

from zhijia.foundation.ui.form import (
    ChoiceGroup,
    PhoneForm,
)
from zhijia.organization.members.applying import OwnData, Work
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS
from zhijia.organization.people.codes import EDUCATIONS, ETHNICITIES, POLITICAL_STATUSES
from zhijia.organization.people.rules import Profile

WORK_NEEDED = {"new_form_group": "平台接单的必填", "employer_text": "在单位工作的必填"}
"""As `workplaces.check_work` has it."""


class OwnDataForm(PhoneForm):
    """What is a member's own to change; who is in no union is not asked how he works."""

    needed = WORK_NEEDED
    RURAL, URBAN = "rural", "urban"
    WORK = ("work_form", "new_form_group", "employer_text", "occupation")

    work_form = forms.ChoiceField(
        label="您现在怎样工作？",
        choices=list(WORK_FORMS.items()),
        widget=ChoiceGroup(
            notes={"platform": "外卖、快递、网约车、货运等", "employed": "与单位签订劳动合同或由单位直接用工"}
        ),
    )
    new_form_group = forms.ChoiceField(
        label="平台接单的职业", choices=[("", "平台接单的请选择"), *NEW_FORM_GROUPS.items()], required=False
    )
    employer_text = forms.CharField(
        label="单位或平台名称",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="在单位上班的请填写全称，与营业执照一致",
    )
    occupation = forms.CharField(label="岗位或工种", max_length=40, required=False, help_text="例如：焊工、会计")
    education = forms.ChoiceField(label="学历", choices=[("", "不填写"), *EDUCATIONS.items()], required=False)
    political_status = forms.ChoiceField(
        label="政治面貌", choices=[("", "不填写"), *POLITICAL_STATUSES.items()], required=False
    )
    ethnicity = forms.ChoiceField(label="民族", choices=[("", "不填写"), *ETHNICITIES.items()], required=False)
    rural_hukou = forms.ChoiceField(
        label="户籍",
        choices=[("", "不填写"), (RURAL, "农村"), (URBAN, "城镇")],
        required=False,
        help_text="农村户籍在外打工的，按农民工享受服务",
    )

    def __init__(self, *args: Any, is_member: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_member:
            for name in self.WORK:
                del self.fields[name]

    def read(self) -> OwnData:
        """The cleaned values as the service takes them."""
        said = self.cleaned_data
        hukou = {self.RURAL: True, self.URBAN: False}.get(said["rural_hukou"])
        profile = Profile(said["ethnicity"], said["education"], said["political_status"], hukou)
        if "work_form" not in self.fields:
            return OwnData(profile)
        return OwnData(profile, Work(**{name: said[name] for name in self.WORK}))


class NoteForm(PhoneForm):
    """A few words of the applicant: an appeal, or what he adds."""

    note = forms.CharField(
        label="说明", max_length=200, min_length=5, widget=forms.Textarea(attrs={"rows": 4}), help_text="5 到 200 个字"
    )


def choices(form: forms.Form, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared so above
    return field
