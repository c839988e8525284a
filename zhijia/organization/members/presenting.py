"""What the rooms about members show alike: a person, a stay, what waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.workflow import selectors as cases
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.http import Request

from . import rules

NAME = "person.masked_name"
FOUND_BY = "姓名或编号"
BELOW_NOTE = "本级及以下"
"""Words of their lists."""

PHONE_TAGS = {"done": "ok", "late": "bad", "still": "", "soon": "do", "run": "wait"}


# --- On the console
def person_facts(person: Any) -> list[dict[str, Any]]:
    return [
        {"label": "姓名", "value": person.masked_name},
        {"label": "证件", "value": person.id_masked, "code": True},
        {"label": "手机", "value": person.mobile_masked, "code": True},
        {"label": "出生年", "value": str(person.birth_year or "")},
    ]


# --- On the phone
def see_progress(request: Request, what: str, address: str) -> HttpResponse:
    """A second matter of a kind leads to where the first one stands."""
    messages.info(request, f"您有一件{what}正在办理，请先查看进度。")
    return HttpResponseRedirect(address)


def stay_facts(stay: Any) -> list[dict[str, Any]]:
    """Shape of `ui/phone/facts.html`."""
    group = rules.NEW_FORM_GROUPS.get(stay.new_form_group)
    facts = [
        {"label": "会员卡号", "value": formats.group4(stay.member_number)},
        {"label": "入会日期", "value": stay.joined_on.isoformat()},
        {"label": "在本工会", "value": f"{stay.since.isoformat()} 起"},
        {"label": "工作方式", "value": group or rules.WORK_FORMS.get(stay.work_form, "")},
        {"label": "单位", "value": stay.employer_text},
    ]
    return [fact for fact in facts if fact["value"]]


def waiting_rows(*open_cases: Case | None) -> list[dict[str, Any]]:
    rows = []
    for case in open_cases:
        if case is None:
            continue
        told = cases.describe(case, own=True)
        href = reverse(told["member_url_name"], args=[case.public_id])
        rows.append({"title": told["name"], "detail": case.note, "href": href, "tag": tag(told)})
    return rows


def tag(told: dict[str, Any]) -> dict[str, str]:
    return {"text": told["label"], "state": "do" if told["owner_acts"] else PHONE_TAGS.get(told["hue"], "")}
