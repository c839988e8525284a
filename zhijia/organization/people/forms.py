"""What people tick and what drafters type; shapes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from zhijia.foundation.files.fields import ManyFilesField
from zhijia.foundation.ui.form import (
    PASTED,
    ChoiceGroup,
    ConsoleForm,
    DayField,
    IdNumberField,
    MobileField,
    OneTimeCodeField,
    PhoneForm,
    SendingForm,
)
from zhijia.kernel.identifiers import DOCUMENT_LABELS

from .rules.rights import MOST_PAPERS


class RenewForm(PhoneForm):
    """One tick for each wording that has changed: `texts` are `[(purpose, title)]`."""

    def __init__(self, data: Any = None, *, texts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for purpose, title in texts:
            label = format_html(
                '我已阅读并同意<a href="{}" data-read>《{}》</a>', reverse("people:consent_text", args=[purpose]), title
            )
            words = f"请阅读并勾选《{title}》，再继续使用。"
            self.fields[purpose] = forms.BooleanField(label=label, error_messages={"required": words})


class MobileWithoutOldForm(SendingForm):
    """Name and document in place of the old number's code, and a code to the new number."""

    name = forms.CharField(label="姓名", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_type = forms.ChoiceField(label="证件类型", choices=list(DOCUMENT_LABELS.items()), initial="RESIDENT_ID")
    id_number = IdNumberField(label="证件号码", max_length=20)
    mobile = MobileField(label="新手机号")
    code = OneTimeCodeField(label="新手机号收到的验证码")


class TextForm(ConsoleForm):
    """A new wording, when it begins, and why."""

    title = forms.CharField(label="标题", min_length=2, max_length=60)
    valid_from = DayField(label="生效日期", help_text="当日零时起，须重新同意")
    reason = forms.CharField(label="修改原因", min_length=4, max_length=200, help_text="复核人会看到")
    body = forms.CharField(
        label="正文",
        min_length=20,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 22}),
        help_text="空一行为一段；一段的第一行较短且不带标点，就是小标题",
    )


class RightsForm(PhoneForm):
    """What somebody asks about his data: `parts` are `[(code, label)]` that a deletion may mean."""

    ALL = "all"

    scope = forms.ChoiceField(label="删除哪些", widget=ChoiceGroup(), initial=ALL)
    text = forms.CharField(label="说明", max_length=500, min_length=5, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, data: Any = None, *, hint: str, parts: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["text"].help_text = hint
        if parts:
            self.fields["scope"].choices = [(self.ALL, "全部可以删除的"), *parts]  # type: ignore[attr-defined]
        else:
            del self.fields["scope"]


class CorrectionAskForm(PhoneForm):
    """What should stand there instead, and papers; `fields` are `[(code, label, what stands there, is a day)]`."""

    needed: ClassVar = {"papers": "更正上面任一项的必须上传"}
    text = forms.CharField(
        label="说明",
        max_length=500,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="哪里记错了、怎样错的；上面没有的信息，也在这里写明正确的是什么",
    )
    papers = ManyFilesField(
        label="证件照片或证明材料",
        most=MOST_PAPERS,
        required=False,
        help_text=f"更正上面任一项都要上传；照片或 PDF，最多 {MOST_PAPERS} 个",
    )

    def __init__(self, *args: Any, fields: Sequence[tuple[str, str, str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [code for code, _, _, _ in fields]
        for code, label, now_reads, is_day in fields:
            words: dict[str, Any] = {
                "label": f"正确的{label}",
                "help_text": f"现在登记的是 {now_reads}，没有记错的不用填",
            }
            self.fields[code] = (
                DayField(required=False, error_messages={"invalid": f"{label}请按 2016-05-01 的样子填写。"}, **words)
                if is_day
                else forms.CharField(required=False, max_length=PASTED, **words)
            )
        self.order_fields([*self.codes, "text", "papers"])

    @property
    def wanted(self) -> dict[str, str]:
        """What he filled in, as the service takes it."""
        said = {code: self.cleaned_data[code] for code in self.codes}
        return {code: value if isinstance(value, str) else value.isoformat() for code, value in said.items() if value}
