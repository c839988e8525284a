"""A union asks its registrar for a certificate, a change of it, a new one, or its end. Source: docs/rules/legal.md"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Choice, Day, Papers, Words
from zhijia.foundation.casework.kinds import REASON, By, CaseKind, Check, Goes, Step, Tab, Wordings, declare
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.db import change_rows, insert_row
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.people import selectors as people
from zhijia.organization.posts import selectors as posts
from zhijia.organization.posts.cases.terms import UNION, own_union
from zhijia.organization.posts.rules.posts import term_end
from zhijia.organization.unions import selectors as unions, services as unions_services
from zhijia.organization.unions.rules import normalize_own_credit_code
from zhijia.organization.unions.selectors import governing

from . import selectors
from .models import LegalPerson, Registration
from .permissions import Permission
from .rules import (
    LEAST_YEARS,
    MOST_YEARS,
    REGISTRATION,
    STANDINGS,
    WHATS,
    State,
    What,
    apply_by,
    offered,
)

WHAT = Choice("what", "登记事项", choices=dict(WHATS), sample=What.FIRST)
APPROVAL = Words("approval", "批复文号", "上级工会同意建会或换届的批复", most=60, sample="莱工字〔2026〕12号")
ADDRESS = Words("address", "住所", "办公地址", least=4, most=120, sample="莱阳市沐浴店镇工业路1号")
FUNDS = Words(
    "funds",
    "经费情况",
    "经费来源和数额，独立账户",
    least=4,
    most=200,
    rows=3,
    sample="经费按月拨缴，设独立账户。",
)
PAPERS = Papers(
    "papers", "证明材料", "批复、选举结果和住所证明的照片或 PDF，最多 5 个", required=False, use="legal.evidence"
)
CODE = Words("credit_code", "统一社会信用代码", "以 81 或 89 开头的 18 位；注销登记不填", required=False, most=40,
             sample="81370200MC0A000115")  # fmt: skip
LAST_DAY = Day("last_day", "证书有效期到", "不填的，到本届任期届满", required=False, sample=date(2030, 9, 9))
REMARK = Words("note", "意见", required=False, most=500, rows=3, sample="材料齐全。")
OPENS = (UNION, WHAT, APPROVAL, ADDRESS, FUNDS, PAPERS)
AGAIN = (APPROVAL, ADDRESS, FUNDS, PAPERS)


def to_the_registrar(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The county's general union of the place, else the one above.

    Raises Invalid `case.union`; NotAllowed; RuleBroken `legal.no_chair`, `legal.not_offered`;
    Duplicate `legal.registration.already_open`.
    """
    union = own_union(actor, given["union"], Permission.ASK)
    chair = posts.chair_of(union.id)
    if chair is None:
        raise RuleBroken("legal.no_chair", "工会主席是法定代表人。请先选出主席、登记任期，再申请法人登记。")
    now_standing = selectors.standing_of(union.id, today=timezone.localdate(now))
    if given["what"] not in offered(now_standing):
        words = f"法人证书现在是“{STANDINGS[now_standing]}”，不能办理{WHATS[What(given['what'])]}。"
        raise RuleBroken("legal.not_offered", words, fields={"what": words})
    return Goes(
        union.county_id or union.city_id or union.parent_id or union.id,
        from_unit_id=union.id,
        open_key=f"union:{union.id}",
        title=union.name,
        note=WHATS[What(given["what"])],
        fills={"union_id": union.id, "person_id": chair},
    )


def checks(case: Case, row: Registration, actor: Actor, now: datetime) -> list[Check]:
    union, today = unions.get_facts(row.union_id), timezone.localdate(now)
    found = [
        Check("工会在正常状态", "ok" if union.is_open else "wrong", union.status_label),
        Check("法定代表人是在任主席", "ok" if posts.is_chair(row.person_id, union.id) else "wrong",
              people.get_facts(row.person_id).masked_name, "《基层工会法人登记管理办法》"),
    ]  # fmt: skip
    term = posts.find_term(union.id)
    if term is None:
        found.append(Check("有登记的任期", "wrong", "没有"))
    else:
        found.append(
            Check("在任期之内", "ok" if today <= term.last_day else "wrong", f"到 {term.last_day.isoformat()}")
        )
    founded_on = governing.founded_on(union.id)
    if row.what == What.FIRST and founded_on is not None:
        late = timezone.localdate(case.opened_at) > apply_by(founded_on)
        found.append(
            Check("建会后 60 日内申请", "warn" if late else "ok", f"应在 {apply_by(founded_on).isoformat()} 前")
        )
    return found


