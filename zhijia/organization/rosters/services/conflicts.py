"""Refused rows as cases in the inbox of the union they were meant for: corrected, matched, invited, or let go.

A row's own words lie sealed with its case until it is closed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.parameters import selectors as parameters
from zhijia.foundation.workflow import deadlines, services as workflow
from zhijia.foundation.workflow.keeping import over
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel import db
from zhijia.kernel.actor import SYSTEM, Actor
from zhijia.kernel.crypto import keyed_digest
from zhijia.kernel.errors import Invalid, NotFound, RuleBroken, WrongState
from zhijia.kernel.personal import DataSubject, cut_off
from zhijia.kernel.tables import as_written
from zhijia.organization.members.events import MembershipChanged
from zhijia.organization.people import selectors as people
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterConflict, RosterFault, RosterLoad
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.conflicts import ROSTER_CONFLICT, Conflict
from zhijia.organization.rosters.rules.rows import Kind, Outcome
from zhijia.organization.transfers.events import TransferEnded
from zhijia.organization.transfers.services import transfers
from zhijia.organization.unions import selectors as unions

from .judging import Desk, Judged, Seen, judge
from .preparing import prepare_entry
from .reading import Pass
from .writing import write_rows

AT_ONCE: Final = 20
"""Cases of one transaction."""
_PLACE: Final = "rosters_rosterconflict.row"
_GONE: Final = ("withdrawn", "expelled", "deceased", "merged")
_COME: Final = ("transferred_in", "reorganized_in")


def most_conflicts(now: datetime) -> int:
    """How many rows of one file become cases; the others stay in its list of refused rows."""
    return int(parameters.value("members.roster_conflicts", on=timezone.localdate(now)))


def open_some(load: RosterLoad, reading: Pass, *, after: int, opened: int, now: datetime) -> tuple[int, int]:
    """Open cases for the next refused rows behind row `after`, in the caller's transaction.

    `reading` goes through the file once more. Returns the last row looked at, 0 at the end or the limit, and how many
    cases were opened. A row that has its case already opens none.
    """
    left = most_conflicts(now) - opened
    wanted = list(
        RosterFault.objects.filter(load=load, number__gt=after)
        .exclude(kind__in=rules.SETTLED)
        .order_by("number")[:AT_ONCE]
    )
    made = 0
    for fault in wanted:
        if made >= left:
            return 0, made
        texts = _texts(reading, fault.number)
        if texts is not None:
            made += _open(load, fault, texts, reading, now=now)
    return (wanted[-1].number if len(wanted) == AT_ONCE else 0), made


def _texts(reading: Pass, number: int) -> dict[str, str] | None:
    """The row's cells by column; the pass stands before it."""
    while rows := reading.take(1):
        if rows[0][0] >= number:
            cells = rows[0][1]
            return {name: as_written(cells[place]) for name, place in reading.mapping.items() if place < len(cells)}
    return None


def _open(load: RosterLoad, fault: RosterFault, texts: dict[str, str], reading: Pass, *, now: datetime) -> bool:
    row = prepare_entry(_understand(texts, reading.today))
    identity = row.digest or _identity_of(texts)
    union_id = fault.union_id or load.unit_id
    known = {"union_id": union_id, "kind": fault.kind, "identity": identity}
    if RosterConflict.objects.filter(**known).exists():
        return False
    person = people.known_by_digests([row.digest]).get(row.digest) if row.digest else None
    title = fault.name or f"名册第 {fault.number} 行"
    try:
        with transaction.atomic():
            case = workflow.open_case(
                ROSTER_CONFLICT, SYSTEM, title=title, unit_id=union_id, owner_person_id=None, now=now,
                note=str(fault.faults[0][2])[:60] if fault.faults else "",
            )  # fmt: skip
            db.insert_row(
                RosterConflict,
                **known,
                case_id=case.pk,
                load_id=load.pk,
                number=fault.number,
                person_id=person.id if person and fault.kind == Kind.ELSEWHERE else None,
                row_sealed=_seal(case.public_id, texts),
                faults=fault.faults,
                opened_at=now,
            )
    except IntegrityError:  # another file's row was quicker
        return False
    return True


def _understand(texts: Mapping[str, str], today: date) -> rules.Entry:
    """One row given by column names."""
    mapping = {name: place for place, name in enumerate(texts)}
    return rules.understand([(1, list(texts.values()))], mapping, today)[0]


def _identity_of(texts: Mapping[str, str]) -> str:
    """Tells a row without a right number again: what was written as number and name, by a keyed digest."""
    words = "\0".join("".join(texts.get(name, "").split()).upper() for name in ("id_number", "name"))
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, f"roster\0{words}")


def _seal(case: str, texts: Mapping[str, str]) -> bytes:
    plain = json.dumps(dict(texts), ensure_ascii=False)
    return bytes(settings.ZHIJIA_KEYS.keyring.seal(plain, table_column=_PLACE, row=case))


