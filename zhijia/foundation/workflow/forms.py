"""The form of a second person, the same for every checked matter."""

from __future__ import annotations

from typing import Any

from django import forms

from zhijia.foundation.ui.form import ChoiceGroup, ConsoleForm

AGREE = "agree"
REFUSE = "refuse"


class CheckForm(ConsoleForm):
    """Agree, or send back with a reason. `agree` and `refuse` are the second lines of the two choices."""

    verdict = forms.ChoiceField(label="复核结论", choices=[(AGREE, "同意"), (REFUSE, "退回")])
    note = forms.CharField(
        label="意见",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="退回时必填，对方会看到",
    )
    version = forms.IntegerField(min_value=1, max_value=10**6, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, agree: str = "", refuse: str = "须写意见", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        verdict = self.fields["verdict"]
        verdict.widget = ChoiceGroup(choices=verdict.choices, notes={AGREE: agree, REFUSE: refuse})  # type: ignore[attr-defined]

    @property
    def agrees(self) -> bool:
        return bool(self.cleaned_data["verdict"] == AGREE)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("verdict") == REFUSE and len((said.get("note") or "").strip()) < 2:
            self.add_error("note", "退回须写明意见，便于对方修改。")
        return said
