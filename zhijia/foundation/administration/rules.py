"""Pure rules of changing what the platform runs by. Source: docs/rules/administration.md"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from zhijia.foundation.workflow.rules import Workflow, two_persons
from zhijia.kernel.errors import Invalid
from zhijia.kernel.registry import MessageTemplate, ParameterSpec

from .permissions import Permission


def _changed_by_two(code: str, name: str, check: str) -> Workflow:
    return two_persons(code, name, check=check, due="administration.check_wd", maker="制单人", agreed="已同意")


PARAMETER = _changed_by_two("administration.parameter", "参数变更", Permission.PARAMETER_CHECK)
CALENDAR = _changed_by_two("administration.calendar", "节假日历", Permission.CALENDAR_CHECK)
MESSAGE = _changed_by_two("administration.message", "消息文案", Permission.MESSAGE_CHECK)

UNITS = {
    "wd": "个工作日",
    "cd": "天",
    "h": "小时",
    "min": "分钟",
    "s": "秒",
    "count": "",
    "share": "",
    "fen": "元",
    "text": "",
    "flag": "",
}


def value_words(unit: str, value: Any) -> str:
    """`3 个工作日`, `12.50%` from basis points, `1,200.00 元` from fen, `是`."""
    if value is None:
        return "—"
    if unit == "flag":
        return "是" if value else "否"
    if unit == "fen":
        return f"{value // 100:,}.{value % 100:02d} 元"
    if unit == "share":
        return f"{value // 100}.{value % 100:02d}%"
    return f"{value} {UNITS.get(unit, '')}".strip()


def bounds_words(spec: ParameterSpec) -> str:
    """`工作日，1 至 10 的整数`"""
    kind = {
        "wd": "工作日",
        "cd": "自然日",
        "h": "小时",
        "min": "分钟",
        "s": "秒",
        "count": "个数",
        "share": "万分比",
        "fen": "金额，以分计",
        "text": "文字",
        "flag": "是或否",
    }.get(spec.unit, spec.unit)
    if spec.unit in ("text", "flag"):
        return kind
    low, high = spec.minimum, spec.maximum
    if low is None and high is None:
        return f"{kind}，整数"
    return f"{kind}，{'不限' if low is None else low} 至 {'不限' if high is None else high} 的整数"


def covers(unit_region: str, region: str) -> bool:
    """Whether a unit of `unit_region` may set values for `region`: itself and what lies in it, never everywhere."""
    return bool(region) and region.startswith(unit_region.rstrip("0") if len(unit_region) == 12 else unit_region)


# --- The calendar
LEAST_RESTS = 11
"""Statutory rest days of a year since 2025 are thirteen; a plan with fewer than eleven is not a whole one."""


def check_year_days(year: int, days: Iterable[tuple[date, bool, str]]) -> list[tuple[date, bool, str]]:
    """A year's special days in order. Raises Invalid `calendar.days` for other years, repeats, or too few rest days."""
    found: dict[date, tuple[date, bool, str]] = {}
    for day, rests, name in days:
        if day.year != year:
            raise _bad_days(f"{day} 不在 {year} 年内，请核对年份。")
        if day in found:
            raise _bad_days(f"{day} 出现了两次，请删去一行。")
        found[day] = (day, rests, name)
    rests_count = sum(rests for _, rests, _ in found.values())
    if rests_count < LEAST_RESTS:
        raise _bad_days(f"只有 {rests_count} 个放假日，不像是完整的全年安排，请补全后再提交。")
    if not found.get(date(year, 1, 1), (None, False, ""))[1]:
        raise _bad_days(f"缺少 {year} 年元旦，请补全后再提交。")
    return [found[day] for day in sorted(found)]


def _bad_days(text: str) -> Invalid:
    return Invalid("calendar.days", text, fields={"days": text})


# --- Messages
ALWAYS_KNOWN = frozenset({"site", "hotline"})
SAMPLES = {
    "union": "莱阳市鲁东精密机械有限公司工会委员会",
    "name": "林*禾",
    "role": "组织岗",
    "reason": "单位名称与营业执照不一致",
    "note": "请补充单位全称",
    "title": "林*禾的入会申请",
    "code": "602914",
    "minutes": "5",
    "link": "（开通链接）",
    "masked": "139****7777",
    "what": "手机号",
    "change": "保留会籍",
    "phone": "0535-7210000",
    "days": "7",
    "result": "已办理",
    "answer": "已按您的材料更正",
    "month": "2026 年 10 月",
    "until": "2026-10-15",
    "day": "2026-12-30",
    "left": "90",
    "target": "莱阳市总工会",
    "sort": "合并",
    "count": "3",
    "yuan": "1,200.00",
    "source": "莱阳市沐浴店镇网上会员之家",
    "home": "莱阳市沐浴店镇网上会员之家",
}
"""What stands in a preview for each name that a declared message says."""


def placeholders(text: str) -> set[str]:
    """Names in braces. Raises Invalid `message.braces` where braces do not pair or hold more than a name."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise Invalid("message.braces", "花括号没有成对，请核对后修改。") from error
    names = set()
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise Invalid("message.braces", "花括号里只能写一个名称，例如 {union}。")
        names.add(name)
    return names


def check_wording(declared: MessageTemplate, title: str, body: str, sms: str) -> None:
    """Raises Invalid `message.wording` naming every bad field: empty, too long, an unknown placeholder, bad braces."""
    known = placeholders(declared.title) | placeholders(declared.body) | placeholders(declared.sms) | ALWAYS_KNOWN
    wrong: dict[str, str] = {}
    for field, text, most, must in (
        ("title", title, 60, True),
        ("body", body, 500, True),
        ("sms", sms, 300, bool(declared.sms)),
    ):
        if must and not text.strip():
            wrong[field] = "请填写这一项。"
            continue
        if len(text) > most:
            wrong[field] = f"最多 {most} 个字，请删减。"
            continue
        if field == "sms" and text.strip() and not declared.sms:
            wrong[field] = "这条消息只在站内发送，没有短信。"
            continue
        try:
            unknown = sorted(placeholders(text) - known)
        except Invalid as error:
            wrong[field] = error.message
            continue
        if unknown:
            names = "、".join(f"{{{name}}}" for name in unknown)
            wrong[field] = f"这条消息没有 {names}，可用的有 {'、'.join(f'{{{name}}}' for name in sorted(known))}。"
    if wrong:
        raise Invalid("message.wording", "文案还有需要修改的地方，请核对后重新提交。", fields=wrong)


def preview(text: str, values: Mapping[str, str]) -> str:
    """The text with samples put in; a name without a sample stands as it is. Raises as `placeholders`."""
    return text.format(**{name: values.get(name, f"（{name}）") for name in placeholders(text)})
