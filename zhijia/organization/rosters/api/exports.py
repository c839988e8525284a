"""For cadres: member lists as files, masked at once, or whole after somebody else has agreed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, Literal

from django.http import HttpResponseBase
from django.utils import timezone

from zhijia.kernel.api import PublicId, Routes, Who, file_answer
from zhijia.kernel.http import Request
from zhijia.organization.rosters.services import exporting
from zhijia.organization.unions import selectors as unions

routes = Routes("exports", "会员名册导出", who=Who.CADRE, surface="console")

Form = Literal["csv", "xlsx"]
_PIECE = 256 * 1024


@routes.fetch("/unions/{pid}/members-file", gone=False)
def masked(request: Request, pid: PublicId, form: Form = "csv") -> HttpResponseBase:
    """本工会及以下的会员名册，姓名和号码已遮盖。每次取得都会留下记录。"""
    union = unions.get_by_public_id(pid)
    exporting.record_masked(request.actor, union, form, now=request.now)
    name = f"{union.name[:40]}-会员名册-{timezone.localdate(request.now):%Y%m%d}.{form}"
    if form == "csv":
        return file_answer(name, exporting.masked_csv(union))
    return file_answer(name, _workbook(union))


def _workbook(union: Any) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as out:
        exporting.masked_xlsx(union, out)
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece
