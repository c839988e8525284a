"""What a request about one's own data may hold, and the copy that is made by itself. Source: docs/rules/rights.md"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhijia.foundation.audit import services as audit
from zhijia.foundation.files import services as files
from zhijia.foundation.notify import services as notify
from zhijia.foundation.workflow import services as workflow
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.actor import SYSTEM, Actor, Kind as ActorKind
from zhijia.kernel.db import change_rows, retrying
from zhijia.kernel.errors import Invalid, NotFound
from zhijia.kernel.tables import write_book
from zhijia.organization.people.models import RightsRequest
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as selectors
from zhijia.organization.people.selectors.personal import WANTED, subject_of

COPY_USE: Final = "people.copy"
PAPER_USE: Final = "people.paper"
COPY_JOB: Final = "people.copy"


def check_wanted(
    person_id: int, wanted: Mapping[str, str], papers: Sequence[object], *, now: datetime
) -> dict[str, str]:
    """The right values as they will be kept; what he left empty stays as it is."""
    today = timezone.localdate(now)
    right: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in selectors.correctable(person_id):
        text = wanted.get(field.code, "").strip()
        if not text:
            continue
        try:
            right[field.code] = field.check(person_id, text, today)
        except Invalid as error:
            wrong[field.code] = error.message
        else:
            if right[field.code] == field.reads(person_id):
                wrong[field.code] = f"{field.label}和现在登记的一样，不用更正的请留空。"
    if right and not papers:
        wrong["papers"] = "请上传证件照片或证明材料，便于核对。"
    if len(papers) > rules.MOST_PAPERS:
        wrong["papers"] = f"证明材料最多 {rules.MOST_PAPERS} 个，请减少后再提交。"
    if wrong:
        raise Invalid("rights.wanted", "还有内容需要修改，请按提示改好后再提交。", fields=wrong)
    return right


def seal_wanted(public_id: str, wanted: Mapping[str, str]) -> bytes:
    """Empty for nothing; bound to the case."""
    if not wanted:
        return b""
    text = json.dumps(wanted, ensure_ascii=False)
    sealed: bytes = settings.ZHIJIA_KEYS.keyring.seal(text, table_column=WANTED, row=public_id)
    return sealed


def _find(public_id: str) -> tuple[Case, RightsRequest]:
    request = RightsRequest.objects.select_related("case").filter(case__public_id=public_id).first()
    if request is None:
        raise NotFound
    return request.case, request


# --- The copy
@retrying()
@transaction.atomic
def finish_copy(public_id: str, *, now: datetime) -> int:
    """Make the copy as one workbook that he alone can fetch for seven days; returns its rows. Nothing where it is done.

    The job's side. The trail says that a copy was made; the file holds his numbers in full.
    """
    case, request = _find(public_id)
    if case.closed_at is not None:
        return 0
    subject = subject_of(request.person_id, request.account_id)
    out = io.BytesIO()
    rows = write_book(out, selectors.copy_sheets(subject), width=22)
    out.seek(0)
    owner = Actor(ActorKind.PERSON, account_id=request.account_id, person_id=request.person_id)
    kept = files.keep(
        owner,
        out,
        use=COPY_USE,
        name=f"我的个人信息-{timezone.localdate(now):%Y%m%d}.xlsx",
        about=("case", public_id),
        unit_id=case.unit_id,
        now=now,
    )
    workflow.move(case, "ready", actor=SYSTEM, now=now)
    values = {"file": kept.public_id, "answered_at": now, "answer": "副本已准备好，请在七天内下载。"}
    change_rows(RightsRequest, {"id": request.pk}, values)
    audit.record(owner, "people.copied", ("case", public_id), now=now, concerns=request.person_id)
    notify.send(
        "people.copy_ready",
        person_id=request.person_id,
        context={"days": rules.COPY_DAYS},
        now=now,
        case_public_id=public_id,
    )
    return rows
