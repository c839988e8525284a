"""Tag library `ui`: icons, form fields in both looks, and how days, money and figures are written.

`{% load ui %}` · `{% icon "qrcode" %}` · `{% phone_field form.name %}` · `{{ fen|yuan }}` · `{{ due_on|day }}`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.core.exceptions import DisallowedHost
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhijia.foundation.ui import formats, pages
from zhijia.foundation.ui.form import KEY_FIELD, DayField, MoneyField
from zhijia.foundation.ui.views import back_to

register = template.Library()
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the font; with `label` it speaks, without it is decoration. Raises ValueError on a wrong name."""
    if not _ICON.fullmatch(name or ""):
        raise ValueError(f"not an icon name: {name!r}")
    if label:
        return format_html('<i class="ti ti-{}" role="img" aria-label="{}"></i>', name, label)
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def idempotency_key() -> SafeString:
    """A hidden field with a fresh random key: two taps of one rendered form are one command."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY_FIELD, secrets.token_urlsafe(18))


# ---- fields ----


def _kind(bound: BoundField) -> str:
    widget, field = bound.field.widget, bound.field
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "ticks"
    if isinstance(widget, forms.RadioSelect):
        return "choices"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.CheckboxInput):
        return "agree"
    if isinstance(widget, forms.FileInput):
        return "file"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(field, MoneyField):
        return "money"
    if isinstance(field, (DayField, forms.DateField)):
        return "date"
    return "number" if isinstance(field, forms.IntegerField) else "text"


def _options(bound: BoundField) -> list[dict[str, Any]]:
    """`[{"id", "value", "label", "note", "checked"}]` for radio and checkbox rows; the empty choice is left out."""
    value = bound.value()
    chosen = (
        {str(item) for item in value}
        if isinstance(value, (list, tuple, set))
        else {str(value)}
        if value is not None
        else set()
    )
    notes = getattr(bound.field.widget, "notes", {})
    rows = [(key, label) for key, label in getattr(bound.field, "choices", ()) if key not in ("", None)]
    return [
        {
            "id": f"{bound.auto_id}_{index}" if index else bound.auto_id,
            "value": key,
            "label": label,
            "note": notes.get(key, ""),
            "checked": str(key) in chosen,
        }
        for index, (key, label) in enumerate(rows)
    ]


_CONTROL = {
    "phone": {"text": "zj-input", "file": ""},
    "console": {"text": "form-control", "select": "form-select", "file": "form-control"},
}


def field_parts(bound: BoundField, look: str, **given: Any) -> dict[str, Any]:
    """What the field templates of both looks take:

    `{"id", "name", "kind", "label", "hint", "error", "required", "needed" (when it must be filled
    though it may be empty), "control" (the input as HTML), "options", "value",
    "button", "unit", "described_by"}`. `given` overrides label, hint and unit;
    `button` = {"name", "value", "label", "seconds" until it may be pressed, "then": its label then}.
    """
    kind = _kind(bound)
    error = str(bound.errors[0]) if bound.form.is_bound and bound.errors else ""
    hint = given.get("hint") or bound.help_text
    described = " ".join(
        part for part in (f"{bound.auto_id}-hint" if hint else "", f"{bound.auto_id}-err" if error else "") if part
    )
    classes = [_CONTROL[look].get(kind, _CONTROL[look]["text"]), bound.field.widget.attrs.get("class", "")]
    if error and look == "console" and kind not in ("choices", "ticks", "agree"):
        classes.append("is-invalid")
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if described:
        attrs["aria-describedby"] = described
    if error:
        attrs["aria-invalid"] = "true"
    if bound.field.required and kind not in ("agree", "file"):
        attrs["aria-required"] = "true"
    if kind == "number":
        attrs.setdefault("inputmode", "numeric")
    attrs.update({key: value for key, value in given.items() if key in ("autofocus", "placeholder", "list", "form")})
    control: str | SafeString = "" if kind in ("choices", "ticks", "agree") else bound.as_widget(attrs=attrs)
    return {
        "id": bound.auto_id,
        "name": bound.html_name,
        "kind": kind,
        "label": given.get("label") or bound.label,
        "hint": hint,
        "error": error,
        "required": bound.field.required,
        "needed": getattr(bound.form, "needed", {}).get(bound.name, ""),
        "control": control,
        "options": _options(bound) if kind in ("choices", "ticks") else [],
        "type": "checkbox" if kind == "ticks" else "radio",
        "value": "on",
        "checked": bool(bound.value()) if kind == "agree" else False,
        "multiple": getattr(bound.field.widget, "allow_multiple_selected", False),
        "accept": bound.field.widget.attrs.get("accept", ""),
        "capture": bound.field.widget.attrs.get("capture", ""),
        "button": given.get("button"),
        "unit": given.get("unit") or ("元" if kind == "money" else ""),
        "described_by": described,
        "form": given.get("form", ""),
        "wide": given.get("wide", False),
        "files": given.get("files", ()),
        "bare": given.get("bare", False),
    }


_PHONE_PARTS = {
    "choices": "choice_group",
    "ticks": "choice_group",
    "select": "select",
    "agree": "agree",
    "file": "photo_upload",
}


@register.simple_tag
def phone_field(bound: BoundField, **given: Any) -> SafeString:
    """A field of the phone: label above, hint and error below, tied to the input: `{% phone_field form.mobile %}`.

    Takes label=, hint=, unit=, placeholder=, autofocus=, form=, button= (see field_parts), files= (photo_upload.html).
    """
    parts = field_parts(bound, "phone", **given)
    return render_to_string(f"ui/phone/{_PHONE_PARTS.get(parts['kind'], 'field')}.html", {"field": parts})


@register.simple_tag
def console_field(bound: BoundField, **given: Any) -> SafeString:
    """A field of the console, same arguments as `phone_field`; `wide=True` lets it take the whole row."""
    parts = field_parts(bound, "console", **given)
    part = "choice_group" if parts["kind"] in ("choices", "ticks", "agree") else "field"
    return render_to_string(f"ui/console/{part}.html", {"field": parts})


@register.simple_tag
def cell_field(bound: BoundField, label: str) -> SafeString:
    """An input inside an editable table; `label` says whose value it is, the error is its title and is told aloud."""
    error = str(bound.errors[0]) if bound.form.is_bound and bound.errors else ""
    attrs: dict[str, str | bool] = {"class": "form-control form-control-sm text-end", "aria-label": label}
    if isinstance(bound.field, forms.IntegerField):
        attrs["inputmode"] = "numeric"
    if not error:
        return bound.as_widget(attrs=attrs)
    attrs |= {
        "class": f"{attrs['class']} is-invalid",
        "aria-invalid": "true",
        "aria-describedby": f"{bound.auto_id}-err",
    }
    return format_html(
        '{}<small class="zj-late" id="{}-err">{}</small>', bound.as_widget(attrs=attrs), bound.auto_id, error
    )


@register.simple_tag
def phone_fields(form: forms.Form) -> SafeString:
    """Every visible field of a form, in order, and its hidden ones."""
    return _all_fields(form, phone_field)


@register.simple_tag
def console_fields(form: forms.Form) -> SafeString:
    return _all_fields(form, console_field)


def _all_fields(form: forms.Form, render: Any) -> SafeString:
    shown = [(render(bound),) for bound in form.visible_fields()]
    hidden = [(bound.as_widget(),) for bound in form.hidden_fields()]
    return format_html_join("", "{}", shown + hidden)


# ---- blocks that hold other markup ----


@register.simple_block_tag(end_name="end_phone_block")
def phone_block(content: str, title: str = "", **given: Any) -> SafeString:
    """A white block of the phone with a heading: `{% phone_block "我的办理" more=url %}…{% end_phone_block %}`.

    Takes id=, more= (address), more_label=, pad=True (for text rather than rows).
    """
    return render_to_string(
        "ui/phone/block.html", {"more_label": _("全部")} | given | {"content": content, "title": title}
    )


@register.simple_block_tag(end_name="end_phone_fold")
def phone_fold(content: str, title: str, **given: Any) -> SafeString:
    """A disclosure of the phone: `{% phone_fold "市南区 · 可报名" filter=True icon="…" %}…{% end_phone_fold %}`.

    Takes open=True, icon=, filter=True (the rest of a list's filters), done=True (a finished part of a long form).
    """
    return render_to_string("ui/phone/fold.html", given | {"content": content, "title": title})


@register.simple_block_tag(end_name="end_console_panel")
def console_panel(content: str, title: str = "", **given: Any) -> SafeString:
    """A panel of the console: `{% console_panel "基本信息" note="来源：建会批复" body=True %}…{% end_console_panel %}`.

    Takes note=, id=, more= (address), more_label=, body=True (pads what is no table).
    """
    named = {"more_label": _("全部")} | given | {"content": content, "title": title}
    return render_to_string("ui/console/panel.html", named)


@register.simple_block_tag(end_name="end_console_section")
def console_section(content: str, title: str, **given: Any) -> SafeString:
    """Fields left, what the rules say right: `{% console_section "一、大会" %}…{% end_console_section %}`.

    Takes checks= (as rule_checks.html), id=.
    """
    return render_to_string("ui/console/form_section.html", given | {"content": content, "title": title})


# ---- figures, money, days ----


def _or_dash(value: Any, write: Any, *args: Any) -> str:
    return formats.DASH if value is None or value == "" else str(write(value, *args))


@register.filter
def yuan(fen: int | None) -> str:
    """Whole fen: `120000` -> `1,200.00 元`."""
    return _or_dash(fen, lambda value: f"{formats.yuan(value)} 元")


@register.filter
def money(fen: int | None) -> str:
    """As `yuan`, without the unit."""
    return _or_dash(fen, formats.yuan)


@register.filter
def number(value: int | None) -> str:
    return _or_dash(value, formats.number)


@register.filter
def signed(value: int | None) -> str:
    """A change with its sign, minus as U+2212."""
    return _or_dash(value, formats.signed)


@register.filter
def share(basis_points: int | None) -> str:
    """Basis points as per cent: `9127` -> `91.3%`."""
    return _or_dash(basis_points, formats.share)


@register.filter
def dash(value: Any) -> Any:
    """Nothing is written as an em dash; zero stays zero."""
    return formats.DASH if value is None or value == "" else value


@register.filter
def group4(text: str | None) -> str:
    return _or_dash(text, formats.group4)


@register.filter
def day(value: date | datetime | None) -> str:
    """`11月25日（周三）`, with the year if it is not this one."""
    return _or_dash(value, formats.day, timezone.localdate())


@register.filter
def plain_day(value: date | datetime | None) -> str:
    """`11月25日`"""
    return _or_dash(value, formats.plain_day, timezone.localdate())


@register.filter
def moment(value: datetime | None) -> str:
    """`11月19日 15:40`"""
    return _or_dash(value, formats.moment, timezone.localdate())


@register.filter
def short_day(value: date | datetime | None) -> str:
    """`11-24`, for tables of the console."""
    return _or_dash(value, formats.short_day, timezone.localdate())


@register.filter
def short_moment(value: datetime | None) -> str:
    """`今日 09:12`, for time lines of the console."""
    return _or_dash(value, formats.short_moment, timezone.localdate())


@register.filter
def iso_day(value: date | datetime | None) -> str:
    """`2026-11-20`, for records and the console's facts."""
    return _or_dash(value, lambda at: formats.local_day(at).isoformat())


@register.filter
def weekday(value: date | datetime | None) -> str:
    return _or_dash(value, formats.weekday)


@register.filter
def ago(value: datetime | None) -> str:
    return _or_dash(value, formats.ago, timezone.now())


@register.filter
def due_words(due: Mapping[str, Any] | None) -> str:
    """Words for a deadline computed elsewhere; its shape is told at `formats.due_words`."""
    return _or_dash(due, formats.due_words, timezone.localdate())


_DAYS: dict[str, Callable[[date | datetime | None], str]] = {"plain_day": plain_day, "short_day": short_day}
_MOMENTS: dict[str, Callable[[datetime | None], str]] = {"moment": moment, "short_moment": short_moment, "ago": ago}


@register.simple_tag
def when(value: date | datetime | None, style: str = "day") -> SafeString | str:
    """A `<time>` with its machine-readable instant.

    style: day, plain_day, short_day; for an instant also moment, short_moment, ago.
    """
    if value is None:
        return formats.DASH
    if isinstance(value, datetime):
        words = _MOMENTS.get(style, _DAYS.get(style, day))(value)
        stamp = formats.local(value).isoformat(timespec="minutes")
    else:
        words, stamp = _DAYS.get(style, day)(value), value.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, words)


