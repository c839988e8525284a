"""What becomes of refused rows: their words, sealed until they are settled, writing them after all, and forgetting."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
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
from zhijia.kernel.errors import Invalid, RuleBroken
from zhijia.kernel.personal import DataSubject, cut_off
from zhijia.organization.members.events import MembershipChanged
from zhijia.organization.members.selectors import EventKind
from zhijia.organization.rosters import selectors
from zhijia.organization.rosters.models import RosterConflict
from zhijia.organization.rosters.rules import rows as rules
from zhijia.organization.rosters.rules.conflicts import ROSTER_CONFLICT, Conflict
from zhijia.organization.rosters.rules.rows import Kind, Outcome
from zhijia.organization.transfers.events import TransferEnded
from zhijia.organization.unions import selectors as unions

from .judging import Desk, Judged, Seen, judge
from .preparing import Prepared, prepare_entry
from .writing import write_rows

_PLACE: Final = "rosters_rosterconflict.row"
_GONE: Final = frozenset({EventKind.WITHDRAWN, EventKind.EXPELLED, EventKind.DECEASED, EventKind.MERGED})
_COME: Final = frozenset({EventKind.TRANSFERRED_IN, EventKind.REORGANIZED_IN})


def most_conflicts(now: datetime) -> int:
    """How many rows of one file become cases; the others stay in its list of refused rows."""
    return int(parameters.value("members.roster_conflicts", on=timezone.localdate(now)))


# --- A row's own words
def understand(texts: Mapping[str, str], today: date) -> Prepared:
    """One row given by column names."""
    mapping = {name: place for place, name in enumerate(texts)}
    return prepare_entry(rules.understand([(1, list(texts.values()))], mapping, today)[0])


def identity_of(texts: Mapping[str, str]) -> str:
    """Tells a row without a right number again: what was written as number and name, by a keyed digest."""
    words = "\0".join("".join(texts.get(name, "").split()).upper() for name in ("id_number", "name"))
    return keyed_digest(settings.ZHIJIA_DIGEST_KEY, f"roster\0{words}")


def seal(case: Case, texts: Mapping[str, str]) -> bytes:
    plain = json.dumps(dict(texts), ensure_ascii=False)
    return bytes(settings.ZHIJIA_KEYS.keyring.seal(plain, table_column=_PLACE, row=case.public_id))


def own_texts(conflict: RosterConflict) -> dict[str, str]:
    """The row as it was written, for the row's own person or for whoever corrects it; empty once it is settled."""
    if not conflict.row_sealed:
        return {}
    sealed = settings.ZHIJIA_KEYS.keyring.open_sealed(
        conflict.row_sealed, table_column=_PLACE, row=conflict.case.public_id
    )
    return dict(json.loads(sealed))


def read_row(actor: Actor, conflict: RosterConflict, *, now: datetime) -> dict[str, str]:
    """The row as it was written, for whoever corrects it; leaves an audit row. Raises NotFound, NotAllowed."""
    case = conflict.case
    workflow.authorize(case, ROSTER_CONFLICT.move("mend"), actor)
    audit.record_read(
        actor, "rosters.row", ("case", case.public_id), now=now, unit_id=case.unit_id, concerns=conflict.person_id,
        reason="更正名册中的一行",
    )  # fmt: skip
    return own_texts(conflict)


def forget_row(conflict: RosterConflict) -> None:
    """It is settled: nobody needs its words."""
    db.change_rows(RosterConflict, {"id": conflict.pk}, {"row_sealed": b""})


# --- Writing it after all
def register(
    actor: Actor, case: Case, conflict: RosterConflict, changes: Mapping[str, str], *, employer: str, now: datetime
) -> bool:
    """Write the row with what was changed, in the caller's transaction. False where its number turns out to be another
    union's member's: then he may be invited.

    `changes` are cells by column, `employer` the public id or credit code of whom the row's words mean. Raises Invalid
    `roster.row` naming fields, `employer.unnamed`, RuleBroken `roster.conflict_known`.
    """
    texts = {**own_texts(conflict), **changes}
    desk = Desk(unions.get_facts(conflict.union_id), employer_id=_employer(employer) if employer else None)
    row = understand(texts, timezone.localdate(now))._replace(number=conflict.number)
    judged = judge(desk, [row], Seen())[0]
    if judged.outcome is Outcome.BAD:
        if judged.kind is Kind.ELSEWHERE and conflict.kind != Kind.ELSEWHERE:
            _turn_elsewhere(actor, case, conflict, judged, texts, now=now)
            return False
        raise _invalid(judged)
    done = write_rows(actor, desk, [row], Seen(), now=now)[0]
    if done.outcome is Outcome.BAD:
        raise _invalid(done)
    forget_row(conflict)
    return True


def _employer(said: str) -> int:
    """Raises Invalid `employer.unnamed`."""
    found = unions.find_employer_by_public_id(said)
    found = found or unions.find_employer_by_name(" ".join(said.split()))
    known = found.pk if found is not None else unions.employers_of_codes({said}).get(said, (0, ""))[0]
    if not known:
        text = "没有这个单位，请填写登记的全称或统一社会信用代码。"
        raise Invalid("employer.unnamed", text, fields={"employer": text})
    return known


def _invalid(judged: Judged) -> Invalid:
    fields = {fault.column: fault.reason for fault in judged.faults}
    return Invalid("roster.row", "这一行还有内容需要修改，请按提示改好后再提交。", fields=fields)


def _turn_elsewhere(
    actor: Actor, case: Case, conflict: RosterConflict, judged: Judged, texts: Mapping[str, str], *, now: datetime
) -> None:
    """The corrected number belongs to another union's member."""
    taken = {"union_id": conflict.union_id, "kind": Kind.ELSEWHERE.value, "identity": judged.row.digest}
    if RosterConflict.objects.filter(**taken).exists():
        raise RuleBroken("roster.conflict_known", "这位职工已有一件待处理的事项，请在那一件里办理，本件可以不再处理。")
    person_id = judged.known.id if judged.known else None
    values: dict[str, Any] = {
        "kind": Kind.ELSEWHERE.value,
        "identity": judged.row.digest,
        "person_id": person_id,
        "row_sealed": seal(case, texts),
        "faults": [list(fault) for fault in judged.faults],
    }
    db.change_rows(RosterConflict, {"id": conflict.pk}, values)
    audit.record(
        actor, "rosters.row_changed", ("case", case.public_id), now=now, unit_id=case.unit_id, concerns=person_id
    )


# --- Whoever was invited comes, or he does not
def follow_membership(event: MembershipChanged) -> None:
    """Who was invited has come, and his case is settled; or he has gone elsewhere or left, and it is, too."""
    if event.kind in _GONE:
        _end_invitations(event.person_id, note="本人的会籍已经终止。", now=event.at)
    if event.kind not in _COME:
        return
    for conflict in _invited(event.person_id).filter(union_id=event.union_id):
        workflow.move(conflict.case, "join", actor=SYSTEM, now=event.at)
        forget_row(conflict)
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
        forget_row(row)


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
            "时间": row.case.opened_at,
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
