"""The cadre's desk: what waits first, then figures; and the find box of the console."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.ui.chrome import Chrome
from zhijia.foundation.ui.listing import Query
from zhijia.foundation.upkeep import presenting as upkeep_presenting, selectors as upkeep
from zhijia.foundation.upkeep.permissions import Permission as UpkeepPermission
from zhijia.foundation.workflow import selectors as cases
from zhijia.kernel.http import Request
from zhijia.kernel.registry import registry
from zhijia.organization.members import selectors as members
from zhijia.organization.members.permissions import Permission as MemberPermission
from zhijia.organization.statistics import selectors as statistics
from zhijia.organization.unions import places, selectors as unions
from zhijia.organization.unions.permissions import Permission as UnionPermission
from zhijia.organization.unions.selectors import histories
from zhijia.portal.surroundings import own_unit

BUCKETS = (
    ("late", "已逾期", "late"),
    ("today", "今日到期", "soon"),
    ("soon", "5 个工作日内", ""),
    ("later", "以后", ""),
)
GROUPS = (("late", "已逾期"), ("today", "今日到期"), ("soon", "5 个工作日内"), ("later", "以后"), ("none", "没有期限"))
SHOWN = 60
OFFERED = 3


def desk(request: Request) -> HttpResponse:
    """Inbox before figures. `?kind=` narrows by workflow, `?due=` by bucket, `?unit=` chooses among own unions."""
    kind, due = request.GET.get("kind", "")[:40], request.GET.get("due", "")[:8]
    rows = cases.list_inbox(request.actor, now=request.now)
    unit = own_unit(request)
    context: dict[str, Any] = {
        "unit": unit,
        "inbox": _inbox(request, rows, kind, due),
        "first": next((row for row in rows if row.href), None),
        "figures": [
            {
                "label": f.label,
                "value": f.value,
                "change": f.change,
                "values": list(f.series),
                "spark": f"{f.label}近 {len(f.series)} 个月走势",
            }
            for f in statistics.headlines(unit, today=timezone.localdate(request.now))
        ],
        "recent": [_line(step) for step in cases.list_handled(request.actor, limit=6)],
        "sent": [_line(case) for case in cases.list_sent(request.actor, limit=6)],
        "late_below": _late_below(request, unit),
        "late_more": {"href": reverse("portal:late"), "label": "全部，可催办"},
        "health": _health(request),
    }
    return render(request, "portal/desk.html", context)


def _health(request: Request) -> dict[str, Any] | None:
    """What the installation lacks, for who keeps it running."""
    if not request.actor.holds(UpkeepPermission.VIEW):
        return None
    return upkeep_presenting.card(upkeep.summary(request.actor, now=request.now))


def _line(case: Any) -> dict[str, Any]:
    said = cases.describe(case)
    name = said["console_url_name"]
    return {
        "label": f"{case.title} · {said['name']}",
        "href": reverse(name, args=[case.public_id]) if name else "",
        "end": said["label"],
    }


def _late_below(request: Request, unit: unions.UnionFacts) -> list[dict[str, Any]]:
    if unit.level >= 6:
        return []
    rows = cases.late_below(request.actor, places.ids_below(unit.path), now=request.now, limit=8)
    return [
        {"label": f"{row.case.title} · {row.workflow.name} · {row.decider}", "href": row.href, "end": row.due_words}
        for row in rows
    ]


def _inbox(request: Request, rows: list[cases.InboxRow], kind: str, due: str) -> dict[str, Any]:
    """Shape of `ui/console/inbox.html`."""
    by_due = Counter(row.due for row in rows)
    by_kind = Counter(row.workflow.code for row in rows)
    names = {row.workflow.code: row.workflow.name for row in rows}
    shown = [row for row in rows if (not kind or row.workflow.code == kind) and (not due or row.due == due)]
    groups = [
        {"title": title, "rows": [_inbox_row(row) for row in shown if row.due == code][:SHOWN]}
        for code, title in GROUPS
        if any(row.due == code for row in shown)
    ]
    return {
        "title": "等我办理",
        "note": f"{len(rows)} 件" if rows else "",
        "sort": [],
        "buckets": [
            {
                "label": label,
                "count": by_due[code],
                "href": f"?due={code}" if due != code else "?",
                "state": state,
                "current": due == code,
            }
            for code, label, state in BUCKETS
        ],
        "kinds": [{"label": "全部", "count": len(rows), "href": "?", "current": not kind}]
        + [
            {"label": names[code], "count": n, "href": f"?kind={code}", "current": kind == code}
            for code, n in by_kind.most_common()
        ]
        if rows
        else [],
        "groups": groups,
        "rest": None,
        "empty": _nothing_waits(request),
    }


def _nothing_waits(request: Request) -> dict[str, Any]:
    """What to do instead: who prints codes may print one, everybody else finds the beginning of his menu."""
    text = "新的申请、复核和到期提醒会出现在这里。"
    if request.actor.holds(UnionPermission.PRINT) and request.actor.holds(UnionPermission.VIEW):
        text += "可以先打印入会二维码，贴到职工看得见的地方。"
        actions = [{"label": "去打印入会二维码", "href": reverse("unions:tree")}]
    else:
        text += "您可以先办理："
        lines = [line for group in Chrome(request).nav for line in group["entries"]]
        actions = [line for line in lines if line["href"] != reverse("portal:desk")][:OFFERED]
    return {"title": "现在没有等您办理的事", "text": text, "actions": actions}


def _inbox_row(row: cases.InboxRow) -> dict[str, Any]:
    state = {"late": "late", "today": "soon"}.get(row.due, "later")
    return {
        "due": {"state": state},
        "due_words": row.due_words,
        "kind": row.workflow.name,
        "title": row.case.title,
        "detail": row.case.note,
        "href": row.href,
        "source": row.unit_name,
        "arrived": row.opened_at,
    }


def search(request: Request) -> HttpResponse:
    """The find box: unions by name, pinyin or code; members by name, number; a case by its number."""
    text = request.GET.get("q", "").strip()[:40]
    found_unions: list[unions.UnionFacts] = []
    found_members: list[members.MemberRow] = []
    case = None
    if text:
        if request.actor.holds(UnionPermission.VIEW):
            found_unions = unions.search(request.actor.scope_for(UnionPermission.VIEW), text, limit=10)
        if request.actor.holds(MemberPermission.VIEW):
            top = unions.get_facts_by_path(request.actor.scope_for(MemberPermission.VIEW).paths[0])
            found_members = members.list_members(request.actor, top, Query(search=text, limit=10)).rows
        case = cases.find_by_number(request.actor, text.replace("-", "").lower())
    before = histories.called_before(union.id for union in found_unions)
    context = {
        "q": text,
        "unions": [{"union": union, "before": before.get(union.id, [])} for union in found_unions],
        "members": found_members,
        "case": case,
        "case_href": _case_href(case) if case else "",
    }
    return render(request, "portal/search.html", context)


def _case_href(case: Any) -> str:
    name = registry.case_link(case.workflow).console
    return reverse(name, args=[case.public_id]) if name else ""
