"""Boards and certificates as pages and papers want them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.template.loader import render_to_string
from django.urls import reverse

from zhijia.foundation.ui.site import current_site
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.actor import Actor
from zhijia.kernel.workdays import months_later
from zhijia.organization.posts import selectors
from zhijia.organization.posts.permissions import Permission
from zhijia.organization.posts.rules import posts
from zhijia.organization.posts.rules.terms import ENDS, TERM
from zhijia.organization.posts.selectors import Seat
from zhijia.organization.unions import selectors as unions

_STYLE: Final = Path(__file__).resolve().parent / "print" / "certificate.css"


def seat_row(seat: Seat, *, past: bool = False) -> dict[str, Any]:
    post = seat.post
    span = (
        f"{post.since.isoformat()} 起"
        if post.until is None
        else f"{post.since.isoformat()} 至 {post.until.isoformat()}"
    )
    return {
        "post": seat.label + ("（专职）" if post.full_time else ""),
        "name": seat.person.name,
        "span": span,
        "source": ENDS.get(post.ended_by, "") if past else posts.SOURCES[posts.Source(post.source)],
        "certificate": "" if past else reverse("posts:certificate", args=[post.public_id]),
    }


def panel(actor: Actor, union_id: int) -> Mapping[str, Any] | None:
    """Of a union's file: who leads it, until when."""
    union = unions.get_facts(union_id)
    if union.is_home:
        return None
    board = selectors.board_of(union_id)
    return {
        "seats": [seat_row(seat) for seat in selectors.list_seats(union_id)],
        "last_day": board.term_last_day,
        "vacant_since": board.vacant_since,
        "href": reverse("posts:board", args=[union.public_id]),
    }


def board_page(actor: Actor, union: unions.UnionFacts, *, today: date) -> dict[str, Any]:
    board = selectors.board_of(union.id)
    term = selectors.find_term(union.id)
    staffing = selectors.staffing_of(union, today=today)
    notes = []
    if posts.is_overdue(board, today):
        notes.append(("bad", "任期已满，还没有换届，也没有批复延期。"))
    elif board.term_last_day is not None and (board.term_last_day - today).days <= posts.REMINDERS[0]:
        left = (board.term_last_day - today).days
        under_way = cases.count_open(TERM.code, union.id)
        rest = "换届正在办理。" if under_way else "请列入换届计划。"
        notes.append(("soon", f"距任期届满还有 {left} 天，{rest}"))
    if board.vacant_since is not None:
        late = posts.is_vacant_too_long(board, today)
        until = months_later(board.vacant_since, posts.VACANT_MONTHS)
        notes.append(
            (
                "bad" if late else "soon",
                f"主席自 {board.vacant_since.isoformat()} 起空缺，应在 {until.isoformat()} 前补选。",
            )
        )
    if staffing is not None and staffing.missing:
        notes.append(("soon", "乡镇（街道）工会配备还缺：" + "、".join(staffing.missing) + "。"))
    acts = []
    if actor.may(Permission.TERM_RUN, union.path):
        acts.append(
            {"label": "列入换届计划", "href": f"{reverse('posts:terms:new')}?union={union.code}", "primary": True}
        )
    if actor.may(Permission.POST_ASK, union.path):
        acts.append({"label": "提出职务变动", "href": f"{reverse('posts:changes:new')}?union={union.code}"})
    return {
        "union": union,
        "term": term,
        "notes": [{"kind": kind, "text": text} for kind, text in notes],
        "seats": [seat_row(seat) for seat in selectors.list_seats(union.id)],
        "past": [seat_row(seat, past=True) for seat in selectors.list_past(union.id)],
        "acts": acts,
        "file": reverse("unions:file", args=[union.public_id]),
    }


def certificate(seat: Seat, *, today: date) -> bytes:
    """A certificate of office as PDF, one A4 page."""
    union = unions.get_facts(seat.post.union_id)
    upper = unions.get_facts(union.parent_id) if union.parent_id else union
    term = selectors.find_term(union.id)
    text = render_to_string(
        "posts/certificate.html",
        {
            "site": current_site(),
            "union": union,
            "upper": upper,
            "name": seat.person.name,
            "id_masked": seat.person.id_masked,
            "post": seat.label,
            "since": seat.post.since,
            "until": term.last_day if term else None,
            "number": seat.post.public_id[:8].upper(),
            "today": today,
        },
    )
    from zhijia.kernel import pdf  # noqa: PLC0415  its engine is loaded where something is printed

    return pdf.from_html(text, style=_STYLE, draw=_nothing)


def _nothing(address: str) -> bytes:
    raise ValueError("a certificate shows no pictures")
