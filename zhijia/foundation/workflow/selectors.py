"""Reading cases: the inbox, what is late below me, my cases, a case's timeline. `Case` is the type others name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.parameters import selectors as parameters
from zhijia.kernel import db
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import NotFound
from zhijia.kernel.ids import is_public_id
from zhijia.kernel.paging import Page, page_of
from zhijia.kernel.personal import DataSubject, Kept
from zhijia.kernel.ports import OpenItem
from zhijia.kernel.registry import registry

from .models import Case as Case, CaseHistory, Deadline, InboxEntry, day_before  # noqa: PLC0414  the type others name
from .rules import OTHER, REMINDED, UNIT, UPPER, Move, Workflow, to_others

SOONEST = (F("due_at").asc(nulls_last=True), "id")
"""Whatever is due first; what has no due date, or stands, comes last on both databases."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the desk: `due` is late, today, soon (5 working days) or later.

    `unit_name` is the union that the matter belongs to, `decider` the one it waits at.
    """

    case: Case
    workflow: Workflow
    unit_id: int
    unit_name: str
    decider: str
    permission: str
    opened_at: datetime
    due_at: datetime | None
    due: str
    due_words: str

    @property
    def label(self) -> str:
        return to_others(self.workflow.labels[self.case.state])

    @property
    def href(self) -> str:
        """Its page on the console; empty where it has none."""
        name = registry.case_link(self.workflow.code).console
        return reverse(name, args=[self.case.public_id]) if name else ""


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a timeline; `who` is a role and unit, never a name."""

    at: datetime
    title: str
    note: str
    who: str
    state: str
    label: str
    hue: str


def _own(actor: Actor) -> Q:
    """Entries whose (unit, permission) is among the actor's own grants."""
    condition = Q(pk__in=[])
    for grant in actor.living_grants:
        condition |= Q(unit_id=grant.unit_id, permission__in=sorted(grant.permissions))
    return condition


@lru_cache(maxsize=256)
def _checked(codes: tuple[str, ...]) -> tuple[Q, Q]:
    """Entries that ask for a check of what somebody else did: where only the last step counts, and all others."""
    fresh, whole = Q(pk__in=[]), Q(pk__in=[])
    for workflow in map(registry.workflow, codes):
        for state in workflow.states():
            for unit, permission in workflow.addressees(state):
                entries = Q(case__workflow=workflow.code, case__state=state, permission=permission)
                checks = workflow.checks_of(state, unit, permission)
                if checks and all(check.afresh for check in checks):
                    fresh |= entries
                elif checks:
                    whole |= entries
    return fresh, whole


def _for_others(person_id: int, *codes: str) -> Q:
    """Entries of these workflows, or of all, that a person may not decide whatever he holds, as `services.kept_out` and
    `authorize` have it: his own matter, and what he made himself where another must check it. They are among what he
    sent, not what waits for him.
    """
    fresh, whole = _checked(codes or tuple(registry.workflows))
    made, moved = Q(case__maker_person_id=person_id), Q(case__last_person_id=person_id)
    return Q(case__owner_person_id=person_id) | (whole & (made | moved)) | (fresh & moved)


def inbox_entries(actor: Actor) -> QuerySet[InboxEntry]:
    """Open entries addressed to the actor that he may decide, by due date. One query."""
    return (
        InboxEntry.objects.filter(_own(actor), ~_for_others(actor.person_id or 0), closed_at__isnull=True)
        .select_related("case")
        .order_by(*SOONEST)
    )


