"""Cases as the console's parts want them: words and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.ui.formats import local_day
from zhijia.kernel.actor import Actor
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.registry import registry

from .models import Case
from .selectors import Step, describe, due_words, list_open, timeline
from .services import kept_out


def entries(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Shape of `ui/console/timeline.html`."""
    return [
        {"at": step.at, "title": step.title, "note": step.who, "quote": step.note, "now": index == 0}
        for index, step in enumerate(steps)
    ]


def own_open(actor: Actor, error: ZhijiaError | None) -> str:
    """Where the person's own matter stands that is in the way of a second one; empty where it is something else."""
    code, found, _ = error.code.rpartition(".already_open") if error is not None else ("", "", "")
    if not found or actor.person_id is None or code not in registry.workflows:
        return ""
    page, waiting = registry.case_link(code).member, list_open(code, actor.person_id)
    return reverse(page, args=[waiting[-1].public_id]) if page and waiting else ""


def two_persons(case: Case, actor: Actor) -> dict[str, str]:
    """Whether the reader may check what somebody made; a line of `ui/console/rule_checks.html`."""
    checks = [move for move in registry.workflow(case.workflow).moves_from(case.state) if move.checker]
    made = frozenset().union(*(kept_out(case, move) for move in checks)) if checks else {case.maker_person_id}
    own = actor.person_id is not None and actor.person_id in made
    detail = "这件由您经办，请交由另一位同事或上级复核。" if own else ""
    return {
        "state": "bad" if own else "ok",
        "text": "须由另一人复核" if own else "经办人与复核人不是同一人",
        "value": "" if own else "符合",
        "detail": detail,
    }


def head(case: Case, *, now: datetime) -> dict[str, Any]:
    """What stands at the top of a checked matter: its state and its due date."""
    said = describe(case)
    due, words = due_words(case.due_at, now=now)
    return {
        "tag": {"text": said["label"], "state": said["hue"] if said["hue"] != "still" else ""},
        "open": case.closed_at is None,
        "due": words if case.closed_at is None else "",
        "due_state": {"late": "late", "today": "soon"}.get(due, ""),
        "entries": entries(timeline(case)),
        "opened_on": local_day(case.opened_at).isoformat(),
    }
