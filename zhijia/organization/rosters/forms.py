"""What people send of rosters; shapes only, the rules are the services'."""

from __future__ import annotations

from django import forms

from zhijia.foundation.ui.form import ConsoleForm


class RosterForm(ConsoleForm):
    """A file of members."""

    file = forms.FileField(label="名册文件", max_length=200)


class NotingForm(ConsoleForm):
    """Why somebody decides as he does."""

    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="不同意时必填"
    )
