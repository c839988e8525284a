"""A union's health as its page wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from zhijia.kernel.actor import Actor
from zhijia.organization.people import selectors as people
from zhijia.organization.posts import selectors as posts
from zhijia.organization.unions import selectors as unions

from . import selectors
from .permissions import Permission
from .rules import STANDING_HUES, STANDINGS, Have, counted, standing


def _have(have: Have) -> dict[str, str]:
    """A line of `ui/console/rule_checks.html`."""
    state = "ok" if have.yes else "warn" if have.yes is None else "wrong"
    missing = f"还缺：{have.missing}" if have.missing else ""
    return {"state": state, "text": have.label, "value": have.evidence, "detail": missing}


def health_page(actor: Actor, union: unions.UnionFacts, *, today: date) -> dict[str, Any]:
    row = selectors.find(union.id)
    stands = standing(row.last_day if row else None, row.cancelled_on if row else None, today)
    haves = selectors.haves_of(union.id, today=today)
    yes, known = counted(haves)
    board = posts.board_of(union.id)
    facts = [{"label": "工会编码", "value": union.code}, {"label": "状态", "value": union.status_label}]
    if row is not None:
        facts += [
            {"label": "统一社会信用代码", "value": row.credit_code},
            {"label": "法定代表人", "value": people.get_facts(row.person_id).name},
            {"label": "住所", "value": row.address},
            {"label": "有效期到", "value": row.last_day.isoformat()},
        ]
    acts = []
    if actor.may(Permission.ASK, union.path):
        href = f"{reverse('legal:registrations:new')}?union={union.code}"
        acts.append({"label": "申请法人登记", "href": href, "primary": True})
    return {
        "union": union,
        "tag": {"text": STANDINGS[stands], "state": STANDING_HUES[stands]},
        "facts": facts,
        "haves": [_have(have) for have in haves],
        "told": f"已有 {yes} 项，有记录的 {known} 项",
        "term": board.term_last_day,
        "acts": acts,
        "file": reverse("unions:file", args=[union.public_id]),
        "board": reverse("posts:board", args=[union.public_id]),
    }


def panel(actor: Actor, union_id: int) -> Mapping[str, Any] | None:
    """Of a union's file."""
    union = unions.get_facts(union_id)
    if union.type not in ("GRASSROOTS", "JOINT"):
        return None
    today = timezone.localdate()
    row = selectors.find(union_id)
    stands = standing(row.last_day if row else None, row.cancelled_on if row else None, today)
    haves = selectors.haves_of(union_id, today=today)
    yes, known = counted(haves)
    return {
        "standing": STANDINGS[stands],
        "last_day": row.last_day if row else None,
        "told": f"{yes} / {known}",
        "missing": "、".join(have.missing for have in haves if have.missing),
        "href": reverse("legal:health", args=[union.public_id]),
    }
