"""Boards of the demonstration's unions, elections under way, unions that are being founded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone

from zhijia.foundation.casework.fields import samples
from zhijia.foundation.casework.kinds import By
from zhijia.foundation.casework.services import act, open_case
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.organization.access.roles import Role
from zhijia.organization.founding.cases import FOUNDINGS, OPENS
from zhijia.organization.legal.cases import OPENS as LEGAL_ASKS, REGISTRATIONS
from zhijia.organization.members.models import Membership
from zhijia.organization.people import selectors as people
from zhijia.organization.posts.cases import POST_CHANGES, TERMS
from zhijia.organization.posts.cases.election import ELECTION
from zhijia.organization.posts.models import Post, Term
from zhijia.organization.posts.rules.posts import term_end
from zhijia.organization.unions.models import Union

from .stage import Stage

ELECTED = (
    ("COMMITTEE", 0, 27, True), ("COMMITTEE", 1, 26, True), ("COMMITTEE", 2, 25, True), ("COMMITTEE", 3, 6, False),
    ("CHAIR", 0, 27, True), ("AUDIT", 2, 5, False), ("AUDIT", 3, 24, True), ("WOMEN_CHAIR", 1, 26, True),
)  # fmt: skip
"""Post, which candidate, votes, elected."""


def play_boards(stage: Stage) -> None:
    """Terms of most unions, a few run out; each with a chair from among its members; two elections under way."""
    _write_boards(stage)
    admin, town = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.TOWN_WORKER, "town")
    _play_terms(stage, admin, town)
    _play_post_changes(stage, admin, town)


TERMS_PLAYED: tuple[tuple[str, ...], ...] = (
    ("request", "permit"),
    (),
    ("request",),
    ("request", "permit", "elect"),
    ("request", "permit", "elect", "report"),
    ("request", "permit", "elect", "report", "approve"),
    ("request", "extend"),
    ("withdraw",),
)
"""What was done so far: of the guide's plant first, then of others of its county."""


def _play_terms(stage: Stage, admin: Actor, town: Actor) -> None:
    county, city = stage.holder(Role.ORG, "county"), stage.holder(Role.ORG, "city")
    below = db.subtree("path", stage.unions["county"].path)
    others = Union.objects.filter(below, type="GRASSROOTS", status="ACTIVE")
    others = others.exclude(pk=stage.unions["plant"].pk).filter(pk__in=Term.objects.values("union_id"))
    unions = [stage.unions["plant"], *others.order_by("id")]
    for union, moves in zip(unions, TERMS_PLAYED, strict=False):
        maker, upper = (admin, town) if union == stage.unions["plant"] else (county, city)
        if union != stage.unions["plant"]:
            last_day = stage.today + timedelta(days=100)
            ends = {"starts": last_day - timedelta(days=1_094), "last_day": last_day, "first_last_day": last_day}
            Term.objects.filter(union=union, in_force=True).update(years=3, **ends)
        said = {"union": union.code, "planned_on": stage.today + timedelta(days=20), "reason": "按期换届。"}
        case = open_case(TERMS, maker, said, now=stage.workdays_ago(12))
        held_on = timezone.localdate(stage.workdays_ago(8))
        for step, move in enumerate(moves, start=1):
            given = samples(TERMS.step(move).asks)
            if move == "elect":
                given = samples(ELECTION) | _result(_group(stage), held_on)
            if move == "extend":
                last_day = Term.objects.get(union=union, in_force=True).first_last_day
                given["extended_to"] = last_day + timedelta(days=100)
            actor = upper if move in ("permit", "extend", "approve") else maker
            act(TERMS, actor, case, move, given, now=stage.workdays_ago(11 - 2 * step))


