"""The end of a secondment: by the member at once, or proposed when its last day has passed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import NotFound, WrongState, ZhijiaError
from zhijia.organization.transfers.models import Transfer as Row
from zhijia.organization.transfers.rules.transfers import Kind, Transfer
from zhijia.organization.unions import selectors as unions

from .transfers import (
    both,
    can_return,
    check_target,
    complete,
    end_invitation,
    movable_stay,
    notice,
    open_checked,
    take_turn,
)


@retrying()
@transaction.atomic
def return_home(actor: Actor, public_id: str, *, now: datetime) -> None:
    """By the member: back to the union he came from, at once, without asking it again.

    Raises NotFound; WrongState `transfer.no_return` where it is no completed secondment or he has gone elsewhere;
    RuleBroken `transfer.holds_post`; Expired `union.closed`; Duplicate `transfers.transfer.already_open`.
    """
    case = cases.get_my_case(actor, public_id)
    row = Row.objects.filter(case_id=case.pk).first()
    if row is None:
        raise NotFound
    take_turn(case)
    back = _open_return(actor, case, row, now=now)
    workflow.move(back, "complete", actor=SYSTEM, now=now, note="本人办理返回")
    complete(back, Row.objects.get(case_id=back.pk), actor=actor, given={}, now=now)


def _open_return(actor: Actor, case: Case, row: Row, *, now: datetime) -> Case:
    stay = movable_stay(case.owner_person_id or 0, timezone.localdate(now))
    if not can_return(case, row):
        raise WrongState("transfer.no_return", "这次借调转会已经没有可以返回的会籍，请刷新后查看。")
    home, _ = both(case)
    check_target(stay, home)
    end_invitation(stay.person_id, now=now)
    given = {"stay": stay, "target": home, "kind": Kind.RETURN, "said": "借调期满返回原工会", "returns_id": row.pk}
    return open_checked(actor, given | {"start": Transfer.NOTICED}, now=now)


def propose_returns(*, now: datetime, limit: int = 200) -> int:
    """Secondments whose last day has passed: each member is told and goes back after the objection period.

    Returns how many were proposed. Who has gone elsewhere or whose former union is closed is left where he is.
    """
    today = timezone.localdate(now)
    due = Row.objects.select_related("case").filter(until__lt=today, completed_at__isnull=False).order_by("id")
    proposed = 0
    for row in due[:limit]:
        over = {"until": None}
        try:
            with transaction.atomic():
                if not change_rows(Row, {"id": row.pk, "until": row.until}, over):
                    continue
                back = _open_return(SYSTEM, row.case, row, now=now)
                notice(back, unions.get_facts(row.case.unit_id), "借调期满", now)
        except ZhijiaError:
            change_rows(Row, {"id": row.pk}, over)
            continue
        proposed += 1
    return proposed
