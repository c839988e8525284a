"""Forms of the sample pages, in both looks."""

from __future__ import annotations

from django import forms
from django.utils.safestring import mark_safe

from zhijia.foundation.ui.form import (
    ChoiceGroup,
    ConsoleForm,
    DayField,
    IdNumberField,
    MobileField,
    MoneyField,
    OneTimeCodeField,
    PhoneForm,
    PhotoInput,
)


class IdentityForm(PhoneForm):
    name = forms.CharField(label="姓名", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_no = IdNumberField()
    consent_id = forms.BooleanField(label=mark_safe('我单独同意处理我的身份证号，<a href="#why">查看说明</a>'))

    def clean_id_no(self) -> str:
        number = str(self.cleaned_data["id_no"])
        if number == "370299199003070011":
            raise forms.ValidationError("号码通不过校验，请对照证件重新填写。")
        return number


class CodeForm(PhoneForm):
    mobile = MobileField()
    code = OneTimeCodeField(help_text="已发到 138****0001，5 分钟内有效")


class ConfirmForm(PhoneForm):
    work_form = forms.ChoiceField(
        label="您现在怎样工作？",
        choices=[
            ("platform", "平台接单"),
            ("employed", "在单位上班"),
            ("dispatched", "劳务派遣"),
            ("part_time", "非全日制"),
            ("none", "暂时没有工作"),
        ],
        widget=ChoiceGroup(notes={"platform": "外卖、快递、网约车、货运等"}),
    )
    group = forms.ChoiceField(
        label="职业",
        choices=[("rider", "网约送餐员"), ("courier", "快递员"), ("driver", "网约车司机"), ("truck", "货车司机")],
    )
    employer = forms.CharField(
        label="单位或平台", required=False, widget=forms.TextInput(attrs={"placeholder": "如：迅达同城配送站"})
    )
    consent_join = forms.BooleanField(
        label=mark_safe(
            '我自愿加入中国工会，遵守<a href="#charter">《中国工会章程》</a>，'
            '已阅读<a href="#privacy">《个人信息告知书》</a>'
        )
    )


class ClaimForm(PhoneForm):
    total = MoneyField(label="医疗总费用")
    paid = MoneyField(label="医保已报销")
    out = MoneyField(label="目录外自费")
    invoice = forms.FileField(
        label="住院发票", widget=PhotoInput(), error_messages={"required": "请添加住院发票，纸质或电子的都可以。"}
    )
    consent_health = forms.BooleanField(
        label=mark_safe('我单独同意为办理本次互助使用我的医疗信息，<a href="#why">查看说明</a>'),
        error_messages={"required": "没有您的同意，我们不能查看病历，请勾选后再提交。"},
    )

    def clean(self) -> None:
        total, paid = self.cleaned_data.get("total"), self.cleaned_data.get("paid")
        if total and paid and paid > total:
            self.add_error("paid", "报销 19,300.00 元超过了总费用 18,600.00 元，请对照结算单修改。")


class DecisionForm(ConsoleForm):
    verdict = forms.ChoiceField(
        label="结论",
        choices=[("accept", "同意入会"), ("return", "退回补充"), ("refuse", "不同意")],
        widget=ChoiceGroup(
            notes={
                "accept": "今日起计会籍，即发电子会员卡",
                "return": "本人补齐后回到本队列，期限暂停",
                "refuse": "须选理由；本人可在 10 个工作日内向上级申诉",
            }
        ),
    )
    reason = forms.ChoiceField(
        label="理由（退回、不同意时必选）",
        required=False,
        choices=[("", "请选择"), ("other", "非本单位职工"), ("rule", "不符合入会条件")],
    )
    say = forms.CharField(
        label="给申请人的话（选填）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "本人在手机上看得到"}),
    )


class MeetingForm(ConsoleForm):
    held_on = DayField(label="会议日期")
    members = forms.IntegerField(label="会员总数", min_value=1)
    due = forms.IntegerField(label="代表应到", min_value=1)
    present = forms.IntegerField(label="代表实到", min_value=1)
    kind = forms.ChoiceField(label="形式", choices=[("delegates", "会员代表大会"), ("all", "会员大会")])
    years = forms.IntegerField(label="任期（年）", min_value=3, max_value=5)
    auditors = forms.CharField(label="经审委员")

    def clean_auditors(self) -> str:
        if "李*明" in self.cleaned_data["auditors"]:
            raise forms.ValidationError("李*明 现任工会财务，不得任经审委员")
        return str(self.cleaned_data["auditors"])
