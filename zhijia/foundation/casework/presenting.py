"""Cases as the parts of both looks want them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.files.presenting import own_papers, papers
from zhijia.foundation.ui.listing import Bulk, Column, Day, Deed, Listing, To, View
from zhijia.foundation.workflow import presenting as shapes, selectors as cases
from zhijia.foundation.workflow.columns import DUE, PID, STATE, case_number, number_of
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import Actor
from zhijia.kernel.registry import registry

from . import selectors
from .fields import Asked, Choice, Words
from .kinds import By, CaseKind, Check
from .selectors import MINE, Standing

PHONE_TAGS = {"done": "ok", "late": "bad", "still": "", "soon": "wait", "run": "wait"}


def phone_tag(case: Case) -> dict[str, str]:
    told = cases.describe(case, own=True)
    return {"text": told["label"], "state": "do" if told["owner_acts"] else PHONE_TAGS.get(told["hue"], "")}


def listing(kind: CaseKind) -> Listing:
    """The kind's list on the console: what waits for the reader, then its tabs."""

    said = kind.words
    person = [Column("当事人", "person")] if said.tells_person else []
    other = [Column(said.other, "other", wraps=True)] if said.other else []
    return Listing(
        kind.workflow.code,
        kind.name,
        head=Column(said.head or kind.name, "case.title", wraps=True),
        detail=case_number,
        pid=PID,
        opens=To(kind.page("review"), PID),
        columns=(
            DUE,
            *person,
            *other,
            Column(said.unit, "unit", wraps=True),
            *kind.columns,
            Day("提交", "case.opened_at", narrow="mid", faint=True),
            STATE,
        ),
        views=(View(MINE, "等我办理"), *(View(tab.code, tab.label) for tab in kind.tabs)),
        search="姓名、标题、说明或编号" if kind.has_own_page else "标题、说明或编号",
        counted="件",
        note="本级及以下",
        empty=kind.words.empty,
    )


def bulk(kind: CaseKind, actor: Actor, **said: Any) -> Bulk | None:
    """The bar below ticked cases, of the moves that he may make; None where there is none."""
    moves = [kind.workflow.move(name) for name in kind.at_once]
    moves = [move for move in moves if actor.holds(move.by)]
    if not moves:
        return None
    asked = {move.name: kind.step(move.name).asks for move in moves}
    buttons = [
        Deed(move.button, value=move.name, primary=move is moves[0], needs=_needed(asked[move.name])) for move in moves
    ]
    everything = [each for asks in asked.values() for each in asks]
    reasons = next((each.choices for each in everything if isinstance(each, Choice)), {})
    says = next((each.label for each in everything if isinstance(each, Words)), "")
    return Bulk(reverse(kind.page("ticked")), tuple(buttons), reasons=reasons, says=says, **said)


def _needed(asks: Sequence[Asked]) -> str:
    """Which of the bar's fields must be filled before it is sent."""
    needed = [each for each in asks if each.required]
    return ("reason" if isinstance(needed[0], Choice) else "note") if needed else ""


def own_row(kind: CaseKind, one: Standing) -> dict[str, Any]:
    """Shape of `ui/phone/rows.html`."""
    href = reverse(kind.page("case"), args=[one.case.public_id])
    return {"title": own_title(kind, one), "detail": one.unit, "href": href, "tag": phone_tag(one.case)}


def own_title(kind: CaseKind, one: Standing) -> str:
    return kind.words.own.format(row=one.row) if kind.words.own else one.case.title


