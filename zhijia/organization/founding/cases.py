"""Founding a union, from the application to its file. Source: docs/rules/founding.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.casework import selectors as casework
from zhijia.foundation.casework.fields import Choice, Count, Words
from zhijia.foundation.casework.kinds import REASON, By, CaseKind, Check, Goes, Opening, Step, Tab, Wordings, declare
from zhijia.foundation.casework.lines import Lines
from zhijia.foundation.jobs.services import enqueue
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.identifiers import normalize_mobile, normalize_uscc
from zhijia.organization.members import selectors as members
from zhijia.organization.people import services as people
from zhijia.organization.posts import selectors as posts, services as posts_services
from zhijia.organization.posts.cases.election import ELECTION, candidate_rows, election_checks
from zhijia.organization.unions import rules as union_rules, selectors as unions, services as unions_services
from zhijia.organization.unions.rules import INDUSTRIES, OWNERSHIPS

from . import selectors
from .models import FoundingCase
from .permissions import Permission
from .rules import FOUNDING, LEAST_GROUP, METHODS, TYPES, State

PLACE = "founding_foundingcase.leader_mobile"
OFFER_JOB = "founding.offer"
_MOST = 1_000_000
PARENT = Words("parent", "上级工会编码", "建会后归谁领导，一般是乡镇（街道）工会", most=24, kept=False,
               sample="3706821010100018")  # fmt: skip
NAME = Words(
    "name", "工会名称", "例如“莱阳市某某有限公司工会委员会”", least=4, most=60, sample="莱阳海滨机械有限公司工会委员会"
)
TYPE = Choice("type", "工会类型", choices=TYPES, sample="GRASSROOTS")
EMPLOYER = Words("employer_name", "单位名称", "营业执照上的全称", least=2, most=120, sample="莱阳海滨机械有限公司")
USCC = Words("credit_code", "统一社会信用代码", "18 位", most=40, sample="91370682MA3D8K5R5G")
INDUSTRY = Choice("industry", "行业", choices=INDUSTRIES, sample="C")
OWNERSHIP = Choice("ownership", "经济类型", choices=OWNERSHIPS, sample="30")
HEADCOUNT = Count("headcount", "职工人数", least=1, most=_MOST, unit="人", sample=60)
FEMALE = Count("female_headcount", "其中女职工", most=_MOST, unit="人", sample=25)
MIGRANT = Count("migrant_headcount", "其中农民工", most=_MOST, unit="人", sample=20)
GROUP = Lines(
    "group",
    "筹备组成员",
    f"不少于 {LEAST_GROUP} 人，第一行是组长",
    least=LEAST_GROUP,
    most=30,
    of=(Words("name", "姓名", most=30), Words("duty", "岗位", required=False, most=30)),
    sample=[
        {"name": name, "duty": duty}
        for name, duty in (("甲候选", "车间主任"), ("乙候选", "会计"), ("丙候选", "操作工"))
    ],
)
MOBILE = Words("leader_mobile", "组长手机", most=40, kept=False, sample="13700001111")
METHOD = Choice("method", "建会方式", choices=METHODS, sample="DOOR")
SOURCE = Words(
    "project_source", "来源项目", "由哪个项目推动，没有的不填", required=False, most=60, sample="集中入会行动"
)
OPENS = (
    PARENT,
    NAME,
    TYPE,
    EMPLOYER,
    USCC,
    INDUSTRY,
    OWNERSHIP,
    HEADCOUNT,
    FEMALE,
    MIGRANT,
    GROUP,
    MOBILE,
    METHOD,
    SOURCE,
)
AGAIN = tuple(each for each in OPENS if each is not PARENT)
WORDS = Words("note", "意见", required=False, most=500, rows=3, sample="同意。")
WHY = Words("note", "原因", least=2, most=200, rows=3, sample="单位迁往外地。")


def to_the_parent(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union that will stand above runs it, the one above that decides.

    Raises Invalid `case.parent`, `uscc.…`, `case.headcount`, `phone.format`; NotAllowed; RuleBroken of
    `unions.rules.check_place`; Duplicate `founding.covered`, `founding.case.already_open`.
    """
    parent = _parent(actor, given["parent"])
    fills = _checked(given, parent)
    return Goes(
        parent.id,
        open_key=f"employer:{fills['credit_code']}",
        title=given["name"],
        note=given["employer_name"],
        fills=fills | {"parent_id": parent.id},
        start=State.APPLIED,
    )


def to_my_township(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """A group that prepares a union asks the township of its leader's own union or online home, which takes it up.

    Raises RuleBroken `founding.no_township`, and as `to_the_parent`.
    """
    person_id = actor.require_person()
    stay = members.open_stay(person_id)
    chain = unions.breadcrumb(unions.get_facts(stay.union_id).path) if stay is not None else []
    town = next((unit for unit in chain if unit.level == union_rules.LEVEL_TOWNSHIP), None)
    if town is None:
        raise RuleBroken(
            "founding.no_township", "请先加入所在乡镇（街道）的网上会员之家，再申请建会，由那里的工会为您办理。"
        )
    fills = _checked(given, town)
    return Goes(
        town.id,
        open_key=f"employer:{fills['credit_code']}",
        title=given["name"],
        note=given["employer_name"],
        fills=fills | {"parent_id": town.id},
    )


def _parent(actor: Actor, text: str) -> unions.UnionFacts:
    try:
        parent = unions.get_by_code(text)
    except NotFound as error:
        raise PARENT.wrong(error.message) from error
    if not actor.scope.covers(parent.path):
        raise PARENT.wrong("您的管理范围内没有这个编码的工会，请核对。")
    actor.require(Permission.RUN, parent.path)
    return parent


def _checked(given: Mapping[str, Any], parent: unions.UnionFacts) -> dict[str, Any]:
    """The answers that depend on others, and the columns made of them."""
    try:
        code = normalize_uscc(given["credit_code"])
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"credit_code": error.message}) from error
    if code.startswith("8"):
        raise USCC.wrong("这是工会自己的代码，请填写用人单位的统一社会信用代码。")
    for part, field in ((given["female_headcount"], FEMALE), (given["migrant_headcount"], MIGRANT)):
        if part > given["headcount"]:
            raise field.wrong(f"{field.label}不能多于职工人数。")
    employer = unions.find_employer(code)
    covering = unions.union_covering(employer.pk) if employer is not None else None
    if covering is not None:
        words = f"这个单位已由“{covering.name}”涵盖，不能重复建会。"
        raise Duplicate("founding.covered", words, fields={"credit_code": words})
    level = union_rules.level_of_type(given["type"])
    assert level is not None  # noqa: S101  of the types offered
    union_rules.check_place(
        union_rules.Place(given["type"], level, parent.region), union_rules.Place.of(parent), direct=False
    )
    return {"credit_code": code}


def keep_mobile(case: Case, row: FoundingCase, given: Mapping[str, Any]) -> None:
    """The leader's number lies sealed under the case's public id. Raises Invalid `mobile.format`."""
    try:
        mobile = normalize_mobile(given["leader_mobile"])
    except Invalid as error:
        raise Invalid(error.code, error.message, fields={"leader_mobile": error.message}) from error
    columns = people.mobile_columns(case.public_id, mobile, table=PLACE)
    change_rows(FoundingCase, {"id": row.pk}, {f"leader_{key}": value for key, value in columns.items()})


def _election(case: Case, row: FoundingCase) -> Any:
    is_enterprise = row.ownership not in ("60", "70", "80")
    return posts.election_of(row, case.pk, union_type=row.type, is_enterprise=is_enterprise)


def checks(case: Case, row: FoundingCase, actor: Actor, now: datetime) -> list[Check]:
    employer = unions.find_employer(row.credit_code)
    covering = unions.union_covering(employer.pk) if employer is not None else None
    waiting = selectors.count_waiting(row.credit_code)
    found = [
        Check("单位还没有被其他工会涵盖", "wrong" if covering else "ok", covering.name if covering else ""),
        Check("25 人以上的单位应当建立基层工会委员会", "ok", f"职工 {row.headcount} 人", "《工会法》第十一条"),
    ]
    if waiting:
        found.append(Check("网上会员之家里等待转入的会员", "ok", f"{waiting} 人"))
    return [*found, *election_checks(_election(case, row))]


def shows_more(case: Case, row: FoundingCase, actor: Actor, now: datetime) -> dict[str, Any]:
    full = actor.scope.covers(unions.get_facts(row.parent_id).path)
    shown = [*AGAIN, *(ELECTION if row.held_on is not None else ())]
    facts = [
        {"label": each.label, "value": each.show(getattr(row, each.name))}
        for each in shown
        if each.kept and each is not SOURCE
    ]
    facts += [
        {"label": SOURCE.label, "value": row.project_source},
        {"label": MOBILE.label, "value": row.leader_mobile_masked},
        {"label": "上级工会", "value": unions.get_facts(row.parent_id).name},
    ]
    union = unions.get_facts(row.union_id) if row.union_id else None
    return {
        "facts": facts,
        "candidates": candidate_rows(case.pk, full=full),
        "union": union,
        "waiting": selectors.count_offered(union.id) if union else 0,
        "reveal": case.closed_at is None and bool(row.leader_mobile_masked),
    }


