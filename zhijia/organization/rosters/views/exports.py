"""Lists of members out: masked at once, or whole with a reason for somebody else to read."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from zhijia.foundation.casework.selectors import open_made
from zhijia.foundation.casework.services import open_case
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import rosters as frame
from zhijia.foundation.ui.form import Submission
from zhijia.kernel.http import Request
from zhijia.organization.members.permissions import Permission
from zhijia.organization.rosters.cases.exports import EXPORTS
from zhijia.organization.rosters.forms import ExportForm
from zhijia.organization.rosters.services import exporting

from .loads import unit_for, units_for


@once
def export(request: Request) -> HttpResponseBase:
    """Masked at once, or full numbers with a reason."""
    request.actor.require_anywhere(Permission.EXPORT)
    unit = unit_for(request, Permission.EXPORT)
    form = ExportForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = form.cleaned_data
            if said["numbers"] == "whole":
                pid = open_case(EXPORTS, request.actor, {**said, "union": unit.public_id}, now=request.now)
                messages.success(request, "申请已提交，由另一位同事复核，同意后开始准备文件。")
                return redirect(EXPORTS.page("review"), pid=pid)
            exporting.record_masked(request.actor, unit, said["form"], now=request.now)
            return _masked(unit, said["form"], request)
    context = {
        "unit": unit,
        "units": units_for(request, Permission.EXPORT),
        "form": form,
        "waits": open_made(EXPORTS, request.actor, unit_id=unit.id),
        "most": exporting.most_whole(request.now),
        "most_in_a_book": exporting.MOST_IN_A_BOOK,
    }
    return render(request, "rosters/export.html", context, status=submission.status)


def _masked(unit: Any, form: str, request: Request) -> HttpResponseBase:
    name = f"{unit.name[:40]}-会员名册-{timezone.localdate(request.now):%Y%m%d}.{form}"
    if form == "csv":
        return frame.named(StreamingHttpResponse(exporting.masked_csv(unit), content_type=frame.CSV), name)
    out = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    exporting.masked_xlsx(unit, out)
    out.seek(0)
    return frame.named(FileResponse(out, content_type=frame.XLSX), name)
