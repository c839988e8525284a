"""Shapes of what cadres fill in about unions; the services judge it."""

from __future__ import annotations

from typing import Any

from django import forms

from zhijia.foundation.regions.forms import RegionField
from zhijia.foundation.ui.form import ConsoleForm, DayField, NumberField

from .rules import TYPES_TO_OPEN

_LEVELS = (("", "由类型决定"), ("3", "市"), ("4", "县"), ("5", "乡镇"))
_TYPE_LABELS = {
    "GRASSROOTS": "基层工会",
    "JOINT": "联合基层工会",
    "AREA_FED": "区域工会联合会",
    "IND_FED": "行业工会联合会",
    "GENERAL": "总工会",
    "INDUSTRY": "产业工会",
}


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class OpenForm(ConsoleForm):
    """A new union; `under` is the code of the parent's region, below which its own is chosen."""

    type = forms.ChoiceField(label="工会类型", choices=[(key, _TYPE_LABELS[key]) for key in TYPES_TO_OPEN])
    name = forms.CharField(label="工会名称", max_length=60)
    level = forms.ChoiceField(label="层级", choices=_LEVELS, required=False)
    founded_on = DayField(label="建会日期", required=False)
    credit_code = NumberField(label="工会统一社会信用代码", max_length=24, required=False)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    address = forms.CharField(label="地址", max_length=120, required=False)
    hours = forms.CharField(label="服务时间", max_length=60, required=False)
    employer_code = NumberField(label="单位统一社会信用代码", max_length=24, required=False)
    employer_name = forms.CharField(label="单位名称", max_length=120, required=False)

    def __init__(self, data: Any = None, *args: Any, under: str, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.fields["region"] = RegionField(under=under, label="所在区划", required=False)
        self.order_fields(["type", "name", "level", "region"])


class EditForm(ConsoleForm):
    """What the public sees of a union; `version` is the one that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    phone = forms.CharField(label="联系电话", max_length=40, required=False)
    hours = forms.CharField(label="服务时间", max_length=60, required=False)
    address = forms.CharField(label="地址", max_length=120, required=False)
    notice = forms.CharField(label="入会页提示", max_length=300, required=False, widget=_area())


class RelationsForm(ConsoleForm):
    """Who guides and where money goes up, by union codes."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    industry_parent = NumberField(label="产业工会（指导）的编码", max_length=24, required=False)
    fund_parent = NumberField(label="经费上缴工会的编码", max_length=24, required=False)


class StatusForm(ConsoleForm):
    """Why a union is suspended or resumed."""

    reason = forms.CharField(label="原因", max_length=200, widget=_area())


class CoverForm(ConsoleForm):
    """An employer by its credit code or full name."""

    credit_code = NumberField(label="统一社会信用代码", max_length=24, required=False)
    name = forms.CharField(label="单位名称", max_length=120, required=False)
    headcount = forms.IntegerField(label="职工人数", min_value=0, max_value=1_000_000, required=False)


class ListForm(ConsoleForm):
    """A member union by its code."""

    code = NumberField(label="成员工会编码", max_length=24)


class LoadForm(ConsoleForm):
    """A file of unions."""

    file = forms.FileField(label="名册文件", max_length=200)