def shows_more(case: Case, row: Registration, actor: Actor, now: datetime) -> dict[str, Any]:
    union, chair = unions.get_facts(row.union_id), people.get_facts(row.person_id)
    full = actor.scope.covers(union.path)
    return {
        "facts": [
            {"label": "工会", "value": union.name},
            {"label": WHAT.label, "value": WHATS[What(row.what)]},
            {"label": "法定代表人", "value": chair.name if full else chair.masked_name},
            {"label": APPROVAL.label, "value": row.approval},
            {"label": ADDRESS.label, "value": row.address},
            {"label": FUNDS.label, "value": row.funds},
            {"label": CODE.label, "value": row.credit_code},
            {"label": LAST_DAY.label, "value": row.last_day.isoformat() if row.last_day else ""},
        ]
    }


REGISTRATIONS = declare(
    CaseKind(
        "registrations",
        REGISTRATION,
        Registration,
        space="legal:registrations",
        opener=By.CADRE,
        opened_by=Permission.ASK,
        opens=OPENS,
        goes=to_the_registrar,
        title="{union}",
        steps={
            "register": Step((CODE, LAST_DAY, REMARK), means="代码和有效期登记到工会档案，注销登记的证书同时失效"),
            "return": Step((REASON,)),
            "refuse": Step((REASON,)),
            "again": Step(AGAIN),
        },
        tabs=(
            Tab("open", "办理中", frozenset({State.APPLIED, State.RETURNED})),
            Tab("done", "已登记", frozenset({State.REGISTERED})),
            Tab("not", "没有登记", frozenset({State.REFUSED, State.WITHDRAWN})),
        ),
        columns=(Column("事项", "case.note"),),
        words=Wordings(
            button="申请法人登记",
            tells_person=False,
            empty=Empty("没有这样的登记申请", "基层工会建会后 60 日内申请，由县级以上总工会免费登记。"),
        ),
        checks=checks,
        shows_more=shows_more,
        archive=frozenset({State.REGISTERED}),
        keep_days=3 * 365,
        purpose="办理工会法人登记。",
    )
)


@REGISTRATIONS.on("register")
def registered(case: Case, row: Registration, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises RuleBroken `legal.chair_left`, `legal.union_closed`; Invalid `uscc.…`, `union.credit_code`,
    `case.last_day`; Duplicate `union.credit_code_taken`.
    """
    union, today = unions.get_facts(row.union_id), timezone.localdate(now)
    if row.what == What.CANCEL:
        change_rows(LegalPerson, {"union_id": union.id}, {"cancelled_on": today, "case_id": case.pk})
        return
    if not union.is_open:
        raise RuleBroken("legal.union_closed", "这个工会当前不在正常状态，不能登记。")
    if not posts.is_chair(row.person_id, union.id):
        raise RuleBroken("legal.chair_left", "申请中的法定代表人已不是在任主席，请退回补正。")
    known = selectors.find(union.id)
    code = normalize_own_credit_code(given["credit_code"]) if given["credit_code"] else (known and known.credit_code)
    if not code:
        raise CODE.wrong("请填写统一社会信用代码。")
    last_day = _last_day(row, given["last_day"], union.id, today)
    change_rows(Registration, {"id": row.pk}, {"credit_code": code, "last_day": last_day})
    unions_services.register_credit_code(actor, union.id, code, now=now)
    values: dict[str, Any] = {
        "credit_code": code, "person_id": row.person_id, "address": row.address, "registered_on": today,
        "last_day": last_day, "cancelled_on": None, "case_id": case.pk,
    }  # fmt: skip
    if known is None:
        insert_row(LegalPerson, union_id=union.id, **values)
    else:
        change_rows(LegalPerson, {"id": known.pk}, values)


def _last_day(row: Registration, said: date | None, union_id: int, today: date) -> date:
    """Three to five years, with the term; a change keeps what stands. Raises Invalid `case.last_day`."""
    known = selectors.find(union_id)
    if row.what == What.CHANGE and known is not None and said is None:
        return known.last_day
    term = posts.find_term(union_id)
    last_day = said or (term.last_day if term else term_end(today, LEAST_YEARS))
    if not today < last_day <= term_end(today, MOST_YEARS):
        raise LAST_DAY.wrong(f"有效期应在今天以后、{term_end(today, MOST_YEARS).isoformat()} 以前。")
    return last_day
