"""What is said of a batch; shapes only, the rules are the services'."""

from __future__ import annotations

from django import forms

from zhijia.foundation.ui.form import ConsoleForm


class BatchForm(ConsoleForm):
    """Where many members go, and why."""

    target = forms.CharField(label="转入工会", max_length=60, help_text="工会编码或全称")
    reason = forms.CharField(
        label="转接原因", min_length=5, max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="会员会看到"
    )
