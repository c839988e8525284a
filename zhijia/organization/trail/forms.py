"""What is asked of the trail; shapes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhijia.foundation.casework.exports import FORM, REASON
from zhijia.foundation.ui.form import ConsoleForm, DayField, NumberField


class FilterForm(ConsoleForm):
    """Sent by GET: no number of anybody is in it."""

    unit = forms.CharField(label="单位", max_length=60, required=False)
    event = forms.ChoiceField(label="事项", required=False)
    side = forms.ChoiceField(label="查法", required=False, choices=[("did", "他办理的"), ("about", "涉及他的")])
    case = NumberField(label="事项编号", max_length=24, required=False)
    address = NumberField(label="网络地址", max_length=45, required=False)
    first = DayField(label="开始日期", required=False)
    last = DayField(label="结束日期", required=False)

    def __init__(self, data: Any = None, *, events: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["event"].choices = [("", "全部事项"), *events]  # type: ignore[attr-defined]

    def clean_case(self) -> str:
        return str(self.cleaned_data["case"]).replace("-", "").lower()


class PersonForm(ConsoleForm):
    """Sent by POST, so that a number never stands in an address."""

    who = forms.CharField(label="人员", max_length=40, help_text="完整的手机号或证件号码，或者姓名、拼音首字母")


class ExportForm(ConsoleForm):
    form = FORM.form_field()
    reason = REASON.form_field()


class HeadForm(ConsoleForm):
    """A head copied from paper."""

    head = forms.CharField(label="纸面上的树根", max_length=120, help_text="写成“条数:树根”，例如 1024:9f2c…")
