"""Two files beside each other, and what a member's file shows of doubles; nothing is decided here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from zhijia.kernel.actor import Actor
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.selectors import MergeView, Side
from zhijia.organization.members import presenting as shapes, selectors as members
from zhijia.organization.people import selectors as people
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.unions import selectors as unions


def side_words(side: Side) -> str:
    return f"{side.person.masked_name} · {side.union.name if side.union else '不是会员'}"


def side_facts(side: Side) -> list[dict[str, Any]]:
    facts = [
        *shapes.person_facts(side.person),
        {"label": "实名", "value": real_name_words(side.person.real_name_level)},
        {"label": "工会", "value": side.union.name if side.union else "不是会员"},
        {"label": "会籍", "value": side.state_label},
        {"label": "入会", "value": side.joined_on.isoformat() if side.joined_on else ""},
        {"label": "账号", "value": "已激活" if side.person.account_id else "未激活"},
    ]
    return [fact for fact in facts if fact["value"]]


def merge_case(view: MergeView, *, now: datetime) -> dict[str, Any]:
    columns = (side_facts(view.survivor), side_facts(view.duplicate))
    page = shapes.case_page(view.case, "重复档案合并", f"依据：{view.merge.reason}", columns, now)
    page["heads"] = ("保留的档案", "并入的档案")
    return page


def panel(actor: Actor, person_id: int) -> dict[str, Any] | None:
    """On a member's file: who may be the same, and putting right what stands there. None where he may do neither."""
    stay = members.open_stay(person_id)
    if stay is None:
        return None
    path, own = unions.get_facts(stay.union_id).path, people.get_facts(person_id).public_id
    alike = reads.find_alike(actor, person_id) if actor.may(Permission.MERGE_ASK, path) else []
    rows = [
        {
            "title": row.side.person.masked_name,
            "note": f"{row.kind_label} · {row.side.union.name if row.side.union else ''}",
            "href": reverse("duplicates:compare", args=[own, row.side.person.public_id]),
        }
        for row in alike
    ]
    correct = reverse("duplicates:correct", args=[own]) if actor.may(Permission.CORRECT, path) else ""
    return {"rows": rows, "correct": correct} if rows or correct else None
