"""Form fields for files; what a file really is, the service finds out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

FILES_HINT = "照片或 PDF，最多 5 个，每个不超过 10 MB"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Up to `most` files in one chooser; cleans to a list, empty where nothing was chosen."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", ManyFilesInput(attrs={"accept": ".pdf,image/jpeg,image/png,image/webp"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given: Sequence[Any] = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > self.most:
            raise forms.ValidationError(f"一次最多上传 {self.most} 个文件，请减少后再提交。", code="too_many")
        if not given and self.required:
            raise forms.ValidationError("请上传证明材料。", code="required")
        return [super(ManyFilesField, self).clean(file, initial) for file in given]