def list_inbox(actor: Actor, *, now: datetime, workflow: str = "", limit: int = 200) -> list[InboxRow]:
    """The desk's list, soonest first."""
    entries = inbox_entries(actor)
    if workflow:
        entries = entries.filter(case__workflow=workflow)
    return rows_of(list(entries[:limit]), now=now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of a workflow waits for somebody, how much of it is late, and which is to be done first."""

    count: int
    late: int
    first: str

    @property
    def words(self) -> str:
        return f"等您办理 {self.count} 件，其中逾期 {self.late} 件" if self.late else ""


_MOST_WAITING = 200


def waiting(actor: Actor, workflow: str, *, now: datetime) -> Waiting:
    entries = inbox_entries(actor).filter(case__workflow=workflow)
    found = list(dict.fromkeys(entries.values_list("case__public_id", "due_at")[:_MOST_WAITING]))
    late = sum(1 for _, due in found if due is not None and due <= now)
    return Waiting(len(found), late, found[0][0] if found else "")


def waiting_ids(actor: Actor, workflow: str) -> list[int]:
    """The cases of a workflow that wait for him, by due date."""
    entries = inbox_entries(actor).filter(case__workflow=workflow)
    return list(dict.fromkeys(entries.values_list("case_id", flat=True)[:_MOST_WAITING]))


def find_next(actor: Actor, workflow: Workflow, permission: str, *, besides: str) -> str:
    """The case of a workflow that is due first in the actor's own inbox, but not this one; empty where none is left.

    What waits with others in his scope is theirs, and found in lists.
    """
    units = [grant.unit_id for grant in actor.living_grants if permission in grant.permissions]
    waiting = InboxEntry.objects.filter(
        ~_for_others(actor.person_id or 0, workflow.code),
        unit_id__in=units,
        permission=permission,
        closed_at__isnull=True,
        case__workflow=workflow.code,
    )
    waiting = waiting.exclude(case__public_id=besides).order_by(*SOONEST)
    return waiting.values_list("case__public_id", flat=True).first() or ""


def rows_of(entries: Sequence[InboxEntry], *, now: datetime) -> list[InboxRow]:
    names = registry.units.names({unit for entry in entries for unit in (entry.home_unit_id, entry.unit_id)})
    rows = []
    for entry in entries:
        due, words = due_words(entry.due_at, now=now)
        rows.append(
            InboxRow(
                entry.case,
                registry.workflow(entry.case.workflow),
                entry.home_unit_id,
                names.get(entry.home_unit_id, ""),
                names.get(entry.unit_id, ""),
                entry.permission,
                entry.opened_at,
                entry.due_at,
                due,
                words,
            )
        )
    return rows


def due_words(due_at: datetime | None, *, now: datetime) -> tuple[str, str]:
    """`("late", "逾期 2 个工作日")`, `("today", "今日")`, `("soon", "11-24 周二")`, `("later", "12-08 周二")`,
    `("none", "—")`.
    """
    if due_at is None:
        return "none", "—"
    calendar = parameters.calendar()
    today = timezone.localdate(now)
    last_day = day_before(due_at)
    if due_at <= now:
        late = sum(
            1
            for n in range(1, min((today - last_day).days, 400) + 1)
            if calendar.is_workday(last_day + timedelta(days=n))
        )
        return "late", f"逾期 {late} 个工作日" if late else "已逾期"
    if last_day == today:
        return "today", "今日"
    ahead = sum(
        1 for n in range(1, min((last_day - today).days, 400) + 1) if calendar.is_workday(today + timedelta(days=n))
    )
    words = f"{last_day:%m-%d} 周{'一二三四五六日'[last_day.weekday()]}"
    return ("soon" if ahead <= 5 else "later"), words


def late_below(
    actor: Actor, unit_ids: Iterable[int] | QuerySet[Any], *, now: datetime, limit: int = 50
) -> list[InboxRow]:
    """Late entries at units of the actor's scope, of matters that he has a right to: not his own inbox, nor what he
    made himself. `unit_ids` is his scope, narrowed by the caller: ids, or a query for them where there are thousands.
    """
    own = {grant.unit_id for grant in actor.living_grants}
    rights = frozenset().union(*(grant.permissions for grant in actor.living_grants))
    entries = (
        InboxEntry.objects.filter(
            ~_for_others(actor.person_id or 0),
            closed_at__isnull=True,
            due_at__lte=now,
            unit_id__in=unit_ids,
            permission__in=rights,
        )
        .exclude(unit_id__in=own)
        .select_related("case")
        .order_by(*SOONEST)
    )
    return rows_of(list(entries[:limit]), now=now)


def deciders_beside(actor: Actor, case_ids: Iterable[int]) -> dict[int, int]:
    """Of these cases, those that wait for others than the actor, though he may decide them: case to the union."""
    entries = InboxEntry.objects.filter(case_id__in=list(case_ids), closed_at__isnull=True).exclude(_own(actor))
    return dict(entries.values_list("case_id", "unit_id"))


def list_my_cases(actor: Actor, *, after: str = "", limit: int = 20) -> Page[Case]:
    """The person's own cases, newest first; one query. Raises Invalid `request.page`."""
    own = Case.objects.filter(owner_person_id=actor.require_person())
    return page_of(own, ("-entered_at", "-id"), after=after, limit=limit)


def list_under_way(actor: Actor, *, limit: int) -> list[Case]:
    """His newest matters, those that are not settled first; for the first page."""
    own = Case.objects.filter(owner_person_id=actor.require_person())
    return list(own.order_by(F("closed_at").desc(nulls_first=True), "-entered_at", "-id")[:limit])


def get_my_case(actor: Actor, public_id: str) -> Case:
    """Raises NotFound also for other people's cases."""
    case = Case.objects.filter(public_id=public_id, owner_person_id=actor.require_person()).first()
    if case is None:
        raise NotFound
    return case


def find_case(workflow: str, public_id: str) -> Case | None:
    """For services, which check who asks."""
    case = db.find(Case, public_id=public_id) if is_public_id(public_id) else None
    return case if case is not None and case.workflow == workflow else None


def workflow_of(public_id: str) -> str:
    """The workflow of whatever case has this number, empty for none: for who reads what was done about it."""
    case = db.find(Case, public_id=public_id) if is_public_id(public_id) else None
    return case.workflow if case is not None else ""


def find_my_case(actor: Actor, public_id: str) -> Case | None:
    return Case.objects.filter(public_id=public_id, owner_person_id=actor.require_person()).first()


def find_by_number(actor: Actor, text: str) -> Case | None:
    """A case that the actor made, or that is decided with rights he holds there, open or closed; by its number or the
    first eight characters of it.
    """
    if not 8 <= len(text) <= 16 or not text.isascii() or not text.isalnum():
        return None
    found = Case.objects.filter(public_id__gte=text, public_id__lt=text + "~").order_by("public_id")
    return next((case for case in found[:ALIKE] if _decides(actor, case)), None)


ALIKE = 5
"""So many cases of one beginning are looked at; 32 to the eighth are possible."""


def unit_of(case: Case, role: str) -> int | None:
    """The union that a move's `unit` means for this case; None where it has no other one."""
    if role == UNIT:
        return case.unit_id
    if role == OTHER:
        return case.other_unit_id
    if role == UPPER:
        return registry.units.parent(case.unit_id) or case.unit_id
    raise LookupError(role)


def _decides(actor: Actor, case: Case) -> bool:
    """Whether he made it, or holds a permission that its workflow asks for at one of its unions."""
    if case.maker_person_id is not None and case.maker_person_id == actor.person_id:
        return True
    workflow: Workflow = registry.workflow(case.workflow)
    asked = {(step.by, step.unit_in(state)) for step in workflow.moves if step.is_permission for state in step.sources}
    for permission, role in asked:
        unit_id = unit_of(case, role)
        if unit_id is not None and actor.may(permission, registry.units.path(unit_id)):
            return True
    return False


def list_handled(actor: Actor, *, limit: int = 6) -> list[Case]:
    """The cases this person moved last, newest first, each once."""
    if actor.person_id is None:
        return []
    steps = CaseHistory.objects.filter(person_id=actor.person_id).exclude(move="open").order_by("-id")
    seen: dict[int, Case] = {}
    for step in steps.select_related("case")[: limit * 4]:
        seen.setdefault(step.case_id, step.case)
    return [case for case in seen.values() if case.owner_person_id != actor.person_id][:limit]


def list_open(workflow: str, owner_person_id: int, *, state: str = "") -> list[Case]:
    """A person's cases of a workflow that still wait for somebody, oldest first; in one state where given."""
    cases = Case.objects.filter(owner_person_id=owner_person_id, workflow=workflow, closed_at__isnull=True)
    if state:
        cases = cases.filter(state=str(state))
    return list(cases.order_by("id"))


def count_open(workflow: str, unit_id: int) -> int:
    """How many cases of a workflow wait at a unit."""
    return Case.objects.filter(workflow=workflow, unit_id=unit_id, closed_at__isnull=True).count()


def open_items(workflow: Workflow) -> Callable[[int], OpenItem]:
    """For a scenario's `open_items`: its cases that wait at a unit, or concern it as the second one."""

    def count(unit_id: int) -> OpenItem:
        at = Q(unit_id=unit_id) | Q(other_unit_id=unit_id)
        number = Case.objects.filter(at, workflow=workflow.code, closed_at__isnull=True).count()
        menu = registry.case_link(workflow.code).menu
        return OpenItem(workflow.name, number, reverse(menu) if menu else "")

    return count


def open_of(owner_person_ids: Iterable[int]) -> list[Case]:
    """What these persons have under way of any kind, oldest first."""
    return list(Case.objects.filter(owner_person_id__in=list(owner_person_ids), closed_at__isnull=True).order_by("id"))


def newest(workflow: str, owner_person_id: int) -> Case | None:
    """A person's latest case of a workflow, open or closed."""
    return Case.objects.filter(owner_person_id=owner_person_id, workflow=workflow).order_by("-id").first()


def was_made(case: Case, move: str) -> bool:
    """Whether the case has made this move before."""
    return CaseHistory.objects.filter(case_id=case.pk, move=move).exists()


def still_possible(case: Case, moves: Iterable[Move], *, now: datetime) -> list[Move]:
    """Of these moves those that are not over: made already where they are made once, or beyond their time."""
    made, late = set[str](), set[str]()
    wanted = list(moves)
    if any(move.once for move in wanted):
        made = set(CaseHistory.objects.filter(case_id=case.pk).values_list("move", flat=True))
    if any(move.within for move in wanted):
        windows = Deadline.objects.filter(case_id=case.pk, kind="window", state=case.state, due_at__lte=now)
        late = set(windows.values_list("move", flat=True))
    return [move for move in wanted if not (move.once and move.name in made) and move.name not in late]


def window_end(case: Case, move: str, *, now: datetime) -> datetime | None:
    """Until when a move with a window may be made; None where the window has closed or never opened."""
    windows = Deadline.objects.filter(case_id=case.pk, kind="window", move=move, due_at__gt=now)
    return windows.order_by("-due_at").values_list("due_at", flat=True).first()


def last_day_of_window(case: Case, move: str, *, now: datetime) -> date | None:
    """The last day of `window_end`, as people are told it."""
    end = window_end(case, move, now=now)
    return day_before(end) if end else None


def list_sent(actor: Actor, *, limit: int = 20) -> list[Case]:
    """Open cases that this person made and others decide."""
    if actor.person_id is None:
        return []
    return list(
        Case.objects.filter(maker_person_id=actor.person_id, closed_at__isnull=True)
        .exclude(owner_person_id=actor.person_id)
        .order_by(*SOONEST)[:limit]
    )


def timeline(case: Case, *, own: bool = False) -> list[Step]:
    """What happened, newest first, in the words for its owner or for others. Who acted is told by his unit, to others
    by his masked name besides.
    """
    workflow: Workflow = registry.workflow(case.workflow)
    history = list(CaseHistory.objects.filter(case_id=case.pk).order_by("-at", "-id"))
    names = registry.units.names({row.unit_id for row in history if row.unit_id})
    acted = {row.person_id for row in history if row.unit_id and row.person_id}
    cadres = {} if own else registry.persons.names(acted)
    titles = {move.name: move.title for move in workflow.moves} | {REMINDED: "上级工会催办"}
    steps = []
    for row in history:
        who = " · ".join(filter(None, (names.get(row.unit_id or 0, ""), cadres.get(row.person_id or 0, ""))))
        if not who:
            who = "系统" if row.actor_kind == "system" else ("本人" if row.person_id == case.owner_person_id else "")
        title = titles.get(row.move, f"提交{workflow.name}")
        label = workflow.labels[row.target]
        steps.append(
            Step(
                row.at,
                title if own else to_others(title),
                row.note,
                who,
                row.target,
                label if own else to_others(label),
                workflow.hues.get(row.target, "run"),
            )
        )
    return steps


def describe(case: Case, *, own: bool = False) -> dict[str, Any]:
    """What a list or page shows of any case: workflow, label and hue of its state, where it opens; in the words for
    its owner or for others.
    """
    workflow: Workflow = registry.workflow(case.workflow)
    link = registry.case_link(case.workflow)
    return {
        "case": case,
        "name": workflow.name,
        "label": workflow.labels[case.state] if own else to_others(workflow.labels[case.state]),
        "hue": workflow.hues.get(case.state, "run"),
        "owner_acts": case.state in workflow.owner_acts,
        "member_url_name": link.member,
        "console_url_name": link.console,
    }


def export_cases(subject: DataSubject) -> list[Mapping[str, Any]]:
    """For his copy: every matter of his, oldest first."""
    rows: list[Mapping[str, Any]] = []
    for case in Case.objects.filter(owner_person_id__in=subject.persons).order_by("opened_at", "id"):
        workflow: Workflow = registry.workflow(case.workflow)
        rows.append(
            {
                "编号": case.public_id,
                "事项": workflow.name,
                "提交时间": case.opened_at,
                "状态": workflow.labels[case.state],
                "办结时间": case.closed_at,
                "说明": case.note,
            }
        )
    return rows


def kept_cases(subject: DataSubject, now: datetime) -> list[Kept]:
    """All of them: what is open needs him, what is closed is the record of what was decided."""
    own = Case.objects.filter(owner_person_id__in=subject.persons)
    waiting = own.filter(closed_at__isnull=True).exclude(public_id=subject.asking).count()
    others = own.count() - waiting
    kept = []
    if waiting:
        kept.append(Kept(waiting, "您有事项正在办理，办结之后才能删除；您也可以先撤回这些事项。"))
    if others:
        kept.append(Kept(others, "办理的时间、步骤和结果是工会工作的记录，按档案规定保存。", needs_him=False))
    return kept
