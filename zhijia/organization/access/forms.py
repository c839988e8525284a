"""What is typed when a role is asked for or taken back; shapes only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from zhijia.foundation.ui.form import ConsoleForm, DayField


class FindForm(ConsoleForm):
    """Sent by POST, so that a number never stands in an address."""

    who = forms.CharField(label="人员", max_length=40, help_text="完整的姓名、手机号或身份证号，会员卡号也可以")


class GrantForm(ConsoleForm):
    """Which role, for how long, on what ground."""

    role = forms.ChoiceField(label="角色")
    since = DayField(label="开始日期", help_text="当日起生效")
    until = DayField(label="结束日期", help_text="当日止，次日零时失效；不超过 5 年")
    reason = forms.CharField(
        label="授权依据", min_length=4, max_length=200, help_text="任职文件、会议纪要等，复核人会看到"
    )

    def __init__(self, data: Any = None, *, roles: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["role"].choices = [("", "请选择"), *roles]  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        """People name the last day; the first day without the role follows it."""
        last_day: date = self.cleaned_data["until"]
        return last_day + timedelta(days=1) if last_day < date.max else last_day


class ResetForm(ConsoleForm):
    """How it was seen that he is the one who asks."""

    reason = forms.CharField(
        label="原因和核实方式",
        min_length=5,
        max_length=200,
        help_text="如：手机丢失，已当面核对证件。复核人会看到，本人会收到短信",
    )


class RevokeForm(ConsoleForm):
    note = forms.CharField(label="收回原因", min_length=4, max_length=200, help_text="本人会看到")
