"""What is said of a change; shapes only, the rules are the services'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from zhijia.foundation.files.fields import ManyFilesField
from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, DayField, PhoneForm
from zhijia.organization.members.forms import choices


class ChangeForm(PhoneForm):
    """A change of one's own membership: reason, day, evidence."""

    reason = forms.ChoiceField(label="原因", widget=ChoiceGroup())
    on = DayField(label="日期")
    keep_at = forms.ChoiceField(label="会籍保留在", required=False, widget=ChoiceGroup())
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    papers = ManyFilesField(
        label="证明材料",
        most=5,
        required=False,
        help_text="退休的不用；其他原因请上传照片或 PDF，最多 5 个，每个不超过 10 MB",
    )

    def __init__(
        self,
        *args: Any,
        reasons: Mapping[str, str],
        keepers: Sequence[tuple[str, str]] = (),
        evidence: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "reason").choices = list(reasons.items())
        if len(reasons) == 1:
            self.fields["reason"].widget = forms.HiddenInput()
            self.initial.setdefault("reason", next(iter(reasons)))
        if keepers:
            choices(self, "keep_at").choices = list(keepers)
        else:
            del self.fields["keep_at"]
        if not evidence:  # giving up: today, and without a paper
            del self.fields["papers"], self.fields["on"]


class MemberChangeForm(ConsoleForm):
    """A change that a cadre asks for: reason, day, document, evidence."""

    reason = forms.ChoiceField(label="原因", widget=ChoiceGroup())
    on = DayField(label="日期")
    document = forms.CharField(label="决定文号", max_length=60, required=False)
    note = forms.CharField(label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    papers = ManyFilesField(
        label="证明材料",
        most=5,
        required=False,
        help_text="退休的不用；其他原因请上传照片或 PDF，最多 5 个，每个不超过 10 MB",
    )

    def __init__(self, *args: Any, reasons: Mapping[str, str], document: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "reason").choices = list(reasons.items())
        if len(reasons) == 1:
            self.initial.setdefault("reason", next(iter(reasons)))
        if document:
            self.fields["document"].required = True
        else:
            del self.fields["document"]
