"""Choosing a division level by level: works as plain selects with a button, HTMX only spares the button.

Each level is a select of the same name; the deepest that is filled counts. `going_down` tells a view that the button
was pressed: it shows the form again, one level deeper, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from zhijia.foundation.ui.form import ConsoleForm

from . import selectors

DOWN = "_down"


def choose_context(name: str, code: str, *, under: str, deepest: int) -> dict[str, Any]:
    """What `regions/_choose.html` takes: one select for each level from below `under` to the level under `code`.

    At most four look-ups of children, a few dozen rows each; never the whole tree.
    """
    chain = selectors.chain(code) if selectors.is_code(code) else []
    if chain and not any(place.code == under for place in chain):
        chain = []
    passed = [place for place in chain if not under or len(place.code.rstrip("0")) > len(under.rstrip("0"))]
    selects = []
    parent = under
    for place in [*passed, None]:
        options = selectors.children(parent)
        if not options or options[0].level > deepest:
            break
        chosen = place.code if place else ""
        selects.append({"options": options, "chosen": chosen, "label": options[0].level_label, "parent": parent})
        if place is None:
            break
        parent = place.code
    return {
        "name": name,
        "selects": selects,
        "under": under,
        "deepest": deepest,
        "code": passed[-1].code if passed else "",
    }


def _deepest(values: Sequence[str]) -> str:
    """The last level that still stands below the one before: a changed city leaves its old county behind."""
    last = ""
    for value in values[:4]:
        if last:
            place = selectors.find(value) if selectors.is_code(value) else None
            if place is None or place.parent_code != last:
                break
        last = value
    return last


class RegionWidget(forms.Widget):
    """Selects of one name; `under` is the code above the first, `deepest` the level of the last (5: townships)."""

    def __init__(self, *, under: str, deepest: int, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.under, self.deepest = under, deepest

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        getlist = getattr(data, "getlist", None)
        values: Sequence[Any] = getlist(name) if getlist else [data.get(name) or ""]
        return _deepest([str(value).strip() for value in values if value])

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = choose_context(name, str(value or ""), under=self.under, deepest=self.deepest)
        return render_to_string(
            "regions/_choose.html", context | {"id": (attrs or {}).get("id", f"id_{name}"), "attrs": attrs or {}}
        )


class RegionField(forms.CharField):
    """The code of a division of today below `under`, at one of `levels` (any, where empty)."""

    widget: RegionWidget

    def __init__(self, *, under: str = "", levels: Sequence[int] = (), deepest: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("label", "所在区划")
        self.under, self.levels = under, tuple(levels)
        super().__init__(widget=RegionWidget(under=under, deepest=deepest), **kwargs)

    def clean(self, value: Any) -> str:
        code = super().clean(value)
        if not code:
            return ""
        place = selectors.find(code) if selectors.is_code(code) else None
        if place is None or not code.startswith(self.under.rstrip("0")):
            raise ValidationError("没有这个区划，请重新选择。", code="invalid")
        if self.levels and place.level not in self.levels:
            raise ValidationError("请继续选到下一级区划。", code="level")
        return code


def going_down(data: Mapping[str, Any], form: forms.Form) -> bool:
    """Whether a button “选下一级” of one of the form's regions was pressed."""
    return any(f"{name}{DOWN}" in data for name, field in form.fields.items() if isinstance(field, RegionField))


class ChangesForm(ConsoleForm):
    """A list of changes as a file."""

    file = forms.FileField(label="变更文件", max_length=200)
