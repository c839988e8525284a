"""How many active members there are of each kind, by dimensions that their rows, their persons and employers hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

from zhijia.organization.members.models import Membership, MembershipState
from zhijia.organization.members.rules import AGE_BANDS, NEW_FORM_GROUPS, WORK_FORMS
from zhijia.organization.unions.rules import INDUSTRIES, OWNERSHIPS

UNTOLD: Final = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """`by(today)` gives a short code of each membership; `labels` names the codes in the order in which they stand.

    A code that is not among them counts as the empty one, and is left out where that has no label either.
    """

    label: str
    by: Callable[[date], Combinable]
    labels: Mapping[str, str]


def _text(expression: Combinable | str) -> Combinable:
    return Cast(expression, CharField())


def _age(today: date) -> Combinable:
    """The band of the year in which he was born, as if everybody had his birthday on 1 January."""
    bands = [
        When(birth_year__lte=today.year - low, birth_year__gte=today.year - high, then=Value(str(low)))
        for low, high in AGE_BANDS
    ]
    return Case(*bands, default=Value(UNTOLD), output_field=CharField())


def _education(_: date) -> Combinable:
    return Substr("person__education", 1, 1)


def _political(_: date) -> Combinable:
    parties = [f"{code:02d}" for code in range(4, 12)]
    return Case(
        When(person__political_status__in=("01", "02"), then=Value("01")),
        When(person__political_status__in=parties, then=Value("04")),
        default=F("person__political_status"),
        output_field=CharField(),
    )


def _employer(column: str) -> Callable[[date], Combinable]:
    """Of his own employer, else of his union's."""
    return lambda _: Coalesce(
        NullIf(Substr(f"employer__{column}", 1, 2), Value("")),
        Substr(f"union__employer__{column}", 1, 2),
        Value(UNTOLD),
        output_field=CharField(),
    )


def _industry(_: date) -> Combinable:
    return Coalesce(
        NullIf(Substr("employer__industry", 1, 1), Value("")),
        Substr("union__employer__industry", 1, 1),
        Value(UNTOLD),
        output_field=CharField(),
    )


def _yes_no(**where: Any) -> Callable[[date], Combinable]:
    return lambda _: Case(When(**where, then=Value("1")), default=Value("0"), output_field=CharField())


def _band(low: int, high: int) -> str:
    return f"{low} 岁及以上" if high > 150 else f"{low}–{high} 岁"


DIMENSIONS: Final[Mapping[str, Dimension]] = {
    "sex": Dimension("性别", lambda _: F("sex"), {"1": "男", "2": "女", UNTOLD: "未填"}),
    "age": Dimension("年龄段", _age, {**{str(low): _band(low, high) for low, high in AGE_BANDS}, UNTOLD: "未知"}),
    "education": Dimension(
        "学历",
        _education,
        {"1": "研究生", "2": "大学本科", "3": "大学专科", "4": "中专、职高、技校", "6": "高中", "7": "初中",
         "8": "小学", "9": "其他", UNTOLD: "未填"},
    ),
    "political": Dimension(
        "政治面貌",
        _political,
        {"01": "中共党员（含预备）", "03": "共青团员", "04": "民主党派", "12": "无党派民主人士", "13": "群众",
         UNTOLD: "未填"},
    ),
    "work_form": Dimension("就业方式", lambda _: F("work_form"), WORK_FORMS),
    "group": Dimension("新就业群体", lambda _: F("new_form_group"), NEW_FORM_GROUPS),
    "migrant": Dimension("农民工", _yes_no(is_migrant=True), {"1": "是", "0": "否"}),
    "real_name": Dimension("实名", _yes_no(real_name_level__gte=3), {"1": "已实名", "0": "未实名"}),
    "activated": Dimension("激活", _yes_no(activated=True), {"1": "已激活", "0": "未激活"}),
    "union_type": Dimension(
        "工会类型",
        lambda _: F("union__type"),
        {"GRASSROOTS": "基层工会", "JOINT": "联合基层工会", "AREA_FED": "区域工会联合会", "IND_FED": "行业工会联合会",
         "ONLINE_HOME": "网上会员之家", UNTOLD: "其他"},
    ),
    "industry": Dimension("行业", _industry, {**INDUSTRIES, UNTOLD: "未填"}),
    "ownership": Dimension("经济类型", _employer("ownership"), {**OWNERSHIPS, UNTOLD: "未填"}),
}  # fmt: skip
"""What members can be counted by, two at a time."""


def count_by(
    union_ids: QuerySet[Any] | Sequence[int], dimensions: Sequence[str], *, today: date
) -> Iterator[tuple[Any, ...]]:
    """`(code of each dimension ..., number)` of the active members of some unions, counted by the database."""
    rows = Membership.objects.filter(union_id__in=union_ids, until__isnull=True, state=MembershipState.ACTIVE)
    keys = {f"by_{name}": _text(DIMENSIONS[name].by(today)) for name in dimensions}
    counted: Any = rows.values(**keys).annotate(number=Count("id")).order_by().values_list(*keys, "number")
    for *codes, number in counted.iterator(chunk_size=5_000):
        told = (code if code in DIMENSIONS[name].labels else UNTOLD
                for name, code in zip(dimensions, codes, strict=True))  # fmt: skip
        yield (*told, number)