FOUNDINGS = declare(
    CaseKind(
        "foundings",
        FOUNDING,
        FoundingCase,
        space="founding:cases",
        opens=AGAIN,
        goes=to_my_township,
        title="{name}",
        also=(Opening(By.CADRE, OPENS, to_the_parent, Permission.RUN),),
        steps={
            "take_up": Step((WORDS,), tells="founding.answered", means="核对后报上级工会批复筹建"),
            "decline": Step((REASON,), tells="founding.answered"),
            "permit": Step((WORDS,), tells="founding.answered", means="筹备组在三个月内选举并上报结果"),
            "return": Step((REASON,), means="由受理的工会补正"),
            "reject": Step((REASON,), tells="founding.answered"),
            "apply_again": Step(AGAIN),
            "elect": Step(ELECTION, means="按大会实际情况登记，上报前可以改"),
            "report": Step((WORDS,), means="核对全部通过的，报上级批复"),
            "approve": Step(
                (WORDS,),
                tells="founding.answered",
                means="系统编发工会编码和二维码，登记班子，并邀请网上会员之家里本单位的会员转入",
            ),
            "send_back": Step((REASON,)),
            "abandon": Step((WHY,)),
        },
        tabs=(
            Tab("open", "筹建中", frozenset(FOUNDING.labels) - FOUNDING.closed),
            Tab("done", "已建会", frozenset({State.FILED})),
            Tab("not", "没有建成", frozenset({State.REJECTED, State.ABANDONED})),
        ),
        columns=(Column("单位", "case.note", wraps=True),),
        words=Wordings(
            intro="单位还没有工会的，职工可以自愿组织起来申请建会，由乡镇（街道）工会帮助办理",
            button="申请建会",
            then=(
                ("乡镇（街道）工会受理后，报上级工会批复", True),
                ("批复后三个月内召开大会选举，工会会派人指导", True),
                ("申请建会不影响您现在的会籍", False),
            ),
            tells_person=False,
            empty=Empty("没有这样的建会", "乡镇（街道）工会为单位的筹备组提出申请，上级工会批复。"),
        ),
        checks=checks,
        review="founding/case.html",
        shows_more=shows_more,
        archive=frozenset({State.FILED}),
        keep_days=3 * 365,
        purpose="办理建会，保存建会经过。",
    )
)


@FOUNDINGS.on("open")
def opened(case: Case, row: FoundingCase, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    keep_mobile(case, row, given)


@FOUNDINGS.on("apply_again")
def applied_again(case: Case, row: FoundingCase, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Put right: judged as at first. Raises as `to_the_parent`."""
    code = _checked(given, unions.get_facts(row.parent_id))["credit_code"]
    change_rows(FoundingCase, {"id": row.pk}, {"credit_code": code})
    workflow.retitle(case, title=given["name"], note=given["employer_name"], open_key=f"employer:{code}")
    keep_mobile(case, row, given)


@FOUNDINGS.on("elect")
def elected(case: Case, row: FoundingCase, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises Invalid `case.held_on`, `case.candidates`."""
    if row.held_on is not None and row.held_on > timezone.localdate(now):
        raise ELECTION[0].wrong("大会日期不能晚于今天。")
    posts_services.record_election(actor, case.pk, given["candidates"], now=now)


@FOUNDINGS.on("report")
def reported(case: Case, row: FoundingCase, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises RuleBroken `election.rules`."""
    posts_services.require_right(_election(case, row))


@FOUNDINGS.on("approve")
def approved(case: Case, row: FoundingCase, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """The union is opened, its board takes office, its people in online homes are invited by a job.

    Raises RuleBroken `election.rules`; Duplicate `founding.covered`, `union.name_taken`.
    """
    posts_services.require_right(_election(case, row))
    _checked(
        {
            name: getattr(row, name)
            for name in ("credit_code", "type", "headcount", "female_headcount", "migrant_headcount")
        },
        unions.get_facts(row.parent_id),
    )
    parent = unions.get_union(actor, unions.get_facts(row.parent_id).public_id)
    level = union_rules.level_of_type(row.type)
    assert level is not None  # noqa: S101  of the types offered
    assert row.held_on is not None  # noqa: S101  a right election was held
    unions_services.declare_employer(
        SYSTEM, name=row.employer_name, credit_code=row.credit_code, region=parent.region, industry=row.industry,
        ownership=row.ownership, headcount=row.headcount, female_headcount=row.female_headcount,
        migrant_headcount=row.migrant_headcount, now=now,
    )  # fmt: skip
    union = unions_services.open_with_employer(
        actor, parent=parent, name=row.name, type=row.type, level=level, region=parent.region, founded_on=row.held_on,
        employer_code=row.credit_code, employer_name=row.employer_name, now=now,
    )  # fmt: skip
    change_rows(FoundingCase, {"id": row.pk}, {"union_id": union.pk})
    posts_services.take_office(actor, union.pk, case.pk, held_on=row.held_on, years=int(row.term_years), now=now)
    workflow.move(case, "file", actor=SYSTEM, now=now, note=f"工会编码 {union.code}")
    enqueue(OFFER_JOB, {"union": union.pk}, actor=SYSTEM, now=now, key=f"{OFFER_JOB}:{union.pk}")


def read_mobile(actor: Actor, public_id: str, *, now: datetime) -> str:
    """The leader's number, to call. Leaves an audit row. Raises NotFound, NotAllowed, WrongState once it is settled."""
    one = casework.get_case(FOUNDINGS, actor, public_id)
    if one.case.closed_at is not None:
        raise WrongState
    audit.record_read(actor, "founding.mobile", ("case", public_id), now=now, reason="联系筹备组组长",
                      unit_id=one.case.unit_id)  # fmt: skip
    return people.open_mobile(one.row.leader_mobile_sealed, table=PLACE, row=public_id)
