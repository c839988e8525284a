"""What a member may ask to have put right of his membership: the day of joining, and the number of his card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from zhijia.foundation.audit import services as audit
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import Duplicate, Invalid, WrongState
from zhijia.kernel.identifiers import age_on
from zhijia.kernel.personal import Correctable, Corrections
from zhijia.organization.members import rules, selectors
from zhijia.organization.members.selectors.stays import has_number
from zhijia.organization.members.services import memberships
from zhijia.organization.people import selectors as people


def _joined_on(person_id: int) -> str:
    stay = selectors.open_stay(person_id)
    return stay.joined_on.isoformat() if stay else ""


def _check_joined_on(person_id: int, text: str, today: date) -> str:
    """Not after the present stay began, and not before he was old enough."""
    stay = selectors.open_stay(person_id)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid("correct.joined_on", "入会日期请按 2016-05-01 的样子填写。") from None
    if stay is None or day > min(stay.since, today):
        raise Invalid("correct.joined_on", "入会日期不能晚于加入现在这个工会的日期，请核对后重填。")
    born_on = people.born_on(person_id)
    if born_on is not None and age_on(born_on, day) < rules.LEAST_AGE:
        raise Invalid("correct.joined_on", f"入会时须年满 {rules.LEAST_AGE} 周岁，请核对后重填。")
    return day.isoformat()


def _number(person_id: int) -> str:
    stay = selectors.open_stay(person_id)
    return stay.member_number if stay else ""


def _check_number(person_id: int, text: str, _today: date) -> str:
    number = rules.normalize_member_number(text)
    if _is_anothers(number, person_id):
        raise Invalid("correct.number_taken", "这个会员卡号是另一位会员的，请核对后重填。")
    return number


def _is_anothers(number: str, person_id: int) -> bool:
    return has_number(number, besides=people.with_aliases(person_id))


def _carry_out(actor: Actor, person_id: int, values: Mapping[str, str], reason: str, now: datetime) -> None:
    """Raises WrongState without a membership, Duplicate `correct.number_taken` where the number was given meanwhile."""
    stay = selectors.open_stay(person_id)
    if stay is None:
        raise WrongState("correct.no_membership", "这位同志现在没有会籍，不能更正入会日期和会员卡号。")
    changes: dict[str, date | str] = {}
    if "joined_on" in values:
        changes["joined_on"] = date.fromisoformat(values["joined_on"])
    if "member_number" in values:
        if _is_anothers(values["member_number"], person_id):
            raise Duplicate("correct.number_taken", "这个会员卡号已是另一位会员的，不能更正为它。")
        changes["member_number"] = values["member_number"]
    before = {name: getattr(stay, name) for name in changes}
    memberships.correct(actor, stay, changes, now=now)
    audit.record(
        actor,
        "duplicates.membership_corrected",
        ("person", people.get_facts(person_id).public_id),
        now=now,
        unit_id=stay.union_id,
        concerns=person_id,
        before=before,
        after=changes,
        detail={"changed": sorted(changes), "reason": reason},
    )


CORRECTIONS = Corrections(
    (
        Correctable("joined_on", "入会日期", _joined_on, _check_joined_on, is_day=True),
        Correctable("member_number", "会员卡号", _number, _check_number),
    ),
    _carry_out,
)
