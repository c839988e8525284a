"""Whether an election was held as the rules want: each finding is a sentence, with its source.

Source: docs/rules/posts.md#elections
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .posts import PostKind

PUBLISHED_DAYS = 7
ORGANIZER_BELOW = 25
REPRESENTATIVES_FROM = 100
WOMEN_COMMITTEE_FROM = 10

_SEATS = ((25, 3, 5), (201, 3, 7), (1_001, 7, 15), (5_001, 15, 21), (10_001, 21, 29), (50_001, 29, 37))
"""Members below, then from and to how many seats of a committee."""
_MOST_SEATS = (37, 45)
_REPRESENTATIVES = ((201, 30, 40), (1_001, 40, 60), (5_001, 60, 90), (10_001, 90, 130), (50_001, 130, 180))
_MOST_REPRESENTATIVES = (180, 240)


class Form(StrEnum):
    ALL = "ALL"
    REPRESENTATIVES = "REPRESENTATIVES"


FORMS = {Form.ALL: "会员大会", Form.REPRESENTATIVES: "会员代表大会"}


class Bar(StrEnum):
    """What keeps somebody from a post."""

    NONE = "NONE"
    RELATIVE = "RELATIVE"
    EXECUTIVE = "EXECUTIVE"
    PERSONNEL = "PERSONNEL"
    FOREIGN = "FOREIGN"
    FINANCE = "FINANCE"


BARS = {
    Bar.NONE: "无",
    Bar.RELATIVE: "单位主要负责人的近亲属",
    Bar.EXECUTIVE: "行政负责人（含副职）、合伙人",
    Bar.PERSONNEL: "人力资源部门负责人",
    Bar.FOREIGN: "外籍",
    Bar.FINANCE: "工会财务人员",
}
_NO_CHAIR = frozenset({Bar.RELATIVE, Bar.EXECUTIVE, Bar.PERSONNEL, Bar.FOREIGN})


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody who stood for a post: `person` is whatever tells people apart, `votes` those for him."""

    person: object
    post: str
    votes: int
    elected: bool
    bar: str = Bar.NONE
    woman: bool = False


@dataclass(frozen=True, slots=True)
class Election:
    """A congress and its ballots. `members` of the union, `women` among them; `due` who should come, `published_on`
    when the candidates for chair were made public.
    """

    held_on: date
    form: str
    members: int
    women: int
    due: int
    attended: int
    issued: int
    returned: int
    secret: bool
    in_person: bool
    term_years: int
    standing: Sequence[Standing]
    published_on: date | None = None
    is_enterprise: bool = True
    is_local: bool = False

    def of(self, *posts: str) -> list[Standing]:
        return [one for one in self.standing if one.post in posts]


@dataclass(frozen=True, slots=True)
class Finding:
    """`state` is ok, warn, or bad; what is bad cannot be approved."""

    code: str
    text: str
    state: str
    value: str = ""
    law: str = ""


def _within(table: Sequence[tuple[int, int, int]], most: tuple[int, int], members: int) -> tuple[int, int]:
    return next(((low, high) for below, low, high in table if members < below), most)


def seats_for(members: int) -> tuple[int, int]:
    """How many seats a committee has, from and to: of 200 members 3 to 7, of 201 7 to 15."""
    return _within(_SEATS, _MOST_SEATS, members)


def representatives_for(members: int) -> tuple[int, int] | None:
    """How many representatives make a congress; None where all members come together."""
    if members < REPRESENTATIVES_FROM:
        return None
    return _within(_REPRESENTATIVES, _MOST_REPRESENTATIVES, members)


