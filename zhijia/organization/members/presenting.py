"""What the rooms about members show alike: a case on the console, a matter on the phone, a person, a stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.workflow import presenting as shapes, selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.http import Request

from . import rules

NAME = "person.masked_name"
FOUND_BY = "姓名或编号"
BELOW_NOTE = "本级及以下"
"""Words of their lists."""

PHONE_TAGS = {"done": "ok", "late": "bad", "still": "", "soon": "do", "run": "wait"}


# --- On the console
def case_page(
    case: Case, title: str, note: str, columns: Sequence[Sequence[dict[str, Any]]], now: datetime
) -> dict[str, Any]:
    told = cases.describe(case)
    _due_state, words = cases.due_words(None if case.closed_at else case.due_at, now=now)
    return {
        "title": title,
        "note": note + ("" if case.closed_at or not case.due_at else f" · 期限 {words}"),
        "tag": {"text": told["label"], "state": "" if told["hue"] == "still" else told["hue"]},
        "columns": [[fact for fact in column if fact["value"]] for column in columns],
        "timeline": shapes.entries(cases.timeline(case)),
        "explained": case.due_explained if not case.closed_at else "",
        "provisional": case.due_provisional,
        "files": [],
        "decision": None,
        "why_none": "这件已经办结。" if case.closed_at else "这件现在不由您办理。",
    }


def person_facts(person: Any) -> list[dict[str, Any]]:
    return [
        {"label": "姓名", "value": person.masked_name},
        {"label": "证件", "value": person.id_masked, "code": True},
        {"label": "手机", "value": person.mobile_masked, "code": True},
        {"label": "出生年", "value": str(person.birth_year or "")},
    ]


# --- On the phone
def see_progress(request: Request, what: str, address: str) -> HttpResponse:
    """A second matter of a kind leads to where the first one stands."""
    messages.info(request, f"您有一件{what}正在办理，请先查看进度。")
    return HttpResponseRedirect(address)


def stay_facts(stay: Any) -> list[dict[str, Any]]:
    """Shape of `ui/phone/facts.html`."""
    group = rules.NEW_FORM_GROUPS.get(stay.new_form_group)
    facts = [
        {"label": "会员卡号", "value": formats.group4(stay.member_number)},
        {"label": "入会日期", "value": stay.joined_on.isoformat()},
        {"label": "在本工会", "value": f"{stay.since.isoformat()} 起"},
        {"label": "工作方式", "value": group or rules.WORK_FORMS.get(stay.work_form, "")},
        {"label": "单位", "value": stay.employer_text},
    ]
    return [fact for fact in facts if fact["value"]]


def waiting_rows(*open_cases: Case | None) -> list[dict[str, Any]]:
    rows = []
    for case in open_cases:
        if case is None:
            continue
        told = cases.describe(case, own=True)
        href = reverse(told["member_url_name"], args=[case.public_id])
        rows.append({"title": told["name"], "detail": case.note, "href": href, "tag": tag(told)})
    return rows


def tag(told: dict[str, Any]) -> dict[str, str]:
    return {"text": told["label"], "state": "do" if told["owner_acts"] else PHONE_TAGS.get(told["hue"], "")}


def my_case_page(case: Case, title: str, facts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What `members/my_case.html` shows of any case."""
    told = cases.describe(case, own=True)
    steps = cases.timeline(case, own=True)
    return {
        "title": title,
        "case": case,
        "sub": f"编号 {case.public_id[:4]}-{case.public_id[4:8]}",
        "tag": tag(told),
        "facts": [fact for fact in facts if fact["value"]],
        "entries": [
            {
                "title": step.title,
                "note": step.who,
                "at": step.at,
                "quote": step.note,
                "state": "now" if index == 0 else "",
            }
            for index, step in enumerate(steps)
        ],
        "step": None,
        "route": None,
        "files": (),
        "links": [],
        "primary": None,
        "second": None,
        "answers": None,
    }


def explained(case: Case) -> list[str]:
    lines = [case.due_explained] if case.due_explained else []
    return [*lines, "明年放假安排公布后，这个日期可能调整"] if case.due_provisional else lines
