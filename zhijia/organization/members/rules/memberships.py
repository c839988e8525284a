"""Pure rules of a stay: how a member works, his age, the card and its number. Source: docs/rules/members.md"""

from __future__ import annotations

from datetime import date

from zhijia.kernel.errors import Invalid
from zhijia.kernel.identifiers import age_on, normalize_luhn_number, with_luhn

WORK_FORMS = {
    "platform": "平台接单",
    "employed": "在单位上班",
    "dispatched": "劳务派遣",
    "part_time": "非全日制",
    "none": "暂时没有工作",
}
"""How people work, in the order in which they are asked."""

NEW_FORM_GROUPS = {
    "FOOD_RIDER": "网约送餐员",
    "COURIER": "快递员",
    "RIDE_HAIL": "网约车司机",
    "TRUCK": "货车司机",
    "DOMESTIC": "家政服务员",
    "CARE": "护工护理员",
    "GUARD": "保安员",
    "MALL": "商场信息员",
    "ESTATE": "房产中介员",
    "VALET": "代驾",
    "STREAMER": "网络主播",
    "RENOVATION": "装修工",
    "OTHER": "其他新就业形态",
}
"""Groups of workers in new forms of employment. Source: docs/glossary.md#new-form-groups"""

LEAST_AGE = 16


def check_age(born_on: date | None, today: date) -> None:
    """Raises Invalid `join.too_young` under sixteen. A document without a birthday passes: the reviewer looks."""
    if born_on is not None and age_on(born_on, today) < LEAST_AGE:
        text = "年满 16 周岁才能入会。如号码有误，请核对后重填。"
        raise Invalid("join.too_young", text, fields={"id_number": text})


def check_group(work_form: str, new_form_group: str) -> None:
    """A platform worker says which of the new-form groups is his. Raises Invalid `join.group`."""
    if work_form == "platform" and not new_form_group:
        text = "平台就业的请选择您从事的职业。"
        raise Invalid("join.group", text, fields={"new_form_group": text})


def member_number(province: str, year: int, serial: int) -> str:
    """Sixteen digits: province 2, year 4, serial 9, Luhn 1: `member_number("37", 2026, 123)` is `3720260000001233`.

    One number a person for life; gaps are allowed.
    """
    return with_luhn(f"{province}{year}{serial:09d}")


def normalize_member_number(text: str) -> str:
    """Raises Invalid `member_number.format`, `member_number.check_digit`."""
    return normalize_luhn_number(text, length=16, label="会员卡号", code="member_number")


AGE_BANDS = ((16, 25), (26, 35), (36, 45), (46, 55), (56, 200))


GROUP_MEASURES = {code: f"form_{code.lower()}" for code in NEW_FORM_GROUPS}
"""The measure that counts each group; together they are `new_form`."""


def counts_of(
    *, sign: int, female: bool, migrant: bool, new_form_group: str, real_name: bool, activated: bool, dispatched: bool
) -> dict[str, int]:
    """The stock measures that one ACTIVE membership adds (`sign` 1) to its union or takes from it (-1)."""
    flags = {
        "members": True,
        "female": female,
        "migrant": migrant,
        "new_form": bool(new_form_group),
        GROUP_MEASURES.get(new_form_group, ""): bool(new_form_group),
        "real_name": real_name,
        "activated": activated,
        "dispatched": dispatched,
    }
    return {key: sign for key, on in flags.items() if on}
