"""Where somebody stands who has no card yet: not identified, waiting, asked, refused, or in no union."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.organization.joining.rules import JOIN, Join
from zhijia.organization.joining.selectors.applications import last_day_to_appeal
from zhijia.organization.members.selectors.memberships import open_stay
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions


class Stand(StrEnum):
    UNKNOWN = "unknown"  # has not said who he is
    MEMBER = "member"
    CHECKED = "checked"  # his application waits for the real-name source
    WAITING = "waiting"
    ASKED = "asked"
    REFUSED = "refused"
    NONE = "none"


_STANDS = {
    Join.SUBMITTED: Stand.CHECKED,
    Join.PENDING: Stand.WAITING,
    Join.ESCALATED: Stand.WAITING,
    Join.NEED_INFO: Stand.ASKED,
    Join.REJECTED: Stand.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`case` is the newest application where one matters; `words` why he was asked or refused; `until` the last day on
    which the union answers, or on which he may complete or appeal.
    """

    stand: Stand
    case: Case | None = None
    union: str = ""
    decides: str = ""
    words: str = ""
    until: date | datetime | None = None


def standing(actor: Actor, *, now: datetime) -> Standing:
    """What his home says in place of a card; at most five queries, one for who has a membership."""
    if actor.person_id is None:
        return Standing(Stand.UNKNOWN)
    if open_stay(actor.person_id) is not None:
        return Standing(Stand.MEMBER)
    case = cases.newest(JOIN.code, actor.person_id)
    stand = _STANDS.get(Join(case.state), Stand.NONE) if case else Stand.NONE
    if case is None or stand is Stand.NONE:
        known = people.get_facts(actor.person_id).real_name_level >= 2
        return Standing(Stand.NONE if known else Stand.UNKNOWN)
    union = unions.get_facts(case.unit_id)
    upper = unions.get_facts(union.parent_id) if case.state == Join.ESCALATED and union.parent_id else union
    until: date | datetime | None = case.last_day
    words = ""
    if stand in (Stand.ASKED, Stand.REFUSED):
        words = next((step.note for step in cases.timeline(case, own=True) if step.state == case.state), "")
    if stand is Stand.REFUSED:
        until = last_day_to_appeal(case, now=now)
    return Standing(stand, case, union.name, upper.name, words, until)
