"""What is typed on the pages of made-up documents; shapes only."""

from __future__ import annotations

from django import forms

from zhijia.foundation.files.fields import FILES_HINT, ManyFilesField
from zhijia.foundation.ui.form import ConsoleForm
from zhijia.kernel.identifiers import DOCUMENT_LABELS


class BlacklistForm(ConsoleForm):
    """Documents that were made up: typed or in a table, why, and papers."""

    reason = forms.CharField(
        label="原因",
        min_length=8,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="怎样发现、为什么认定是虚假证件；复核人和审核入会的同事会看到，申请人看不到",
    )
    id_type = forms.ChoiceField(label="证件类型", choices=list(DOCUMENT_LABELS.items()), initial="RESIDENT_ID")
    numbers = forms.CharField(
        label="证件号码",
        max_length=40_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text="每行一个，最多 1,000 个；提交后只显示遮盖后的号码",
    )
    table = forms.FileField(
        label="或上传表格",
        max_length=200,
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text="CSV 或 XLSX，第一行的表头写“证件号码”；表格读取后不保存",
    )
    papers = ManyFilesField(label="证明材料", most=5, required=False, help_text=FILES_HINT)


class LiftNumberForm(ConsoleForm):
    """Why one number of a batch should count no more."""

    number = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    note = forms.CharField(label="解除原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
