"""What a congress is asked about, and its findings beside a decision; for founding and for elections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhijia.foundation.casework.fields import Choice, Count, Day, Flag, IdNumber, Words
from zhijia.foundation.casework.kinds import Check
from zhijia.foundation.casework.lines import Lines
from zhijia.organization.posts import selectors
from zhijia.organization.posts.rules import elections
from zhijia.organization.posts.rules.elections import BARS, FORMS, Bar, Election, Form
from zhijia.organization.posts.rules.posts import ELECTED_POSTS, PostKind

_MOST = 1_000_000
ID_TYPES = {"RESIDENT_ID": "居民身份证", "RESIDENCE_PERMIT": "港澳台居民居住证", "PASSPORT": "护照"}
CANDIDATES = Lines(
    "candidates",
    "候选人和得票",
    "每个职务一行，没有当选的也要列出；可以从表格里整块粘贴",
    kept=False,
    most=200,
    of=(
        Words("name", "姓名", most=30),
        Choice("id_type", "证件", choices=ID_TYPES, usual="RESIDENT_ID"),
        IdNumber("id_number", "证件号码"),
        Choice("post", "职务", choices=dict(ELECTED_POSTS)),
        Count("votes", "得票", most=_MOST),
        Choice("elected", "当选", choices={"YES": "当选", "NO": "未当选"}),
        Choice("bar", "任职限制", choices=dict(BARS), usual=Bar.NONE),
    ),
    sample=[
        {"name": name, "id_type": "RESIDENT_ID", "id_number": number, "post": post, "votes": votes,
         "elected": "YES" if elected else "NO", "bar": "NONE"}
        for name, number, post, votes, elected in (
            ("甲候选", "370299199003070010", PostKind.COMMITTEE, 27, True),
            ("乙候选", "37029919850612002X", PostKind.COMMITTEE, 26, True),
            ("丙候选", "370299196512310031", PostKind.COMMITTEE, 25, True),
            ("丁候选", "370299200002290041", PostKind.COMMITTEE, 6, False),
            ("甲候选", "370299199003070010", PostKind.CHAIR, 27, True),
            ("丙候选", "370299196512310031", PostKind.AUDIT, 5, False),
            ("丁候选", "370299200002290041", PostKind.AUDIT, 24, True),
            ("乙候选", "37029919850612002X", PostKind.WOMEN_CHAIR, 26, True),
        )
    ],
)  # fmt: skip
ELECTION = (
    Day("held_on", "大会日期", sample=date(2026, 9, 10)),
    Choice("form", "大会形式", choices=dict(FORMS), sample=Form.ALL),
    Count("members", "会员人数", least=1, most=_MOST, sample=30, unit="人"),
    Count("women", "其中女会员", most=_MOST, sample=12, unit="人"),
    Count("due", "应到人数", "会员大会为全体会员，代表大会为全体代表", least=1, most=_MOST, sample=30, unit="人"),
    Count("attended", "实到人数", most=_MOST, sample=28, unit="人"),
    Count("issued", "发出选票", most=_MOST, sample=28, unit="张"),
    Count("returned", "收回选票", most=_MOST, sample=28, unit="张"),
    Flag("secret", "无记名投票", required=False, sample=True),
    Flag("in_person", "没有委托他人代投", required=False, sample=True),
    Day(
        "published_on",
        "主席候选人公示开始日期",
        "企业主席候选人公示不少于 7 日",
        required=False,
        sample=date(2026, 9, 1),
    ),
    Choice("term_years", "任期", choices={"3": "三年", "5": "五年"}, sample="5"),
    CANDIDATES,
)


def election_checks(election: Election | None) -> list[Check]:
    """Each rule with whether it was kept."""
    if election is None:
        return []
    return [Check(one.text, one.state, one.value, one.law) for one in elections.findings(election)]


def candidate_rows(case_id: int, *, full: bool) -> list[dict[str, Any]]:
    """The table of who stood."""
    return [
        {
            "post": ELECTED_POSTS[PostKind(row.post)],
            "name": person.name if full else person.masked_name,
            "votes": row.votes,
            "elected": row.elected,
            "bar": BARS[Bar(row.bar)] if row.bar != Bar.NONE else "",
        }
        for row, person in selectors.candidates_of(case_id)
    ]


def typed_again(row: Any) -> Mapping[str, Any]:
    """What was reported before, to be put right; who stood is asked anew, since numbers are not kept."""
    if row.held_on is None:
        return {}
    return {one.name: one.typed(getattr(row, one.name)) for one in ELECTION if one.kept}
