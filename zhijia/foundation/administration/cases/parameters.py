"""A parameter's next value. Source: docs/rules/administration.md#parameters"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.administration import rules, selectors
from zhijia.foundation.administration.models import ParameterChange
from zhijia.foundation.administration.permissions import Permission
from zhijia.foundation.casework.fields import Asked, Day, Schema, Words
from zhijia.foundation.casework.kinds import Check, Goes, Wordings, checked_kind
from zhijia.foundation.parameters import selectors as values, services as parameters
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui import listing
from zhijia.foundation.workflow.rules import TwoPersons
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Invalid, NotAllowed, RuleBroken, Stale
from zhijia.kernel.registry import ParameterSpec

LONGEST_WAIT = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Value(Asked):
    """A parameter's value: what it may be is said by the parameter's declaration, so it is checked with it."""

    def form_field(self) -> forms.Field:
        return forms.IntegerField(label=self.label, help_text=self.help)

    def schema(self) -> Schema:
        return int | bool | str, self._default(None)

    def check(self, value: Any) -> Any:
        if value is None or value == "":
            raise self.wrong(f"请填写{self.label}。")
        return value


CODE = Words("code", "参数", most=64, sample="administration.check_wd")
REGION = Words("region", "适用地区", "12 位区划代码，空为全部地区", required=False, most=12, sample="370600000000")
VALUE = Value("value", "新值", "与参数的单位一致：整数、是否或文字；金额以分计", sample=4)
VALID_FROM = Day("valid_from", "生效日期", "当日零时起", sample=date(2027, 1, 1))
SOURCE = Words("source", "依据", "文件名称和文号", least=4, sample="省总工会通知〔2026〕9 号")
WHY = Words("reason", "理由", "复核人会看到", least=4, sample="业务量上升")


def to_who_sets_it(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The unit that sets values for the region.

    Raises NotFound for an unknown parameter, NotAllowed `parameter.not_your_region`, Invalid `parameter.proposal`.
    """
    code, region = given["code"], given["region"]
    spec = selectors.get_spec(code)
    unit = selectors.unit_for(actor, Permission.PARAMETER_PROPOSE, region)
    if unit is None:
        raise NotAllowed("parameter.not_your_region", "这个地区的参数不由您所在的单位设定，请选择本级或下级地区。")
    if wrong := faults_of(spec, given, today=timezone.localdate(now)):
        raise Invalid("parameter.proposal", "还有需要修改的地方，请核对后重新提交。", fields=wrong)
    return Goes(
        unit,
        open_key=f"parameter:{hashlib.sha256(f'{code}@{region}'.encode()).hexdigest()[:32]}",
        title=f"{spec.label}：{rules.value_words(spec.unit, given['value'])}",
        note=f"{selectors.region_label(region)}，{given['valid_from']} 起",
        fills={"base_version": selectors.newest_version(code, region)},
    )


def faults_of(spec: ParameterSpec, said: Mapping[str, Any], *, today: date) -> dict[str, str]:
    """What the parameter and the calendar have against a proposal, by field, also of a form filled in half."""
    wrong: dict[str, str] = {}
    region = said.get("region", "")
    if "value" in said:
        try:
            parameters.check_value(spec, said["value"])
        except Invalid as error:
            wrong["value"] = error.message
    if region and not regions.exists(region):
        wrong["region"] = "没有这个地区，请从列表中选择。"
    if (begins := said.get("valid_from")) is not None:
        newest = selectors.newest_from(spec.code, region)
        if not today < begins <= today + LONGEST_WAIT:
            wrong["valid_from"] = "生效日期应在明天到两年之内，留出复核的时间。"
        elif newest is not None and begins <= newest:
            wrong["valid_from"] = f"生效日期要晚于已有的 {newest}。"
    return wrong


def checks(case: Case, change: ParameterChange, actor: Actor, now: datetime) -> list[Check]:
    in_bounds = Check("数值在允许范围", value="符合")
    if change.valid_from > timezone.localdate(now):
        return [in_bounds, Check("不追溯生效", value="符合")]
    return [in_bounds, Check("不追溯生效", "bad", "已到", "生效日期已到，不能追溯，请退回后改一个日期。")]


def shows_more(case: Case, change: ParameterChange, actor: Actor, now: datetime) -> dict[str, Any]:
    """The value beside the one it follows."""
    spec, place = selectors.get_spec(change.code), selectors.region_label(change.region)
    before = values.versioned(change.code, on=change.valid_from, region=change.region)
    if case.state == TwoPersons.IN_FORCE:
        before = values.version_before(change.code, change.region, change.valid_from) or before
    return {
        "diff": {
            "old": {
                "label": f"之前，第 {before.version} 版",
                "value": rules.value_words(spec.unit, before.value),
                "note": place if before.version else "平台默认",
            },
            "new": {
                "label": f"拟改为，第 {change.base_version + 1} 版",
                "value": rules.value_words(spec.unit, change.value),
                "note": f"{change.valid_from} 起，不设终止",
            },
        },
        "facts": [
            {"label": "参数", "value": spec.label, "href": reverse("administration:parameter", args=[spec.code])},
            {"label": "适用地区", "value": f"{place}及下级" if change.region else place},
            {"label": "依据", "value": change.source},
            {"label": "理由", "value": change.reason},
            {"label": "单位、范围", "value": rules.bounds_words(spec)},
            {"label": "影响", "value": f"{change.valid_from} 起开始的事项；在办的仍按原来的版本"},
        ],
    }


PARAMETERS = checked_kind(
    "parameter-changes",
    rules.PARAMETER,
    ParameterChange,
    space="administration:parameter-changes",
    opened_by=Permission.PARAMETER_PROPOSE,
    opened_on="administration:parameters",
    readers=(Permission.PARAMETER_VIEW,),
    opens=(CODE, REGION, VALUE, VALID_FROM, SOURCE, WHY),
    goes=to_who_sets_it,
    title="{code}",
    means="到 {row.valid_from} 零时自动生效",
    columns=(listing.Column("范围和生效", "case.note", wraps=True),),
    words=Wordings(empty=listing.Empty("没有这样的变更", "在参数页提出后，由另一人复核。")),
    checks=checks,
    review="administration/parameter_change.html",
    shows_more=shows_more,
)


@PARAMETERS.on("agree")
def schedule(case: Case, change: ParameterChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The value waits for its day. Raises RuleBroken `parameter.too_late`, Stale where another was set meanwhile."""
    if change.valid_from <= timezone.localdate(now):
        raise RuleBroken("parameter.too_late", "拟定的生效日期已到，不能追溯生效，请退回后改一个日期。")
    if selectors.newest_version(change.code, change.region) != change.base_version:
        raise Stale
    parameters.schedule_value(
        actor,
        change.code,
        change.value,
        valid_from=change.valid_from,
        region=change.region,
        source=change.source,
        made_by=case.maker_person_id,
        checked_by=actor.person_id,
        now=now,
    )