def _write_boards(stage: Stage) -> None:
    draw = stage.inventor.random
    unions = list(Union.objects.filter(status="ACTIVE").exclude(type="ONLINE_HOME").order_by("id"))
    held = {row.union_id for row in Term.objects.filter(in_force=True)}
    first = dict(
        Membership.objects.filter(until__isnull=True, state="ACTIVE")
        .values_list("union_id")
        .annotate(first=Min("person_id"))
    )
    taken = set(Post.objects.values_list("union_id", flat=True))
    terms, posts = [], []
    for union in unions:
        if union.pk in held or union.pk in taken or stage.inventor.share(0.05):
            continue
        local = union.type in ("GENERAL", "INDUSTRY")
        years = 5 if local else draw.choice((3, 5))
        # Four in a hundred have run out; the plant of the guide ends soon.
        age = (
            draw.randrange(30, years * 365 - 20) if not stage.inventor.share(0.04) else years * 365 + draw.randrange(90)
        )
        if union.pk == stage.unions["plant"].pk:
            years, age = 3, 3 * 365 - 40
        starts = stage.today - timedelta(days=age)
        last_day = term_end(starts, years)
        terms.append({"union_id": union.pk, "years": years, "starts": starts, "last_day": last_day,
                      "first_last_day": last_day})  # fmt: skip
        if union.pk in first and not stage.inventor.share(0.02):
            posts.append({"union_id": union.pk, "person_id": first[union.pk], "kind": "CHAIR", "since": starts,
                          "source": "ELECTED"})  # fmt: skip
    db.insert_rows(Term, terms)
    db.insert_rows(Post, posts)


def _play_post_changes(stage: Stage, admin: Actor, town: Actor) -> None:
    """Members co-opted, one in each state."""
    for outcome in ("agree", "refuse", "withdraw", "wait"):
        person = stage.applicant()
        stage.take_in(person, "plant", at=stage.workdays_ago(30))
        said = samples(POST_CHANGES.opens) | {
            "union": stage.unions["plant"].code,
            "name": person.name,
            "id_number": _number(person.pk, stage),
            "on": timezone.localdate(stage.workdays_ago(4)),
            "reason": "委员会会议通过，增补委员一名。",
        }
        case = open_case(POST_CHANGES, admin, said, now=stage.workdays_ago(2))
        if outcome != "wait":
            actor = admin if outcome == "withdraw" else town
            given = {"note": "增补后委员会超过规定人数，请核对。"} if outcome == "refuse" else {}
            act(POST_CHANGES, actor, case, outcome, given, now=stage.workdays_ago(1))


def _number(person_id: int, stage: Stage) -> str:
    return people.read_numbers(SYSTEM, person_id, reason="系统核对登记信息", now=stage.now).id_number


REGISTERED: tuple[tuple[str, ...], ...] = (
    ("withdraw",), ("refuse",), ("register",), (), ("return",), ("register",), ("register",),
)  # fmt: skip
"""What became of unions' applications for a certificate: of the guide's plant the first three, then of others."""


def play_registrations(stage: Stage) -> None:
    """Certificates asked for in every state; those of unions of the county that have a chair."""
    admin, county = stage.holder(Role.GRASS_ADMIN, "plant"), stage.holder(Role.ORG, "county")
    town = stage.holder(Role.TOWN_WORKER, "town")
    led = Post.objects.filter(kind="CHAIR", until__isnull=True).values("union_id")
    mine = Union.objects.filter(db.subtree("path", stage.unions["town"].path), type="GRASSROOTS", pk__in=led)
    plant = stage.unions["plant"]
    unions = [plant, plant, plant, *mine.exclude(pk=plant.pk).order_by("id")]
    for place, (union, moves) in enumerate(zip(unions, REGISTERED, strict=False)):
        maker = admin if union == plant else town
        said = samples(LEGAL_ASKS) | {"union": union.code, "papers": ()}
        case = open_case(REGISTRATIONS, maker, said, now=stage.workdays_ago(20 - 2 * place))
        for move in moves:
            given = samples(REGISTRATIONS.step(move).asks)
            if move == "register":
                code = stage.inventor.credit_code(union.region, "81")
                given |= {"credit_code": code, "last_day": stage.today + timedelta(days=1_000)}
            actor = maker if move == "withdraw" else county
            act(REGISTRATIONS, actor, case, move, given, now=stage.workdays_ago(19 - 2 * place))


