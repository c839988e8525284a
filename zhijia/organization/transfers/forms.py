"""What is said of a transfer; shapes only, the rules are the services'."""

from __future__ import annotations

from django import forms

from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, DayField, PhoneForm
from zhijia.organization.transfers.rules.transfers import REFUSALS


class TransferForm(PhoneForm):
    """What a member may add to his transfer; nothing of it is needed."""

    reason = forms.CharField(
        label="想说明的情况",
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：已到新单位上班",
    )
    until = DayField(label="借调期满日期", required=False, help_text="只有借调超过 6 个月的才填，期满后会籍转回原工会")


class TransferDecisionForm(ConsoleForm):
    """What the target union says to a transfer."""

    decision = forms.ChoiceField(
        choices=[("accept", "同意接收"), ("refuse", "不同意")], label="审核结论", widget=ChoiceGroup()
    )
    reason = forms.ChoiceField(label="不同意的原因", choices=[("", "请选择"), *REFUSALS.items()], required=False)
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(min_value=1, max_value=10**6, required=False, widget=forms.HiddenInput)


class BatchForm(ConsoleForm):
    """Where many members go, and why."""

    target = forms.CharField(label="转入工会", max_length=60, help_text="工会编码或全称")
    reason = forms.CharField(
        label="转接原因", min_length=5, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="会员会看到"
    )