def _find(public_id: str) -> tuple[Case, RosterConflict]:
    conflict = RosterConflict.objects.select_related("case", "load").filter(case__public_id=public_id).first()
    if conflict is None:
        raise NotFound
    return conflict.case, conflict


def own_texts(conflict: RosterConflict) -> dict[str, str]:
    """The row as it was written, for the row's own person or for whoever corrects it; empty once it is settled."""
    if not conflict.row_sealed:
        return {}
    sealed = settings.ZHIJIA_KEYS.keyring.open_sealed(
        conflict.row_sealed, table_column=_PLACE, row=conflict.case.public_id
    )
    return dict(json.loads(sealed))


def read_row(actor: Actor, public_id: str, *, now: datetime) -> dict[str, str]:
    """The row as it was written, for whoever corrects it; leaves an audit row. Raises NotFound, NotAllowed."""
    case, conflict = _find(public_id)
    workflow.authorize(case, ROSTER_CONFLICT.move("mend"), actor)
    audit.record_read(
        actor, "rosters.row", ("case", public_id), now=now, unit_id=case.unit_id, concerns=conflict.person_id,
        reason="更正名册中的一行",
    )  # fmt: skip
    return own_texts(conflict)


@db.retrying()
@transaction.atomic
def settle(actor: Actor, public_id: str, changes: Mapping[str, str], *, employer: str = "", now: datetime) -> Outcome:
    """Write the row with what was changed and close the case: ADDED, BOUND or SAME. ELSEWHERE keeps it open.

    `changes` are cells by column, `employer` the public id of the employer that the row's words mean. Where the row
    is still wrong nothing changes. Raises NotFound, NotAllowed, WrongState; Invalid `roster.row` naming fields.
    """
    case, conflict = _find(public_id)
    step = "match" if employer else "mend"
    workflow.authorize(case, ROSTER_CONFLICT.move(step), actor)
    if case.state != Conflict.OPEN:
        raise WrongState
    texts = {**own_texts(conflict), **{k: v for k, v in changes.items() if k in rules.LABELS}}
    unit = unions.get_facts(conflict.union_id)
    chosen = unions.find_employer_by_public_id(employer) if employer else None
    if employer and chosen is None:
        raise Invalid("employer.unnamed", "请选择列表中的单位。", fields={"employer": "请选择列表中的单位。"})
    row = prepare_entry(replace(_understand(texts, timezone.localdate(now)), number=conflict.number))
    desk = Desk(unit, employer_id=chosen.pk if chosen else None)
    judged = judge(desk, [row], Seen())[0]
    if judged.outcome is Outcome.BAD:
        if judged.kind is Kind.ELSEWHERE and conflict.kind != Kind.ELSEWHERE:
            _turn_elsewhere(actor, case, conflict, judged, texts, now=now)
            return Outcome.BAD
        raise _invalid(judged)
    done = write_rows(actor, desk, [row], Seen(), now=now)[0]
    if done.outcome is Outcome.BAD:
        raise _invalid(done)
    given = {"employer": employer} if employer else {}
    facts = {"outcome": done.outcome.value}
    workflow.move(case, step, actor=actor, now=now, given=given, facts=facts)
    db.change_rows(RosterConflict, {"id": conflict.pk}, {"row_sealed": b""})
    return done.outcome


def _invalid(judged: Judged) -> Invalid:
    fields = {fault.column: fault.reason for fault in judged.faults}
    return Invalid("roster.row", "这一行还有内容需要修改，请按提示改好后再提交。", fields=fields)


def _turn_elsewhere(
    actor: Actor, case: Case, conflict: RosterConflict, judged: Judged, texts: Mapping[str, str], *, now: datetime
) -> None:
    """The corrected number belongs to another union's member: from now on he can be invited."""
    taken = {"union_id": conflict.union_id, "kind": Kind.ELSEWHERE.value, "identity": judged.row.digest}
    if RosterConflict.objects.filter(**taken).exists():
        raise RuleBroken("roster.conflict_known", "这位职工已有一件待处理的事项，请在那一件里办理，本件可以不再处理。")
    person_id = judged.known.id if judged.known else None
    values: dict[str, Any] = {
        "kind": Kind.ELSEWHERE.value,
        "identity": judged.row.digest,
        "person_id": person_id,
        "row_sealed": _seal(case.public_id, texts),
        "faults": [list(fault) for fault in judged.faults],
    }
    db.change_rows(RosterConflict, {"id": conflict.pk}, values)
    audit.record(
        actor, "rosters.row_changed", ("case", case.public_id), now=now, unit_id=case.unit_id,
        concerns=person_id,
    )  # fmt: skip


@db.retrying()
@transaction.atomic
def offer_transfer(actor: Actor, public_id: str, *, now: datetime) -> None:
    """Open the transfer of another union's member, which he confirms with one tap or not.

    Raises NotFound, NotAllowed, WrongState, RuleBroken `roster.not_elsewhere`, and as `transfers.invite` where he is
    being transferred already or cannot be.
    """
    case, conflict = _find(public_id)
    if conflict.kind != Kind.ELSEWHERE or conflict.person_id is None:
        workflow.authorize(case, ROSTER_CONFLICT.move("offer"), actor)
        raise RuleBroken("roster.not_elsewhere", "这一行不是其他工会的会员，请更正后登记，或不再处理。")
    workflow.move(case, "offer", actor=actor, now=now)
    transfers.invite(actor, conflict.person_id, conflict.union_id, now=now)


@db.retrying()
@transaction.atomic
def dismiss(actor: Actor, public_id: str, *, note: str, now: datetime) -> None:
    """Let the row go; loading it again opens no second case. Raises NotFound, NotAllowed, WrongState, Invalid
    `roster.note`.
    """
    case, conflict = _find(public_id)
    words = note.strip()
    if not 5 <= len(words) <= 200:
        text = "请写明为什么不再处理，5 到 200 个字。"
        raise Invalid("roster.note", text, fields={"note": text})
    invited = case.state == Conflict.OFFERED
    workflow.move(case, "dismiss", actor=actor, now=now, given={"note": words}, note=words)
    db.change_rows(RosterConflict, {"id": conflict.pk}, {"row_sealed": b""})
    if invited and conflict.person_id is not None:
        transfers.withdraw_invitation(conflict.person_id, conflict.union_id, now=now)


# --- Whoever was invited comes, or he does not
def follow_membership(event: MembershipChanged) -> None:
    """Who was invited has come, and his case is settled; or he has gone elsewhere or left, and it is, too."""
    if event.kind in _GONE:
        _end_invitations(event.person_id, note="本人的会籍已经终止。", now=event.at)
    if event.kind not in _COME:
        return
    for conflict in _invited(event.person_id).filter(union_id=event.union_id):
        workflow.move(conflict.case, "join", actor=SYSTEM, now=event.at)
        db.change_rows(RosterConflict, {"id": conflict.pk}, {"row_sealed": b""})
    _end_invitations(event.person_id, note="本人已转到其他工会。", now=event.at)


def follow_transfer(event: TransferEnded) -> None:
    """He does not come to the union that asked for him."""
    _end_invitations(event.person_id, union_id=event.union_id, note=event.note, now=event.at)


def _invited(person_id: int) -> QuerySet[RosterConflict]:
    return RosterConflict.objects.select_related("case").filter(person_id=person_id, case__state=Conflict.OFFERED)


def _end_invitations(person_id: int, *, union_id: int | None = None, note: str, now: datetime) -> None:
    """Rows for which he was invited, of one union or of all, are settled: he does not come, and `note` says why."""
    rows = _invited(person_id)
    for row in rows if union_id is None else rows.filter(union_id=union_id):
        workflow.move(row.case, "end", actor=SYSTEM, now=now, note=note[:500])
        db.change_rows(RosterConflict, {"id": row.pk}, {"row_sealed": b""})


# --- Forgetting
def forget_settled(*, now: datetime, at_most: int = 500) -> int:
    """Rows of cases that the clock closed are forgotten too. Returns how many."""
    closed = RosterConflict.objects.filter(case__closed_at__lte=now).exclude(row_sealed=b"")[:at_most]
    return sum(db.change_rows(RosterConflict, {"id": conflict.pk}, {"row_sealed": b""}) for conflict in closed)


def export_rows(subject: DataSubject) -> list[Mapping[str, Any]]:
    """Rows of rosters that mean him, with what stood in them as long as they wait: for himself only."""
    found = selectors.rows_of(subject)
    names = {key: union.name for key, union in unions.facts_of([row.union_id for row in found]).items()}
    return [
        {
            "时间": row.opened_at,
            "工会": names.get(row.union_id, ""),
            "没有写入的原因": rules.reasons(row.faults),
            "结果": ROSTER_CONFLICT.labels[row.case.state],
            **{rules.LABELS.get(name, name): text for name, text in own_texts(row).items() if text},
        }
        for row in found
    ]


def _drop(rows: Sequence[RosterConflict]) -> int:
    RosterConflict.objects.filter(pk__in=[row.pk for row in rows]).delete()
    workflow.forget_cases([row.case_id for row in rows])
    return len(rows)


def erase_rows(subject: DataSubject, now: datetime) -> int:
    """Settled ones whose year is over."""
    return _drop([row for row in selectors.rows_of(subject) if over(row.case, selectors.ROW_DAYS, now)])


def forget_rows(now: datetime, limit: int, held: frozenset[int]) -> int:
    """Settled a year ago, but for persons in `held`; at most `limit`. How many went."""
    last_day = cut_off(timezone.localdate(now), selectors.ROW_DAYS)
    due = RosterConflict.objects.select_related("case").filter(case__closed_at__lt=deadlines.end_of(last_day))
    due = due.exclude(person_id__in=held) if held else due
    return _drop(list(due.order_by("case__closed_at", "id")[:limit]))