@register.simple_tag
def union_name(name: str) -> SafeString:
    """A union's long name with a place to break before 工会委员会, 总工会, 工会联合会."""
    head, found, tail = re.match(r"(.*?)(工会委员会|工会联合会|网上会员之家|联合工会)?$", name).group(1, 2, 0)  # type: ignore[union-attr]
    if not found or not head:
        return format_html("{}", tail)
    return format_html("{}<wbr>{}", head, found)


@register.simple_tag
def spark(values: list[float], label: str) -> SafeString:
    """A small line drawn as SVG; `label` says the same in words: `{% spark row.values "近十二个月走势，末值 96" %}`."""
    points = formats.spark_points(list(values))
    if not points:
        return SafeString("")
    return format_html(
        '<svg class="zj-spark" viewBox="0 0 84 20" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.2"/></svg>',
        label,
        " ".join(f"{x},{y}" for x, y in points),
        *points[-1],
    )


@register.filter
def item(rows: Sequence[Any] | None, index: int) -> Any:
    """The row at a place, None beyond the end: for columns beside cells."""
    return rows[index] if rows is not None and index < len(rows) else None


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query string with some values changed, empty ones dropped: `?{% query after=next_key %}`."""
    request = context.get("request")
    values = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values[name] = str(value)
    return str(values.urlencode())


# ---- error pages ----


@register.simple_tag
def error_words(status: int, code: str = "") -> pages.ErrorWords:
    return pages.error_words(status, code)


@register.simple_tag(takes_context=True)
def way_back(context: Mapping[str, Any], home: str) -> str:
    """Where trying again starts: this page, or for a submitted form the page it stood on."""
    request = context.get("request")
    if request is None:
        return home
    if request.method in ("GET", "HEAD"):
        return str(request.get_full_path())
    try:
        return back_to(request, home)
    except DisallowedHost:
        return home


@register.filter
def event_code(request_id: str | None) -> str:
    """A request's number in groups, so that it can be read out: `7f3a-09c2-…`, in capitals."""
    compact = (request_id or "").upper()
    return "-".join(compact[start : start + 4] for start in range(0, len(compact), 4))
