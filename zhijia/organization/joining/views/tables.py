"""An application as the console's parts want it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.foundation.workflow import selectors as cases
from zhijia.organization.joining import selectors
from zhijia.organization.members import rules
from zhijia.organization.people.rules import real_name_words


def checks(item: selectors.Application) -> list[dict[str, str]]:
    """Shape of `ui/console/rule_checks.html`."""
    return [
        {"state": "ok" if passed else "warn", "text": text, "value": "", "detail": ""} for passed, text in item.checks
    ]


def case_facts(item: selectors.Application) -> list[list[dict[str, Any]]]:
    said = item.application
    about: list[dict[str, Any]] = [
        {"label": "姓名", "value": item.person.masked_name},
        {"label": "证件", "value": item.person.id_masked, "code": True},
        {"label": "手机", "value": item.person.mobile_masked, "code": True},
        {"label": "性别", "value": {"1": "男", "2": "女"}.get(item.person.sex, "—")},
        {"label": "出生年", "value": str(item.person.birth_year or "—")},
        {"label": "实名", "value": real_name_words(item.person.real_name_level)},
    ]
    work: list[dict[str, Any]] = [
        {"label": "加入", "value": item.union.name},
        {"label": "工作方式", "value": rules.WORK_FORMS.get(said.work_form, "—")},
        {"label": "职业", "value": rules.NEW_FORM_GROUPS.get(said.new_form_group, "—")},
        {"label": "单位", "value": said.employer_text or "—"},
        {"label": "户籍", "value": "农村" if said.rural_hukou else "—"},
        {"label": "来由", "value": {"workplace": "在此工作", "residence": "在此居住"}.get(said.fallback_by, "—")},
    ]
    return [about, [fact for fact in work if fact["value"] != "—"]]


def queue_items(rows: Sequence[selectors.Application], current: str, *, now: datetime) -> list[dict[str, Any]]:
    items = []
    for row in rows:
        due, words = cases.due_words(row.case.due_at, now=now)
        items.append(
            {
                "pid": row.case.public_id,
                "title": row.person.masked_name,
                "href": reverse("joining:review", args=[row.case.public_id]),
                "due": {"state": {"late": "late", "today": "soon"}.get(due, "later")},
                "due_words": words,
                "warning": "证件待核对" if row.listing else "" if row.all_passed else "需人工核对",
                "detail": row.case.note,
                "current": row.case.public_id == current,
                "locked": "",
            }
        )
    return items
