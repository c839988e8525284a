"""What operators type; shapes only, bounds and calendars are the services' matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from zhijia.foundation.ui.form import ConsoleForm, DayField, MoneyField

MOST_BYTES = 2 * 1024 * 1024


class ValueForm(ConsoleForm):
    """A parameter's next value: `unit` chooses the field, `regions` are the places the actor may set it for."""

    value = forms.IntegerField(label="新值")
    region = forms.ChoiceField(label="适用地区", required=False)
    valid_from = DayField(label="生效日期", help_text="当日零时起")
    source = forms.CharField(label="依据", min_length=4, max_length=200, help_text="文件名称和文号")
    reason = forms.CharField(label="理由", min_length=4, max_length=200, help_text="复核人会看到")

    def __init__(
        self, data: Any = None, *, unit: str, bounds: str, regions: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        field = _value_field(unit)
        field.help_text = bounds
        self.fields["value"] = field
        self.fields["region"].choices = list(regions)  # type: ignore[attr-defined]

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        return value == "yes" if value in ("yes", "no") else value


def _value_field(unit: str) -> forms.Field:
    label = "新值"
    if unit == "flag":
        return forms.ChoiceField(label=label, choices=[("yes", "是"), ("no", "否")])
    if unit == "text":
        return forms.CharField(label=label, max_length=2000)
    if unit == "fen":
        return MoneyField(label=label)
    wrong = {"required": "请填写新值。", "invalid": "新值请填写整数。"}
    return forms.IntegerField(label=label, min_value=-(10**15), max_value=10**15, error_messages=wrong)


class CalendarForm(ConsoleForm):
    """A year's plan as a file, or pasted line by line: `2027-01-01 休 元旦`."""

    year = forms.IntegerField(label="年份", min_value=2000, max_value=2100)
    source = forms.CharField(label="依据", min_length=4, max_length=200, help_text="国务院办公厅通知的标题和文号")
    file = forms.FileField(
        label="文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text="列：日期、类型、名称",
    )
    days = forms.CharField(
        label="或逐行粘贴",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="每行：日期、休或班、名称，中间空一格",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        file, typed = said.get("file"), (said.get("days") or "").strip()
        if not file and not typed:
            self.add_error("days", "请上传文件，或粘贴全年的放假和调休日期。")
        if file and typed:
            self.add_error("days", "文件和粘贴只用一种，请清空其中一处。")
        if file and file.size > MOST_BYTES:
            self.add_error("file", "文件超过 2 MB，请只保留需要的列。")
        return said


class WordingForm(ConsoleForm):
    """The own wording of a message."""

    title = forms.CharField(label="标题", max_length=60)
    body = forms.CharField(label="站内消息", max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    sms = forms.CharField(
        label="短信",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="超过 70 个字按多条计费",
    )
    reason = forms.CharField(label="修改原因", min_length=4, max_length=200, help_text="复核人会看到")

    def __init__(self, data: Any = None, *, has_sms: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not has_sms:
            del self.fields["sms"]