def least_candidates(seats: int, share: int) -> int:
    """How many must stand for so many seats: `share` per cent more, rounded up, and one more at least.

    21 seats and 5 per cent: 23. 7 seats: 8.
    """
    return seats + max(1, -(-seats * share // 100))


def is_quorate(due: int, attended: int) -> bool:
    """Two thirds of those due: 20 of 30 is enough, 19 is not."""
    return due > 0 and attended * 3 >= due * 2


def is_elected(votes: int, due: int) -> bool:
    """More than half of those due, not of those present: of 30, 16."""
    return votes * 2 > due


def findings(election: Election) -> list[Finding]:
    """Every rule, kept or broken, in the order of the day."""
    return [
        _term(election), _attendance(election), _form(election), *_ballots(election), *_seats(election),
        *_elected(election), *_chair(election), *_audit(election), *_women(election),
    ]  # fmt: skip


def broken(election: Election) -> list[Finding]:
    return [finding for finding in findings(election) if finding.state == "bad"]


def _said(code: str, text: str, right: bool, *, value: str = "", law: str = "", else_: str = "bad") -> Finding:
    return Finding(code, text, "ok" if right else else_, value, law)


def _term(e: Election) -> Finding:
    years = (5,) if e.is_local else (3, 5)
    words = "、".join(map(str, years))
    return _said("term", f"任期为 {words.replace('、', ' 或 ')} 年", e.term_years in years, value=f"{e.term_years} 年",
                 law="《工会法》第十六条")  # fmt: skip


def _attendance(e: Election) -> Finding:
    right = e.attended <= e.due and is_quorate(e.due, e.attended)
    return _said("attendance", "到会人数达到应到人数的三分之二", right, value=f"应到 {e.due}，实到 {e.attended}",
                 law="《工会基层组织选举工作条例》")  # fmt: skip


def _form(e: Election) -> Finding:
    if e.form == Form.ALL:
        return _said("form", "会员大会由全体会员参加", e.due == e.members, value=f"会员 {e.members}，应到 {e.due}",
                     else_="warn")  # fmt: skip
    wanted = representatives_for(e.members)
    if wanted is None:
        return Finding("form", "会员不足 100 人的，应开会员大会", "bad", f"会员 {e.members} 人")
    low, high = wanted
    return _said("form", f"会员代表 {low} 到 {high} 人", low <= e.due <= high, value=f"{e.due} 人", else_="warn")


def _ballots(e: Election) -> Iterable[Finding]:
    yield _said("ballots", "收回的选票不多于发出的，发出的不多于到会人数", e.returned <= e.issued <= e.attended,
                value=f"发出 {e.issued}，收回 {e.returned}")  # fmt: skip
    yield _said("secret", "无记名投票，没有委托他人代投", e.secret and e.in_person)
    most = max((one.votes for one in e.standing), default=0)
    yield _said("votes", "得票不多于收回的选票", most <= e.returned, value=f"最高 {most} 票")


def _seats(e: Election) -> Iterable[Finding]:
    committee = e.of(PostKind.COMMITTEE)
    seats = sum(one.elected for one in committee)
    if e.members < ORGANIZER_BELOW and not committee and e.of(PostKind.ORGANIZER):
        one = sum(each.elected for each in e.of(PostKind.ORGANIZER))
        yield _said("organizer", "会员不足 25 人的，可以只选一名组织员", one == 1, value=f"当选 {one} 人")
        return
    low, high = seats_for(e.members)
    yield _said("seats", f"委员会委员 {low} 到 {high} 人", low <= seats <= high, value=f"当选 {seats} 人")
    yield _said("odd", "委员会人数宜为单数", seats % 2 == 1, value=f"{seats} 人", else_="warn")
    least = least_candidates(seats, 5)
    yield _said("more_candidates", f"委员会差额选举，候选人不少于 {least} 人", len(committee) >= least,
                value=f"候选 {len(committee)} 人")  # fmt: skip


def _elected(e: Election) -> Iterable[Finding]:
    few = [one for one in e.standing if one.elected and not is_elected(one.votes, e.due)]
    yield _said("majority", "当选者得票超过应到人数的一半", not few, value=f"应到 {e.due}，须 {e.due // 2 + 1} 票以上")
    passed = [
        (out, won)
        for out in e.standing
        for won in e.standing
        if out.post == won.post and won.elected and not out.elected and out.votes > won.votes
    ]
    yield _said("order", "得票多的当选", not passed)
    related = [one for one in e.standing if one.elected and one.bar == Bar.RELATIVE]
    yield _said("relatives", "单位主要负责人的近亲属不当选本单位工会委员", not related, law="《工会法》第十条")
    twice = [who for who, count in Counter((one.person, one.post) for one in e.standing).items() if count > 1]
    yield _said("once", "同一人在同一职务只列一次", not twice)


def _chair(e: Election) -> Iterable[Finding]:
    if e.members < ORGANIZER_BELOW and e.of(PostKind.ORGANIZER) and not e.of(PostKind.CHAIR):
        chairs = e.of(PostKind.ORGANIZER)
    else:
        chairs = e.of(PostKind.CHAIR)
        yield _said("chair", "选出一名主席", sum(one.elected for one in chairs) == 1)
        sat = {one.person for one in e.of(PostKind.COMMITTEE) if one.elected}
        leads = [one for one in e.of(PostKind.CHAIR, PostKind.VICE_CHAIR) if one.elected]
        yield _said("chair_sits", "主席、副主席是当选的委员", all(one.person in sat for one in leads))
    barred = [one for one in chairs if one.bar in _NO_CHAIR]
    yield _said("chair_bar", "行政负责人、合伙人及其近亲属、人力资源负责人、外籍职工不作为主席候选人", not barred,
                law="《企业工会主席产生办法》")  # fmt: skip
    if e.is_enterprise:
        days = (e.held_on - e.published_on).days if e.published_on else 0
        yield _said("published", f"主席候选人公示不少于 {PUBLISHED_DAYS} 日", days >= PUBLISHED_DAYS,
                    value=f"{days} 日" if e.published_on else "没有公示日期")  # fmt: skip


def _audit(e: Election) -> Iterable[Finding]:
    audit = e.of(PostKind.AUDIT)
    seats = sum(one.elected for one in audit)
    if e.members < ORGANIZER_BELOW and not audit:
        return
    yield _said("audit", "选出经费审查委员会或经审委员", seats >= 1, value=f"当选 {seats} 人")
    if seats:
        least = least_candidates(seats, 5)
        yield _said("audit_candidates", f"经审委差额选举，候选人不少于 {least} 人", len(audit) >= least,
                    value=f"候选 {len(audit)} 人")  # fmt: skip
    chair = {one.person for one in e.of(PostKind.CHAIR) if one.elected}
    mixed = [one for one in audit if one.elected and (one.person in chair or one.bar == Bar.FINANCE)]
    yield _said("audit_free", "主席和工会财务人员不兼任经审委员", not mixed)


def _women(e: Election) -> Iterable[Finding]:
    heads = [one for one in e.of(PostKind.WOMEN_CHAIR) if one.elected]
    if e.women == 0:
        return
    what = "女职工委员会主任" if e.women >= WOMEN_COMMITTEE_FROM else "女职工委员"
    yield _said("women", f"有女会员的，选出{what}", len(heads) == 1, value=f"女会员 {e.women} 人",
                else_="bad" if e.women >= WOMEN_COMMITTEE_FROM else "warn")  # fmt: skip
    sits = {one.person for one in e.of(PostKind.COMMITTEE, PostKind.ORGANIZER) if one.elected}
    right = all(one.woman and one.person in sits for one in heads)
    yield _said("women_head", f"{what}由女主席、女副主席或女委员担任", right)
