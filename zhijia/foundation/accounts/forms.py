"""What people type at the doors; shapes only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from zhijia.foundation.ui.form import PASTED, ConsoleForm, MobileField, NumberField, OneTimeCodeField, SendingForm

AGREEMENTS = {"privacy": "个人信息保护政策", "agreement": "用户服务协议"}
_PASSWORD = {"autocomplete": "current-password"}
_NEW_PASSWORD = {"autocomplete": "new-password"}


def _agree_label(purpose: str) -> str | SafeString:
    """`我已阅读并同意《…》`, with a link to the wording where a room shows it."""
    title = AGREEMENTS[purpose]
    try:
        address = reverse("people:consent_text", kwargs={"purpose": purpose})
    except NoReverseMatch:
        return f"我已阅读并同意《{title}》"
    return format_html('我已阅读并同意<a href="{}" data-read>《{}》</a>', address, title)


class SignInForm(SendingForm):
    """Mobile, code, two consents."""

    mobile = MobileField()
    answer = forms.CharField(label="安全验证", max_length=8, required=False)
    code = OneTimeCodeField()
    privacy = forms.BooleanField(error_messages={"required": "请阅读并勾选《个人信息保护政策》，再继续登录。"})
    agreement = forms.BooleanField(error_messages={"required": "请阅读并勾选《用户服务协议》，再继续登录。"})

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for purpose in AGREEMENTS:
            self.fields[purpose].label = _agree_label(purpose)

    @property
    def agreed(self) -> tuple[str, ...]:
        return tuple(purpose for purpose in AGREEMENTS if self.cleaned_data.get(purpose))


class ChangeMobileForm(SendingForm):
    """A code to the old number and one to the new."""

    old_code = OneTimeCodeField(label="原手机号收到的验证码")
    mobile = MobileField(label="新手机号")
    code = OneTimeCodeField(label="新手机号收到的验证码")


class PasswordForm(ConsoleForm):
    password = forms.CharField(label="密码", max_length=128, strip=False, widget=forms.PasswordInput(attrs=_PASSWORD))


class SecondForm(ConsoleForm):
    """Six digits of an authenticator or a message, or eight of a recovery code, typed with or without spaces."""

    code = NumberField(label="动态码", max_length=16)

    def __init__(self, data: Any = None, *, recovery: bool = False, label: str = "动态码", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        length = 8 if recovery else 6
        self.length = length
        self.fields["code"].label = label
        self.fields["code"].widget.attrs.update(
            {
                "inputmode": "numeric",
                "autocomplete": "off" if recovery else "one-time-code",
                "maxlength": PASTED,
                "class": "zj-code-in",
            }
        )

    def clean_code(self) -> str:
        digits = str(self.cleaned_data["code"]).replace("-", "")
        if len(digits) != self.length or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(f"这里应填 {self.length} 位数字，请核对后重新填写。")
        return digits


class NewPasswordForm(ConsoleForm):
    """A password twice; how good it must be is the service's to say."""

    password = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
        help_text="至少 10 个字符，不能全是数字，不要用常见的密码。",
    )
    again = forms.CharField(
        label="再输一遍", max_length=128, strip=False, widget=forms.PasswordInput(attrs=_NEW_PASSWORD)
    )

    def clean(self) -> dict[str, Any] | None:
        said = super().clean()
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", "两次输入的密码不一样，请重新输入。")
        return said


class ChangePasswordForm(NewPasswordForm):
    old = forms.CharField(label="现在的密码", max_length=128, strip=False, widget=forms.PasswordInput(attrs=_PASSWORD))
    field_order = ("old", "password", "again")


class ForgottenForm(SecondForm, NewPasswordForm):
    """A code of the authenticator, or a recovery code, and the new password twice."""

    field_order = ("code", "password", "again")


class PasskeyForm(ConsoleForm):
    """What the browser answers for a new passkey, as JSON text; checked by the server's WebAuthn library."""

    name = forms.CharField(label="名称", max_length=30, help_text="如：办公室电脑、我的手机")
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)