def own_page(kind: CaseKind, one: Standing, actor: Actor, now: datetime) -> dict[str, Any]:
    """What `casework/case.html` takes."""
    case = one.case
    more = kind.shows_own(case, one.row, actor, now) if kind.shows_own is not None else {}
    mine = cases.describe(case)["owner_acts"]
    return {
        "kind": kind,
        "back": reverse(kind.page("mine")) if kind.opening(By.MEMBER) is not None else "",
        "title": own_title(kind, one),
        "sub": f"编号 {number_of(case.public_id)}",
        "tag": phone_tag(case),
        "route": _route(kind, one) if kind.words.other and one.other else None,
        "facts": [
            *([] if kind.words.other else [{"label": kind.words.unit, "value": one.unit}]),
            *_facts(selectors.facts(kind, one, own=True)),
        ],
        "files": own_papers(selectors.papers_of(kind, case)),
        "entries": [
            {"title": step.title, "note": step.who, "at": step.at, "quote": step.note, "state": "" if place else "now"}
            for place, step in enumerate(cases.timeline(case, own=True))
        ],
        "step": {
            "lead": "请您办理，最晚" if mine else f"由{one.unit}办理，最晚", "at": case.last_day,
            "after": "" if mine else "答复", "mine": mine,
            "explain": explained(case),
        } if case.closed_at is None and case.due_at else None,
        **more,
    }  # fmt: skip


def _route(kind: CaseKind, one: Standing) -> dict[str, dict[str, str]]:
    """Shape of `ui/phone/route.html`."""
    said = kind.words
    return {"left": {"label": said.other, "name": one.other}, "right": {"label": said.unit, "name": one.unit}}


def explained(case: Case) -> list[str]:
    """How its day was reckoned."""
    lines = [case.due_explained] if case.due_explained else []
    return [*lines, "明年放假安排公布后，这个日期可能调整"] if case.due_provisional else lines


def _facts(lines: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in lines if value]


def review_page(kind: CaseKind, one: Standing, actor: Actor, *, decides: bool, now: datetime) -> dict[str, Any]:
    """What `casework/review.html` takes. Who decides sees the person's full name, others the masked one."""
    case = one.case
    person = case.owner_person_id
    name = (registry.persons.full_name(person) if decides else one.person) if person is not None else ""
    checks = kind.checks(case, one.row, actor, now) if kind.checks is not None and case.closed_at is None else []
    lines = [_check(check) for check in checks]
    if any(move.checker for move in kind.workflow.moves_from(case.state)):
        lines.append(shapes.two_persons(case, actor))
    more = kind.shows_more(case, one.row, actor, now) if kind.shows_more is not None else {}
    told = [fact for fact in more.pop("facts", ()) if fact["value"]]
    ways = [(kind.words.other, one.other), (kind.words.unit, one.unit)] if kind.words.other else []
    facts = told or _facts([*ways, *selectors.facts(kind, one, own=False)])
    return {
        "kind": kind,
        "case": case,
        "title": f"{own_title(kind, one)} · {case.title}" if kind.words.own else case.title,
        "number": number_of(case.public_id),
        "unit": one.unit,
        "head": shapes.head(case, now=now),
        "person": _facts([("姓名", name), *registry.persons.facts(person)]) if person is not None else [],
        "files": papers(selectors.papers_of(kind, case)),
        "facts": [*facts, *more.pop("further", ()), *_maker(kind, case, decides=decides)],
        "explained": "" if case.closed_at else case.due_explained,
        "provisional": case.due_provisional and not case.closed_at,
        "checks": lines,
        "why_none": why_nothing(kind, case),
        **more,
    }


def _maker(kind: CaseKind, case: Case, *, decides: bool) -> list[dict[str, str]]:
    """The cadre whose proposal it is: by his full name for who checks it."""
    by_cadre = kind.opening(By.CADRE) is not None and case.maker_person_id != case.owner_person_id
    if not by_cadre or case.maker_person_id is None:
        return []
    key, persons = case.maker_person_id, registry.persons
    return _facts([("提出人", persons.full_name(key) if decides else persons.names([key]).get(key, ""))])


def _check(check: Check) -> dict[str, str]:
    """A line of `ui/console/rule_checks.html`."""
    return {"state": check.state, "text": check.text, "value": check.value, "detail": check.law}


def why_nothing(kind: CaseKind, case: Case) -> str:
    """Why the reader can do nothing here."""
    if case.closed_at is not None:
        return "这件已经办结。"
    if case.state in kind.workflow.owner_acts:
        return "正在等当事人办理，办理后会回到这里。"
    return "这件现在不由您办理。"
