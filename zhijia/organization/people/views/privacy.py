"""The privacy desk: a correction in full beside its papers, and what was deleted."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.casework import pages
from zhijia.foundation.casework.selectors import get_case
from zhijia.foundation.ui.listing import Column, Empty, Link, Listing, Number, When, answer
from zhijia.foundation.workflow.columns import number_of
from zhijia.kernel.http import Request
from zhijia.organization.people.cases.requests import REQUESTS
from zhijia.organization.people.selectors import rights as reads


def _cause(row: reads.DeletionRecord) -> str:
    return "本人请求" if row.case else "到期自动"


def _request(row: reads.DeletionRecord) -> tuple[str, str]:
    return (number_of(row.case), reverse(REQUESTS.page("review"), args=[row.case])) if row.case else ("", "")


DELETIONS = Listing(
    "data_deletions",
    "删除记录",
    note="只记种类和条数，不记个人",
    head=Column("信息", "label"),
    counted="条",
    ordered="最近的在前",
    columns=(
        Number("条数", "count"),
        Column("原因", _cause),
        Column("截止日期", "cut_off", faint=True),
        Link("请求编号", _request),
        When("时间", "at", faint=True),
    ),
    empty=Empty("还没有删除记录", "系统每天凌晨删除到期的信息，执行删除请求后也会记在这里。"),
)


@require_safe
def deletions(request: Request) -> HttpResponseBase:
    """What was deleted, by request at this desk or by the clock: kinds and counts, nothing of anybody."""
    return answer(DELETIONS, request, partial(reads.list_deletions, request.actor))


@require_http_methods(["GET", "POST"])
def numbers(request: Request, pid: str) -> HttpResponse:
    """The review with the correction in full, to compare with the papers. Not `once`: no answer with numbers in it is
    kept, and every look leaves its row.
    """
    one = get_case(REQUESTS, request.actor, pid)
    form = pages.decision_form(REQUESTS, request, one)
    if request.method == "GET" or not one.row.wanted_sealed or form is None:
        return redirect(REQUESTS.page("review"), pid=pid)
    lines = reads.show_wanted(request.actor, one.row, now=request.now)
    corrections = [{"label": line.label, "old": line.old, "new": line.new} for line in lines]
    return pages.review_page(REQUESTS, request, one, form=form, corrections=corrections, in_full=True)
