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
from zhijia.organization.members.services import moving
from zhijia.organization.transfers.models import Transfer
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.unions import selectors as unions

from . import transfers


@retrying()
@transaction.atomic
def return_home(actor: Actor, public_id: str, *, now: datetime) -> int:
    """The end of a secondment, by the member: back to the union he came from, at once, without asking it again.

    Raises NotFound; WrongState `transfer.no_return` where it is no completed secondment or he has gone elsewhere;
    RuleBroken `transfer.holds_post`; Expired `union.closed`; Duplicate `transfers.transfer.already_open`.
    """
    case = cases.get_my_case(actor, public_id)
    transfer = Transfer.objects.filter(case_id=case.pk).first()
    if transfer is None:
        raise NotFound
    moving.take_turn(transfer.person_id)
    back = _open_return(actor, transfer, now=now)
    workflow.move(back, "complete", actor=SYSTEM, now=now, note="本人办理返回")
    return transfers.complete(actor, back, Transfer.objects.get(case_id=back.pk), now=now)


def _open_return(actor: Actor, transfer: Transfer, *, now: datetime) -> Case:
    stay = transfers.movable_stay(transfer.person_id, timezone.localdate(now))
    if transfer.completed_at is None or transfer.until is None or stay.pk != transfer.membership_id:
        raise WrongState("transfer.no_return", "这次借调转会已经没有可以返回的会籍，请刷新后查看。")
    home = unions.get_facts(transfer.source_id)
    transfers.check_target(stay, home)
    return transfers.open_transfer(
        actor,
        stay,
        home,
        kind=rules.Kind.RETURN,
        now=now,
        reason="借调期满返回原工会",
        returns_id=transfer.pk,
        start=rules.Transfer.NOTICED,
    )


def propose_returns(*, now: datetime, limit: int = 200) -> int:
    """Secondments whose last day has passed: each member is told and goes back after the objection period.

    Returns how many were proposed. Who has gone elsewhere or whose former union is closed is left where he is.
    """
    today = timezone.localdate(now)
    due = Transfer.objects.filter(until__lt=today, completed_at__isnull=False).order_by("id")
    proposed = 0
    for transfer in due[:limit]:
        change = {"until": None}
        try:
            with transaction.atomic():
                if not change_rows(Transfer, {"id": transfer.pk, "until": transfer.until}, change):
                    continue
                case = _open_return(SYSTEM, transfer, now=now)
                source, home = unions.get_facts(transfer.target_id), unions.get_facts(transfer.source_id)
                context = transfers.notice(case, source, home, "借调期满")
                transfers.tell(transfer.person_id, "transfers.transfer_noticed", context, case, now=now)
        except ZhijiaError:
            change_rows(Transfer, {"id": transfer.pk}, change)
            continue
        proposed += 1
    return proposed
