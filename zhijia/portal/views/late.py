"""What is late below: the list behind the desk's panel, and reminding who is to act."""

from __future__ import annotations

from functools import partial
from operator import attrgetter

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.listing import Bulk, Button, Column, Day, Deed, Empty, Listing, answer
from zhijia.foundation.ui.listing.bulk import Outcome, Ticked, outcomes
from zhijia.foundation.ui.listing.declaring import Query
from zhijia.foundation.workflow import reminders, selectors as cases
from zhijia.foundation.workflow.columns import DUE, PID
from zhijia.foundation.workflow.selectors import InboxRow
from zhijia.kernel.errors import ZhijiaError
from zhijia.kernel.http import Request
from zhijia.kernel.paging import Page
from zhijia.organization.unions import places
from zhijia.portal.surroundings import own_unit

MOST = 200


LATE = Listing(
    "portal.late",
    "下级逾期未办",
    head=Column("事项", "case.title", wraps=True),
    detail="workflow.name",
    pid=PID,
    opens=attrgetter("href"),
    columns=(
        Column("应办单位", "decider", wraps=True),
        DUE,
        Day("到达", "opened_at", faint=True),
    ),
    counted="件",
    ordered="逾期最久的在前",
    note="同一件每天催办一次，应办单位会收到消息",
    empty=Empty("下级没有逾期的事项"),
)


def _late(request: Request, query: Query) -> Page[InboxRow]:
    ids = places.ids_below(own_unit(request).path)
    return Page(cases.late_below(request.actor, ids, now=request.now, limit=MOST))


@require_safe
def late(request: Request) -> HttpResponseBase:
    bulk = Bulk(reverse("portal:remind"), (Deed("催办", value="remind", primary=True),))
    return answer(LATE, request, partial(_late, request), bulk=bulk)


@require_POST
@once
def remind(request: Request) -> HttpResponse:
    """A message to whoever is to act on each ticked case; the answer says whom it reached."""
    ticked = Ticked.of(request)
    if not ticked.pids:
        return redirect("portal:late")
    rows = {row.case.public_id: row for row in _late(request, Query()).rows}
    told = []
    for pid in ticked.pids:
        row = rows.get(pid)
        if row is None:
            told.append(Outcome("—", done=False, words="已经办理，或不在您的下级。"))
            continue
        name = f"{row.case.title} · {row.workflow.name} · {row.decider}"
        try:
            count = reminders.remind(request.actor, row.case, now=request.now)
        except ZhijiaError as error:
            told.append(Outcome(name, done=False, words=error.message))
        else:
            told.append(Outcome(name, done=True, words=f"已通知 {count} 人"))
    return outcomes(
        request, "催办结果", told, Button("回到列表", reverse("portal:late")), counted="件", named="事项", did="已催办"
    )
