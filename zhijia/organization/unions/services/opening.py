"""Putting a union into the tree, and recording employers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.regions import selectors as regions
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid, RuleBroken
from zhijia.kernel.identifiers import normalize_phone, normalize_uscc
from zhijia.kernel.names import text_initials, text_key
from zhijia.organization.unions import events, rules, selectors, serials
from zhijia.organization.unions.models import CoveredUnit, Employer, Union, UnionPath, UnionStatus, UnionType
from zhijia.organization.unions.permissions import Permission

ADDRESS_LENGTH = 120
HOURS_LENGTH = 60


@transaction.atomic
def open_union(
    actor: Actor,
    *,
    name: str,
    type: str,  # noqa: A002  the domain's word
    level: int,
    region: str,
    parent: Union | None,
    now: datetime,
    employer: Employer | None = None,
    direct: bool = False,
    founded_on: date | None = None,
    credit_code: str | None = None,
    phone: str = "",
    address: str = "",
    hours: str = "",
    status: str = UnionStatus.ACTIVE,
) -> Union:
    """Put a union into the tree, with its code; a township's general union brings its online members' home along.

    Raises NotFound, NotAllowed; Invalid `union.name`, `.type`, `.region`, `.credit_code`, `.founded_on`, `.text`;
    RuleBroken of `rules.check_place`, `union.home_comes_along`, `union.no_parent`, `union.own_employer`; Duplicate
    `union.name_taken`, `union.credit_code_taken`, `union.employer_covered`. Source: docs/rules/unions.md#opening
    """
    if parent is not None:
        actor.require(Permission.CREATE, parent.path)
    elif not actor.is_system:
        actor.require_anywhere(Permission.CREATE)
        raise RuleBroken("union.no_parent", "请先选择上级工会。")
    if type == UnionType.ONLINE_HOME and not actor.is_system:
        raise RuleBroken("union.home_comes_along", "网上会员之家随乡镇（街道）总工会一并设立，不必单独新建。")
    return _open(
        actor, name=name, type=type, level=level, region=region, parent=parent, now=now, employer=employer,
        direct=direct, founded_on=founded_on, credit_code=credit_code, phone=phone, address=address, hours=hours,
        status=status,
    )  # fmt: skip


def _open(
    actor: Actor, *, name: str, type: str, level: int, region: str, parent: Union | None, now: datetime,  # noqa: A002
    employer: Employer | None = None, direct: bool = False, founded_on: date | None = None,
    credit_code: str | None = None, phone: str = "", address: str = "", hours: str = "",
    status: str = UnionStatus.ACTIVE,
) -> Union:  # fmt: skip
    name = rules.normalize_union_name(name)
    today = timezone.localdate(now)
    check_opening(type, region, founded_on, today=today)
    if parent is not None:
        rules.check_place(rules.Place(type, level, region), rules.Place.of(parent), direct=direct)
    if employer is not None and type != UnionType.GRASSROOTS:
        raise RuleBroken("union.own_employer", "只有基层工会登记所在单位；其他工会请建好后添加涵盖单位。")
    credit_code = rules.normalize_own_credit_code(credit_code) if credit_code else None
    phone = normalize_phone(phone) if phone.strip() else ""
    check_text("address", address, ADDRESS_LENGTH, "地址")
    check_text("hours", hours, HOURS_LENGTH, "服务时间")
    path = next_path(parent)
    code = rules.union_code(region, type, serials.take(serials.code_series(region, type)))
    try:
        with transaction.atomic():
            union = Union.objects.create(
                code=code, name=name, name_key=text_key(name), initials=text_initials(name), type=type, level=level,
                status=status, parent=parent, path=path, county_id=parent.county_id if parent else None,
                city_id=parent.city_id if parent else None, fund_parent=parent, region=region, direct=direct,
                employer=employer, credit_code=credit_code, founded_on=founded_on, phone=phone,
                address=address.strip(), hours=hours.strip(), created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise _taken(name, credit_code, parent) from error
    UnionPath.objects.create(union=union, path=path, since=today)
    if level == rules.LEVEL_COUNTY:
        union.county_id = union.pk
    if level == rules.LEVEL_CITY:
        union.city_id = union.pk
    if level in {rules.LEVEL_COUNTY, rules.LEVEL_CITY}:
        union.save(update_fields=["county", "city"])
    if employer is not None:
        write_coverage(actor, union, employer, now=now)
    content = rules.content(vars(union))
    audit.record(actor, "unions.open", ("union", union.public_id), now=now, unit_id=union.pk, after=content)
    events.union_opened.announce(events.UnionOpened(union.pk, path, type, today, status))
    if type == UnionType.GENERAL and level == rules.LEVEL_TOWNSHIP:
        home = rules.home_name(regions.name_of(region))
        _open(
            actor, name=home, type=UnionType.ONLINE_HOME, level=rules.LEVEL_AREA, region=region, parent=union, now=now
        )
    return union


@transaction.atomic
def open_with_employer(
    actor: Actor, *, employer_code: str, employer_name: str, now: datetime, parent: Union, **facts: Any
) -> Union:
    """`open_union` with an employer by credit code or name: known ones are used, unknown ones recorded with both.

    A grassroots union needs one. Raises also Invalid `employer.…`, `uscc.…` beside `employer_code`, `employer_name`.
    """
    if not (employer_code.strip() or employer_name.strip()):
        if facts["type"] == UnionType.GRASSROOTS:
            words = "基层工会请填写所在单位的统一社会信用代码，或已登记单位的全称。"
            raise Invalid("employer.unnamed", words, fields={"employer_code": words})
        return open_union(actor, parent=parent, now=now, **facts)
    actor.require(Permission.CREATE, parent.path)
    try:
        employer = selectors.match_employer(employer_code, employer_name)
        if employer is None:
            if not (employer_code.strip() and employer_name.strip()):
                words = "没有登记过这个单位，请把单位名称和统一社会信用代码都填上。"
                raise Invalid("employer.unknown", words)
            employer = open_employer(
                actor, name=employer_name, credit_code=employer_code, region=facts["region"], now=now
            )
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"employer_code": error.message}) from error
    if facts["type"] == UnionType.GRASSROOTS:
        return open_union(actor, parent=parent, employer=employer, now=now, **facts)
    rules.check_coverage(facts["type"], 0)
    union = open_union(actor, parent=parent, now=now, **facts)
    write_coverage(actor, union, employer, now=now)
    return union


def check_opening(union_type: str, region: str, founded_on: date | None, *, today: date) -> None:
    """What a new union says of itself, apart from its place. Raises Invalid `union.type`, `.region`, `.founded_on`."""
    if union_type not in rules.TYPE_DIGITS:
        raise Invalid("union.type", "请选择工会类型。", fields={"type": "请选择工会类型。"})
    if not regions.exists(region):
        raise Invalid("union.region", "没有这个区划，请重新选择。", fields={"region": "没有这个区划，请重新选择。"})
    if founded_on is not None and not rules.FIRST_UNION_DAY <= founded_on <= today:
        words = "建会日期应在1921年以后、今天以前，请核对。"
        raise Invalid("union.founded_on", words, fields={"founded_on": words})


def check_text(field: str, text: str, length: int, label: str) -> None:
    """Raises Invalid `union.text` for a text that is too long or holds signs no keyboard makes."""
    plain = text.strip()
    if len(plain) > length or any(ord(sign) < 32 and sign not in "\r\n" for sign in plain):
        words = f"{label}不能超过{length}个字，也不能有控制字符。"
        raise Invalid("union.text", words, fields={field: words})


def _taken(name: str, credit_code: str | None, parent: Union | None) -> Duplicate:
    """Which of the unique facts it was."""
    if Union.objects.filter(parent=parent, name=name).exists():
        words = "同一上级下已有同名工会，请核对，不要重复建立。"
        return Duplicate("union.name_taken", words, fields={"name": words})
    if credit_code and Union.objects.filter(credit_code=credit_code).exists():
        words = "这个统一社会信用代码已登记在另一个工会名下，请核对。"
        return Duplicate("union.credit_code_taken", words, fields={"credit_code": words})
    return Duplicate("union.taken", "刚刚有人建立了同样的工会，请刷新后核对。")


def next_path(parent: Union | None) -> str:
    """The path of one more child; numbers go up for ever, so a path is never used twice. In a transaction."""
    if parent is None:
        return rules.path_segment(serials.take("roots"))
    Union.objects.filter(pk=parent.pk).update(last_child=F("last_child") + 1)
    number = Union.objects.values_list("last_child", flat=True).get(pk=parent.pk)
    return parent.path + rules.path_segment(number)


@transaction.atomic
def open_employer(
    actor: Actor, *, name: str, credit_code: str | None, region: str, now: datetime, industry: str = "",
    ownership: str = "99", headcount: int = 0,
) -> Employer:  # fmt: skip
    """Record an employer. Raises Invalid `employer.…`; Duplicate `employer.exists` where the credit code is known."""
    actor.require_anywhere(Permission.EDIT)
    clean = rules.normalize_employer_name(name)
    code = normalize_uscc(credit_code) if credit_code else None
    rules.check_employer(industry, ownership, headcount)
    if not regions.exists(region):
        raise Invalid("employer.region", "没有这个区划，请重新选择。", fields={"region": "没有这个区划，请重新选择。"})
    try:
        with transaction.atomic():
            employer = Employer.objects.create(
                name=clean, name_key=text_key(clean), credit_code=code, region=region, industry=industry,
                ownership=ownership, headcount=headcount, created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise Duplicate("employer.exists", "这个统一社会信用代码的单位已经登记，请直接选用。") from error
    after = {"name": clean, "code": code}
    audit.record(actor, "unions.employer", ("employer", employer.public_id), now=now, after=after)
    return employer


@transaction.atomic
def declare_employer(
    actor: Actor, *, name: str, credit_code: str, region: str, industry: str, ownership: str, headcount: int,
    female_headcount: int, migrant_headcount: int, now: datetime,
) -> Employer:  # fmt: skip
    """What an employer says of itself now: recorded with its credit code, or brought up to date.

    Raises Invalid `employer.…`, `uscc.…`.
    """
    actor.require_anywhere(Permission.EDIT)
    rules.check_employer(industry, ownership, headcount)
    code = normalize_uscc(credit_code)
    employer = selectors.find_employer(code) or open_employer(
        actor, name=name, credit_code=code, region=region, industry=industry, ownership=ownership, headcount=headcount,
        now=now,
    )  # fmt: skip
    said = {
        "industry": industry, "ownership": ownership, "headcount": headcount, "female_headcount": female_headcount,
        "migrant_headcount": migrant_headcount,
    }  # fmt: skip
    change_rows(Employer, {"id": employer.pk}, said)
    covering = selectors.union_covering(employer.pk)
    if covering is not None and headcount != employer.headcount:
        more = headcount - employer.headcount
        events.coverage_changed.announce(
            events.CoverageChanged(covering.id, 0, more, timezone.localdate(now), covering.path)
        )
    return employer


def write_coverage(actor: Actor, union: Union, employer: Employer, *, now: datetime) -> CoveredUnit:
    """The row of a representation that has been allowed. Raises Duplicate `union.employer_covered`."""
    try:
        with transaction.atomic():
            row = CoveredUnit.objects.create(union=union, employer=employer, since=timezone.localdate(now))
    except IntegrityError as error:
        other: Any = selectors.union_covering(employer.pk)
        words = f"该单位已由“{other.name if other else '其他工会'}”涵盖，请先核对。"
        raise Duplicate("union.employer_covered", words, fields={"employer": words}) from error
    after = {"employer": employer.public_id}
    audit.record(actor, "unions.cover", ("union", union.public_id), now=now, unit_id=union.pk, after=after)
    events.coverage_changed.announce(
        events.CoverageChanged(union.pk, 1, employer.headcount, timezone.localdate(now), union.path)
    )
    events.employer_covered.announce(events.EmployerCovered(union.pk, employer.pk, now))
    return row
