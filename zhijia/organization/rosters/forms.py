"""What people send of rosters; shapes only, the rules are the services'."""

from __future__ import annotations

from django import forms

from zhijia.foundation.casework.exports import FORM, REASON
from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm


class RosterForm(ConsoleForm):
    """A file of members."""

    file = forms.FileField(label="名册文件", max_length=200)


class ExportForm(ConsoleForm):
    """Which numbers leave, in which form, and why where they are whole."""

    numbers = forms.ChoiceField(
        label="号码",
        choices=[("masked", "隐去中间几位，立即导出"), ("whole", "完整姓名和号码")],
        initial="masked",
        widget=ChoiceGroup(notes={"whole": "写明用途，另一位同事复核同意后由您本人在一天内下载，每一行带水印"}),
    )
    form = FORM.form_field()
    reason = forms.CharField(
        label="完整号码的用途",
        max_length=REASON.most,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="导出完整号码时必填，5 到 200 个字，复核人会看到",
    )