DUTIES = ("行政主管", "会计", "班组长")
FOUNDED = (
    ("莱阳市云帆数字科技有限公司", "I", "KEY", ()),
    ("莱阳市锦程汽车维修有限公司", "O", "TRADE", ("return",)),
    ("莱阳市好运来小商品商行", "F", "DOOR", ("reject",)),
    ("莱阳市万家连锁超市有限公司", "F", "DOOR", ("permit",)),
    ("莱阳市鸿达建材有限公司", "F", "AREA", ("permit", "abandon")),
    ("莱阳市博文教育培训有限公司", "P", "ONLINE", ("permit", "elect")),
    ("莱阳市金果食品有限公司", "C", "STATIONED", ("permit", "elect", "report")),
    ("莱阳市清泉洗涤服务有限公司", "O", "CATCH_ALL", ("permit", "elect", "report", "approve")),
)
"""Employer, trade, method, what was done so far."""


def play_foundings(stage: Stage) -> None:
    """A union that is applied for, one that prepares, one whose result waits, one on file."""
    town, county = stage.holder(Role.TOWN_WORKER, "town"), stage.holder(Role.ORG, "county")
    _play_asked(stage)
    for place, (name, trade, method, moves) in enumerate(FOUNDED):
        group = _group(stage)
        said = samples(OPENS) | {
            "parent": stage.unions["town"].code,
            "name": f"{name}工会委员会",
            "employer_name": name,
            "credit_code": stage.inventor.credit_code(stage.unions["town"].region),
            "industry": trade,
            "method": method,
            "project_source": "集中入会行动" if place % 2 else "",
            "group": [{"name": row["name"], "duty": duty} for row, duty in zip(group, DUTIES, strict=False)],
            "leader_mobile": stage.inventor.mobile(),
        }
        at = 20 - place
        case = open_case(FOUNDINGS, town, said, now=stage.workdays_ago(at if moves else 2), by=By.CADRE)
        held_on = timezone.localdate(stage.workdays_ago(at - 5))
        for step, move in enumerate(moves, start=1):
            actor = county if move in ("permit", "return", "reject", "approve") else town
            given = samples(FOUNDINGS.step(move).asks)
            if move == "elect":
                given = samples(ELECTION) | _result(group, held_on)
            act(FOUNDINGS, actor, case, move, given, now=stage.workdays_ago(max(at - 3 * step, 1)))


def _play_asked(stage: Stage) -> None:
    """A rider of the online home asks for a union where he works."""
    person = stage.applicant()
    stage.take_in(person, "home", at=stage.workdays_ago(40))
    name = "莱阳市新港冷链运输有限公司"
    said = samples(FOUNDINGS.opens) | {
        "name": f"{name}工会委员会", "employer_name": name, "industry": "G", "method": "ONLINE",
        "credit_code": stage.inventor.credit_code(stage.unions["town"].region),
    }  # fmt: skip
    open_case(FOUNDINGS, stage.actor(person), said, now=stage.workdays_ago(1))


def _group(stage: Stage) -> list[dict[str, Any]]:
    """Four who prepare and stand: the second is a woman."""
    found = []
    for place in range(4):
        female = place == 1
        born = stage.inventor.birthday(25, 50)
        found.append({"name": stage.inventor.name(female), "id_number": stage.inventor.id_number(born, female)})
    return found


def _result(group: list[dict[str, Any]], held_on: date) -> dict[str, Any]:
    lines = [
        {**group[who], "id_type": "RESIDENT_ID", "post": post, "votes": votes, "elected": "YES" if won else "NO",
         "bar": "NONE"}
        for post, who, votes, won in ELECTED
    ]  # fmt: skip
    return {"held_on": held_on, "published_on": held_on - timedelta(days=8), "candidates": lines}
