"""Who comes into a post or leaves it between two elections, proposed by the union and agreed to by the one above.

Source: docs/rules/posts.md#leaving
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhijia.foundation.casework.fields import Choice, Count, Day, Flag, IdNumber, Words
from zhijia.foundation.casework.kinds import Check, Goes, Wordings, checked_kind
from zhijia.foundation.ui.listing import Column, Empty
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.posts import selectors, services
from zhijia.organization.posts.models import Post, PostChange
from zhijia.organization.posts.permissions import Permission
from zhijia.organization.posts.rules.posts import POSTS, PostKind, is_vacant_too_long
from zhijia.organization.posts.rules.terms import ACTIONS, COMES_BY, POST_CHANGE, Action, check_leaving
from zhijia.organization.unions import selectors as unions

from .election import ID_TYPES
from .terms import UNION, own_union

ACTION = Choice("action", "变动", choices=dict(ACTIONS), sample=Action.CO_OPT)
NAME = Words("name", "姓名", most=30, kept=False, sample="戊增补")
ID_TYPE = Choice("id_type", "证件", choices=ID_TYPES, usual="RESIDENT_ID", kept=False, sample="RESIDENT_ID")
ID_NUMBER = IdNumber("id_number", "证件号码", kept=False, sample="370299199003070010")
KIND = Choice("kind", "职务", choices=dict(POSTS), sample=PostKind.COMMITTEE)
FULL_TIME = Flag("full_time", "专职", required=False, sample=False)
ON = Day("on", "生效日期", sample=date(2026, 9, 10))
AGREED = Flag(
    "committee_agreed", "已征得本级工会委员会同意", "任期未满调动主席、副主席的必须", required=False, sample=True
)
ENTITLED = Count("entitled", "全体会员或代表人数", "罢免的填写", required=False, most=1_000_000, unit="人", sample=100)
IN_FAVOUR = Count("in_favour", "赞成票", "罢免须过半数", required=False, most=1_000_000, unit="票", sample=60)
WHY = Words("reason", "依据", "会议和日期", least=5, rows=3, sample="2026年9月10日委员会会议通过。")


def to_who_stands_above(actor: Actor, given: Mapping[str, Any], now: datetime) -> Goes:
    """The union above decides.

    Raises Invalid `case.union`, of the document, `case.on`; RuleBroken `posts.not_held`, `posts.committee`,
    `posts.removal`, `posts.elected_only`; NotAllowed.
    """
    union = own_union(actor, given["union"], Permission.POST_ASK)
    if given["on"] > timezone.localdate(now):
        raise ON.wrong("生效日期不能晚于今天。")
    identity = people_services.read_identity(
        given["name"], given["id_type"], given["id_number"], today=timezone.localdate(now)
    )
    person_id = people_services.enter_person(actor, identity, now=now)
    if given["action"] in COMES_BY:
        _check_coming(given)
    else:
        _held(union.id, person_id, given["kind"])
        check_leaving(given["action"], given["kind"], agreed=given["committee_agreed"], entitled=given["entitled"],
                      in_favour=given["in_favour"])  # fmt: skip
    what = f"{ACTIONS[Action(given['action'])]}{POSTS[PostKind(given['kind'])]}"
    return Goes(
        union.parent_id or union.id,
        from_unit_id=union.id,
        open_key=f"post:{union.id}:{person_id}:{given['kind']}",
        title=f"{union.name}：{what}",
        note=people.get_facts(person_id).masked_name,
        fills={"union_id": union.id, "person_id": person_id},
    )


def _check_coming(given: Mapping[str, Any]) -> None:
    """A committee may grow by co-opting; a chair is elected, or acts for three months at most."""
    if given["action"] == Action.HIRE and given["kind"] != PostKind.SOCIAL_WORKER:
        raise RuleBroken("posts.elected_only", "只有社会化工会工作者是聘用的，其他职务请选增补或指定代理。")
    if given["action"] == Action.CO_OPT and given["kind"] == PostKind.CHAIR:
        raise RuleBroken("posts.elected_only", "主席由选举产生，不能增补；空缺期间可以指定代理，三个月内补选。")


def _held(union_id: int, person_id: int, kind: str) -> Post:
    post = Post.objects.filter(union_id=union_id, person_id=person_id, kind=kind, until__isnull=True).first()
    if post is None:
        raise RuleBroken("posts.not_held", "他现在不担任这个职务，请核对姓名、证件号码和职务。")
    return post


def checks(case: Case, row: PostChange, actor: Actor, now: datetime) -> list[Check]:
    board = selectors.board_of(row.union_id)
    late = is_vacant_too_long(board, timezone.localdate(now))
    if board.vacant_since is None:
        return []
    return [Check("主席空缺不超过三个月", "wrong" if late else "warn", f"{board.vacant_since.isoformat()} 起空缺")]


def shows_more(case: Case, row: PostChange, actor: Actor, now: datetime) -> dict[str, Any]:
    person = people.get_facts(row.person_id)
    full = actor.scope.covers(unions.get_facts(row.union_id).path)
    share = f"{row.in_favour} / {row.entitled}" if row.entitled else ""
    return {
        "facts": [
            {"label": "工会", "value": unions.get_facts(row.union_id).name},
            {"label": "变动", "value": ACTIONS[Action(row.action)]},
            {"label": "职务", "value": POSTS[PostKind(row.kind)] + ("（专职）" if row.full_time else "")},
            {"label": "姓名", "value": person.name if full else person.masked_name},
            {"label": "证件号码", "value": person.id_masked},
            {"label": "生效日期", "value": row.on.isoformat()},
            {"label": "委员会同意", "value": "已征得同意" if row.committee_agreed else ""},
            {"label": "赞成票", "value": share},
            {"label": "依据", "value": row.reason},
        ]
    }


POST_CHANGES = checked_kind(
    "post-changes",
    POST_CHANGE,
    PostChange,
    space="posts:changes",
    opened_by=Permission.POST_ASK,
    opens=(UNION, ACTION, NAME, ID_TYPE, ID_NUMBER, KIND, FULL_TIME, ON, AGREED, ENTITLED, IN_FAVOUR, WHY),
    goes=to_who_stands_above,
    title="{action}{kind}",
    means="从生效日期起任职或离任；离任的，岗位授权同时收回",
    columns=(Column("谁", "case.note"),),
    words=Wordings(
        button="提出职务变动", empty=Empty("没有这样的职务变动", "两次选举之间有人任职、离任时在这里提出。")
    ),
    checks=checks,
    shows_more=shows_more,
    archive=frozenset({"IN_FORCE"}),
    keep_days=365 * 3,
)


@POST_CHANGES.on("agree")
def change(case: Case, row: PostChange, *, actor: Actor, given: Mapping[str, Any], now: datetime) -> None:
    """Raises Duplicate `posts.held`, RuleBroken `posts.not_held`."""
    if row.action in COMES_BY:
        services.take_post(actor, row.union_id, row.person_id, row.kind, on=row.on, source=COMES_BY[Action(row.action)],
                           full_time=row.full_time, case_id=case.pk, now=now)  # fmt: skip
        return
    post = _held(row.union_id, row.person_id, row.kind)
    services.end_post(actor, post, on=row.on, by=row.action, now=now)
