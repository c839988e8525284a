"""Two files beside each other, and what a member's file shows of doubles; nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from zhijia.kernel.actor import Actor
from zhijia.organization.duplicates import selectors as reads
from zhijia.organization.duplicates.permissions import Permission
from zhijia.organization.duplicates.selectors import Side
from zhijia.organization.members import selectors as members
from zhijia.organization.people import selectors as people
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.unions import selectors as unions


def side_words(side: Side) -> str:
    return f"{side.person.masked_name} · {side.union.name if side.union else '不是会员'}"


def beside(sides: Sequence[Side]) -> list[dict[str, Any]]:
    """Two files line by line, for `duplicates/_sides.html`: `[{"label": "姓名", "values": [...], "differs": True}]`."""
    lines = [dict(_facts(side)) for side in sides]
    return [
        {"label": label, "values": values, "differs": len(set(values)) > 1}
        for label in lines[0]
        for values in [[line[label] for line in lines]]
        if any(values)
    ]


def _facts(side: Side) -> list[tuple[str, str]]:
    person = side.person
    return [
        ("姓名", person.masked_name),
        ("证件", person.id_masked),
        ("手机", person.mobile_masked),
        ("出生年", str(person.birth_year or "")),
        ("实名", real_name_words(person.real_name_level)),
        ("工会", side.union.name if side.union else ""),
        ("会籍", side.state_label),
        ("入会", side.joined_on.isoformat() if side.joined_on else ""),
        ("账号", "已激活" if person.account_id else "未激活"),
    ]


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
