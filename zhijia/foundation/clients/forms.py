"""What an operator says of another system; shapes only."""

from __future__ import annotations

from typing import Any

from django import forms

from zhijia.foundation.ui.form import ConsoleForm, DayField, TickGroup

from .rules import MOST_PER_MINUTE


class ClientForm(ConsoleForm):
    """`choices` are the rights that a system may be given."""

    name = forms.CharField(label="系统名称", max_length=60)
    contact = forms.CharField(label="对方单位和联系方式", max_length=80, help_text="如：莱阳市大数据局 0535-12345678")
    reason = forms.CharField(
        label="对接依据和用途", max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="4 到 200 个字"
    )
    permissions = forms.MultipleChoiceField(label="能办什么", widget=TickGroup())
    units = forms.CharField(
        label="在哪些工会",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="16 位工会编码，一行一个；包括其全部下级",
    )
    per_minute = forms.IntegerField(label="每分钟最多调用次数", min_value=1, max_value=MOST_PER_MINUTE)
    valid_from = DayField(label="开始日期")
    valid_until = DayField(label="结束日期", help_text="从这一天起不能再调用，最长三年")

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["permissions"]
        field.choices = choices  # type: ignore[attr-defined]

    def clean_units(self) -> list[str]:
        return str(self.cleaned_data["units"]).split()

    def read(self) -> dict[str, Any]:
        """As `services.register` takes it."""
        said = dict(self.cleaned_data)
        said["unit_codes"] = said.pop("units")
        return said


class StateForm(ConsoleForm):
    """Why a system is stopped, or may call again."""

    note = forms.CharField(
        label="原因", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="4 到 200 个字"
    )
