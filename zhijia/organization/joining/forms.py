"""What people type while joining and what reviewers decide; shapes only, the rules are the services'."""

from __future__ import annotations

from typing import Any

from django import forms

from zhijia.foundation.ui.form import (
    ChoiceGroup,
    ConsoleForm,
    IdNumberField,
    OneTimeCodeField,
    PhoneForm,
)
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.organization.members.forms import WORK_NEEDED
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS

from .applying import JoinForm
from .rules import MOST_LETTERS_OF_NOTE, REJECT_REASONS


class IdentityForm(PhoneForm):
    """Screen two: who you are, with the separate consent for the number."""

    name = forms.CharField(label="姓名", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_type = forms.ChoiceField(label="证件类型", choices=list(DOCUMENT_LABELS.items()), initial="RESIDENT_ID")
    id_number = IdNumberField(label="证件号码", max_length=20)
    consent = forms.BooleanField(
        label="我单独同意处理我的证件号码",
        error_messages={"required": "请先勾选同意处理证件号码。"},
    )
    file_code = OneTimeCodeField(label="名册手机号收到的验证码", required=False)


class ConfirmForm(PhoneForm):
    """Screen three: how and where you work."""

    needed = WORK_NEEDED
    work_form = forms.ChoiceField(
        label="您现在怎样工作？",
        choices=list(WORK_FORMS.items()),
        widget=ChoiceGroup(
            notes={"platform": "外卖、快递、网约车、货运等", "employed": "与单位签订劳动合同或由单位直接用工"}
        ),
    )
    new_form_group = forms.ChoiceField(
        label="职业",
        choices=[("", "平台接单的请选择"), *NEW_FORM_GROUPS.items()],
        required=False,
    )
    employer_text = forms.CharField(
        label="单位或平台名称",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text="在单位上班的请填写全称，与营业执照一致",
    )
    fallback_by = forms.ChoiceField(
        label="为什么加入这里的网上会员之家？",
        required=False,
        choices=[("workplace", "我在这个乡镇（街道）工作"), ("residence", "我住在这个乡镇（街道）")],
        widget=ChoiceGroup(),
    )
    rural_hukou = forms.BooleanField(label="我是农村户籍（进城务工）", required=False)
    wishes_union = forms.BooleanField(
        label="我的单位还没有工会，希望建立工会",
        required=False,
        help_text="同一单位希望建会的职工多了，工会会上门帮助建会；不会告诉单位是谁提出的",
    )
    willing = forms.BooleanField(
        label="我自愿加入中国工会，遵守《中国工会章程》，不是企业的投资人或主要经营者",
        error_messages={"required": "入会须本人自愿，请确认后勾选。"},
    )
    go_on = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_home: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_home:
            self.fields["fallback_by"].required = True
        else:
            del self.fields["fallback_by"]
            del self.fields["wishes_union"]

    def read(self) -> JoinForm:
        """The cleaned values as the service takes them."""
        said = self.cleaned_data
        return JoinForm(
            work_form=said["work_form"],
            employer_text=said["employer_text"],
            new_form_group=said["new_form_group"],
            rural_hukou=said["rural_hukou"],
            fallback_by=said.get("fallback_by", ""),
            wishes_union=said.get("wishes_union", False),
        )


class AnswerForm(ConfirmForm):
    """What the union asked for: said in words, or put right in what was told before."""

    note = forms.CharField(
        label="您的答复",
        max_length=MOST_LETTERS_OF_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="审核的工会会看到；只需改下面几项的，可以不写",
    )


class DecisionForm(ConsoleForm):
    """What a reviewer decides; reason and note are asked for by the decision."""

    decision = forms.ChoiceField(
        choices=[("approve", "通过"), ("ask", "要求补充"), ("reject", "不通过")], label="审核结论", widget=ChoiceGroup()
    )
    reason = forms.ChoiceField(label="不通过的原因", choices=[("", "请选择"), *REJECT_REASONS.items()], required=False)
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(min_value=1, max_value=10**6, required=False, widget=forms.HiddenInput)

    def fit(self, state: str) -> None:
        """What went to the upper union is decided there, and no longer asked about."""
        if state == "ESCALATED":
            decision: Any = self.fields["decision"]
            decision.choices = [row for row in decision.choices if row[0] != "ask"]
