"""Reading transfers: the member's own, and those that a cadre decides or has proposed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from zhijia.foundation.ui.listing import Query
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.paging import Page, page_of
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.members.selectors.memberships import about_person, open_stay
from zhijia.organization.people import selectors as people
from zhijia.organization.transfers.models import Transfer
from zhijia.organization.transfers.permissions import Permission
from zhijia.organization.transfers.rules import transfers as rules
from zhijia.organization.unions import selectors as unions


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer as its reader sees it; numbers are masked. `can_return` where a secondment's way back is open."""

    case: Case
    transfer: Transfer
    person: people.PersonFacts
    source: unions.UnionFacts
    target: unions.UnionFacts
    can_return: bool = False

    @property
    def kind_label(self) -> str:
        return rules.KINDS[self.transfer.kind]

    @property
    def is_escalated(self) -> bool:
        return self.case.state == rules.Transfer.ESCALATED


def own_transfer(actor: Actor, public_id: str) -> TransferView:
    """Raises NotFound for everybody else's."""
    case = cases.get_my_case(actor, public_id)
    transfer = db.find(Transfer, case_id=case.pk)
    if transfer is None:
        raise NotFound
    stay = open_stay(transfer.person_id)
    can_return = (
        case.state == rules.Transfer.COMPLETED
        and transfer.until is not None
        and stay is not None
        and stay.pk == transfer.membership_id
    )
    return _view(case, transfer, can_return=can_return)


def open_transfer(person_id: int) -> Case | None:
    """The person's transfer that is under way."""
    found = cases.list_open(rules.TRANSFER.code, person_id)
    return found[0] if found else None


def _view(case: Case, transfer: Transfer, *, can_return: bool = False) -> TransferView:
    person = people.get_facts(transfer.person_id)
    facts = unions.facts_of((transfer.source_id, transfer.target_id))
    return TransferView(case, transfer, person, facts[transfer.source_id], facts[transfer.target_id], can_return)


def get_transfer(actor: Actor, public_id: str) -> TransferView:
    """For the target's deciders, and for the union left, which may look. Raises NotFound out of both scopes."""
    case = cases.find_case(rules.TRANSFER.code, public_id)
    transfer = db.find(Transfer, case_id=case.pk) if case else None
    if case is None or transfer is None:
        raise NotFound
    view = _view(case, transfer)
    if not _shown_to_source(view) or not actor.scope_for(MemberPermission.VIEW).covers(view.source.path):
        actor.require(Permission.DECIDE, view.target.path)
    return view


def _shown_to_source(view: TransferView) -> bool:
    """The union he is in learns of an invitation only by his own word."""
    return view.transfer.kind != rules.Kind.INVITED or view.case.state not in _UNSPOKEN


_UNSPOKEN = (rules.Transfer.INVITED.value, rules.Transfer.DECLINED.value, rules.Transfer.CANCELLED.value)
STATES = {
    "in": "待接收",
    "out": "转出中",
    "invited": "已邀请",
    "noticed": "异议期内",
    "done": "已办结",
}
_WAITING = (rules.Transfer.TARGET_PENDING.value, rules.Transfer.ESCALATED.value)


def list_transfers(actor: Actor, query: Query) -> Page[TransferView]:
    """Transfers of the actor's scope: coming `in` and waiting, going `out`, `invited`, `noticed`, or `done`, oldest
    request first (done: newest first). A fixed number of queries.
    """
    coming = db.in_scope("target__path", actor.scope_for(Permission.DECIDE))
    going = db.in_scope("source__path", actor.scope_for(MemberPermission.VIEW))
    rows = Transfer.objects.select_related("case")
    if query.view == "out":
        rows = rows.filter(going, case__state__in=_WAITING)
    elif query.view == "invited":
        rows = rows.filter(coming, case__state=rules.Transfer.INVITED)
    elif query.view == "noticed":
        rows = rows.filter(coming | going, case__state=rules.Transfer.NOTICED)
    elif query.view == "done":
        unspoken = Q(kind=rules.Kind.INVITED, case__state__in=_UNSPOKEN)
        rows = rows.filter(coming | (going & ~unspoken), case__closed_at__isnull=False)
    else:
        rows = rows.filter(coming, case__state__in=_WAITING)
    if query.search:
        rows = rows.filter(about_person(query.search))
    order = ("-requested_at", "-id") if query.view == "done" else ("requested_at", "id")
    page = page_of(rows, order, after=query.after, limit=query.limit)
    persons = people.facts_of(row.person_id for row in page.rows)
    facts = unions.facts_of(key for row in page.rows for key in (row.source_id, row.target_id))
    return page.of(
        TransferView(row.case, row, persons[row.person_id], facts[row.source_id], facts[row.target_id])
        for row in page.rows
    )
