"""What is typed on the pages of doubles and corrections; shapes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhijia.foundation.files.fields import FILES_HINT, ManyFilesField
from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm, IdNumberField, NumberField
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.organization.members.forms import choices


class MergeForm(ConsoleForm):
    """Which of two files stays, and why they are one."""

    keep = forms.ChoiceField(label="保留哪一份", widget=ChoiceGroup())
    reason = forms.CharField(
        label="判断依据",
        min_length=5,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="怎样核实是同一人",
    )

    def __init__(self, *args: Any, sides: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices(self, "keep").choices = list(sides)


class CorrectionForm(ConsoleForm):
    """What should stand in a member's file."""

    name = forms.CharField(label="姓名", max_length=60)
    id_type = forms.ChoiceField(label="证件类型", choices=list(DOCUMENT_LABELS.items()), initial="RESIDENT_ID")
    id_number = IdNumberField(label="证件号码", max_length=20, required=False, help_text="不更正号码的留空")
    mobile = NumberField(
        label="手机号", max_length=20, required=False, help_text="不更正的留空；已绑定账号的由本人更换"
    )
    reason = forms.CharField(
        label="更正原因",
        min_length=5,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="本人会收到通知",
    )
    papers = ManyFilesField(label="证件照片或证明", most=5, help_text=FILES_HINT)
