"""Bases of all forms: full Chinese sentences for what is wrong, NUL stripped, errors of a service taken over.

A form checks shape only and then calls a service; whether an ID number passes its checksum is the kernel's to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.forms.forms import DeclarativeFieldsMetaclass
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken, ZhijiaError
from zhijia.kernel.identifiers import compact, normalize_mobile
from zhijia.kernel.typed import has_override, typed, without_marks

KEY_FIELD = "idempotency_key"
_CHOOSES = (forms.ChoiceField, forms.MultipleChoiceField)


class ChoiceGroup(forms.RadioSelect):
    """Radio rows with a second line each: `ChoiceGroup(notes={"platform": "外卖、快递、网约车、货运等"})`."""

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = (), notes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(attrs, choices)
        self.notes = dict(notes or {})


class TickGroup(forms.CheckboxSelectMultiple):
    """Checkbox rows with a second line each, as ChoiceGroup."""

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = (), notes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(attrs, choices)
        self.notes = dict(notes or {})


class PhotoInput(forms.FileInput):
    """Camera or picture; `accept` keeps other files out of the chooser, the files room checks what comes."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": "image/*", **(attrs or {})})


PASTED = 40
"""Letters that a field for a number takes in before they are cleaned: a browser must cut nothing off."""


class NumberField(forms.CharField):
    """A number or code as people type or paste it, cleaned as at every other door; its own rules are the service's."""

    def to_python(self, value: Any) -> str:
        return compact(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attributes = super().widget_attrs(widget)
        return attributes | {"maxlength": str(PASTED)} if "maxlength" in attributes else attributes


class MobileField(NumberField):
    """A mainland mobile number as eleven digits, however it was pasted."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("手机号"))
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "type": "tel",
                    "inputmode": "numeric",
                    "autocomplete": "tel",
                    "maxlength": PASTED,
                    "class": "zj-wide",
                }
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        number = super().to_python(value)
        try:
            return normalize_mobile(number) if number else ""
        except Invalid as error:
            raise ValidationError(_("手机号应是 11 位数字，请核对后重新填写。"), code="invalid") from error


class OneTimeCodeField(NumberField):
    """Six digits from a message or an authenticator."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("短信验证码"))
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": PASTED, "class": "zj-wide"}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        digits = super().to_python(value).replace("-", "")
        if digits and not re.fullmatch(r"[0-9]{6}", digits):
            raise ValidationError(_("验证码是 6 位数字，请对照短信重新填写。"), code="invalid")
        return digits


class IdNumberField(NumberField):
    """A number on a certificate; its checksum is not judged here."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("身份证号"))
        kwargs.setdefault("max_length", 18)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "zj-wide"})
        )
        super().__init__(**kwargs)


class MoneyField(forms.CharField):
    """Yuan as people type them, `18,600.00`; gives whole fen, or None when empty. `minimum` and `maximum` are fen."""

    def __init__(self, *, minimum: int = 0, maximum: int = 10**12, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        self.minimum, self.maximum = minimum, maximum
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"[,\s元]", "", typed(super().to_python(value) or ""))
        if not text:
            return None
        found = re.fullmatch(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?", text)
        if not found:
            raise ValidationError(_("金额请写成数字，最多两位小数，例如 1200.50。"), code="invalid")
        fen = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        if not self.minimum <= fen <= self.maximum:
            raise ValidationError(_("金额不在可以填写的范围内，请核对后修改。"), code="range")
        return fen

    def prepare_value(self, value: Any) -> Any:
        return f"{value // 100:,}.{value % 100:02d}" if isinstance(value, int) else value


class DayField(forms.DateField):
    """A date, shown by the browser's own chooser."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)


def _cleaned(data: Any, secret: Collection[str]) -> Any:
    """The same mapping without marks that nobody sees, and without U+0000, which databases refuse; of the fields that
    are `secret`, such as passwords, only without the latter. A sign that turns texts around stays, to be refused.
    """

    def clean(name: str, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        plain = text.replace("\x00", "")
        return plain if plain.isascii() or name in secret or has_override(plain) else without_marks(plain)

    if isinstance(data, MultiValueDict):
        texts = {name: [clean(name, text) for text in own] for name, own in data.lists()}
        if all(texts[name] == own for name, own in data.lists()):
            return data
        fresh = QueryDict(mutable=True) if isinstance(data, QueryDict) else MultiValueDict()
        for name, own in texts.items():
            fresh.setlist(name, own)
        return fresh
    if isinstance(data, Mapping):
        return {name: clean(name, text) for name, text in data.items()}
    return data


def _refuse_override(text: Any) -> None:
    if isinstance(text, str) and has_override(text):
        raise ValidationError(_("内容中有改变文字方向的隐藏字符，请删除后重新填写。"), code="override")


def sent(request: HttpRequest) -> tuple[Any, Any]:
    """Data and files for a form: those of a POST even where it is empty, None for a page that only looks."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def speak_chinese(name: str, field: forms.Field) -> None:
    """Give a declared field its sentences; every form made of it copies them."""
    label = str(field.label or name)
    if isinstance(field, forms.CharField) and field.strip and not isinstance(field, NumberField):
        field.validators.append(_refuse_override)
    asks = _("请选择%(label)s。") if isinstance(field, _CHOOSES) else _("请填写%(label)s。")
    if label.endswith("？"):
        asks = _("请回答：%(label)s")
    if isinstance(field, forms.FileField):
        asks = _("请添加%(label)s。")
    if isinstance(field, forms.BooleanField):
        asks = _("需要您勾选同意，才能继续办理。")
    wrong = {
        "required": asks,
        "invalid": _("%(label)s写得不对，请核对后重新填写。"),
        "invalid_choice": _("%(label)s不在可选的范围内，请重新选择。"),
        "invalid_list": _("%(label)s不在可选的范围内，请重新选择。"),
        "min_value": _("%(label)s太小，请核对后修改。"),
        "max_value": _("%(label)s太大，请核对后修改。"),
        "empty": _("%(label)s是空文件，请重新选择。"),
        "missing": _("没有收到%(label)s，请重新选择。"),
        "contradiction": _("%(label)s请选一种：上传新的，或者清除原有的。"),
    }
    if isinstance(field, forms.DateField):
        wrong["invalid"] = _("%(label)s不是一个日期，请按 2026-11-20 的样子填写。")
    if isinstance(field, forms.IntegerField):
        wrong["invalid"] = _("%(label)s请填写整数。")
    own = _declared_messages(field)
    for code, text in wrong.items():
        if code in field.error_messages and code not in own:
            field.error_messages[code] = text % {"label": label}
    beyond = {
        "max_length": _("%(label)s最多 %(limit)s 个字，请删减。"),
        "min_length": _("%(label)s至少 %(limit)s 个字，请补充。"),
        "min_value": _("%(label)s不能小于 %(limit)s，请核对后修改。"),
        "max_value": _("%(label)s不能大于 %(limit)s，请核对后修改。"),
    }
    for check in field.validators:
        if isinstance(check, BaseValidator) and check.code in beyond and check.code not in own:
            limit = check.limit_value
            words = {"label": label, "limit": limit() if callable(limit) else limit}
            check.message = beyond[check.code] % words


def _declared_messages(field: forms.Field) -> frozenset[str]:
    """Codes whose sentence the form's author wrote himself: they differ from the defaults of the field's classes."""
    defaults: dict[str, Any] = {}
    for cls in reversed(type(field).__mro__):
        defaults.update(getattr(cls, "default_error_messages", {}))
    return frozenset(code for code, text in field.error_messages.items() if defaults.get(code) is not text)


class _Speaking(DeclarativeFieldsMetaclass):
    """Gives the declared fields of a form their sentences when its class is made."""

    def __new__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> _Speaking:
        declared = {key: value for key, value in attrs.items() if isinstance(value, forms.Field)}
        for key, field in declared.items():
            speak_chinese(key, field)
        return super().__new__(cls, name, bases, attrs)


class ZhijiaForm(forms.Form, metaclass=_Speaking):
    """What phone and console forms share: `problems` feeds the error summary, `take` shows a service's error.

    `needed` says of fields that may be empty when they must be filled: `{"employer_text": "在单位工作的必填"}`.
    """

    use_required_attribute = False
    needed: ClassVar[Mapping[str, str]] = {}

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        secret = [name for name, field in self.base_fields.items() if getattr(field, "strip", True) is False]
        super().__init__(_cleaned(data, secret), *args, **kwargs)

    @property
    def problems(self) -> list[dict[str, str]]:
        """`[{"href": "#id_name", "text": "请填写姓名。"}]`, in the order of the fields; no `href`: the whole form."""
        rows = [{"href": "", "text": str(text)} for text in self.non_field_errors()]
        for name in self.fields:
            rows.extend(
                {"href": f"#{self[name].auto_id}", "text": str(text)} for text in list(self.errors.get(name, ()))[:1]
            )
        return rows

    def take(self, error: ZhijiaError) -> None:
        """Put a service's sentences beside the fields it names; whatever names no field of ours goes to the top."""
        named = [name for name in error.fields if name in self.fields]
        for name in named:
            self.add_error(name, error.fields[name])
        others = [text for name, text in error.fields.items() if name not in self.fields]
        if others or not named:
            self.add_error(None, others or [error.message])


REFUSED: tuple[type[ZhijiaError], ...] = (Invalid, RuleBroken, Duplicate, Expired)
"""What a service says about what was sent, and not about who sent it or where."""


class Submission:
    """A form that may have been sent, from the question to the answer:

        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                pid = services.ask(request.actor, **form.cleaned_data, now=request.now)
                return redirect("case", pid=pid)
        return render(request, "page.html", {"form": form}, status=submission.status)

    In the `with` an error of `told` goes to the form and to `refused`, and the page is shown again; any other becomes
    its own page.
    """

    def __init__(
        self, request: HttpRequest, form: ZhijiaForm, *, told: tuple[type[ZhijiaError], ...] = REFUSED
    ) -> None:
        self.form, self.told = form, told
        self.refused: ZhijiaError | None = None
        self.is_right = request.method == "POST" and form.is_valid()
        self.status = 422 if request.method == "POST" else 200

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, self.told):
            return False
        self.form.take(error)
        self.refused, self.status = error, error.status
        return True


class PhoneForm(ZhijiaForm):
    """A form on a member's, clerk's or visitor's phone: render its fields with `{% phone_field form.name %}`."""

    look = "phone"


class SendingForm(PhoneForm):
    """A form with a button that sends a code to its field `mobile`. `sending` names the fields that count when the
    button is pressed; the rest stays as typed.
    """

    def __init__(self, data: Any = None, *, sending: Collection[str] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.sending = sending

    def full_clean(self) -> None:
        super().full_clean()
        if self.sending is not None and self.is_bound:
            for name in [name for name in self.errors if name not in self.sending]:
                del self.errors[name]

    @property
    def mobile_said(self) -> str:
        """Eleven digits; empty where none were sent."""
        return str(self.cleaned_data.get("mobile", "")) if self.is_bound and not self.errors.get("mobile") else ""


class ConsoleForm(ZhijiaForm):
    """A form on the console: render its fields with `{% console_field form.name %}`."""

    look = "console"
