"""My own data: what is kept, what I may change at once, and how to ask for the rest; and what unions see of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, answer
from zhijia.kernel.http import Request
from zhijia.organization.members import rules, selectors
from zhijia.organization.members.forms import OwnDataForm
from zhijia.organization.members.selectors import own_data as reads
from zhijia.organization.members.services import own_data
from zhijia.organization.people import codes, selectors as people
from zhijia.organization.people.rules import real_name_words
from zhijia.organization.unions import selectors as unions

from . import lists

ASKS = (
    {
        "title": "申请更正",
        "detail": "姓名、证件号码、会员卡号或入会日期记错了",
        "icon": "pencil",
        "plain_icon": True,
        "href": reverse_lazy("people:rights_ask", args=["correct"]),
    },
    {
        "title": "更换手机号",
        "detail": "用验证码换，马上生效",
        "icon": "device-mobile",
        "plain_icon": True,
        "href": reverse_lazy("accounts:mobile"),
    },
)
NOT_TOLD = "没有填写"
_SEXES = {"1": "男", "2": "女"}


def show(request: Request) -> HttpResponse:
    """Everything that is kept of me, in groups: who I am, where I am a member, how I work, what I told."""
    person = people.get_facts(request.actor.require_person())
    stay = selectors.open_stay(person.id)
    context = {
        "identity": _identity(person),
        "membership": _membership(stay) if stay else [],
        "asks": ASKS,
        "work": _work(stay) if stay else [],
        "told": _told(person),
    }
    return render(request, "members/own_data.html", context)


def _identity(person: people.PersonFacts) -> list[dict[str, str]]:
    return [
        {"label": "姓名", "value": person.name},
        {"label": "证件", "value": f"{people.document_label(person.id_type)} {person.id_masked}"},
        {"label": "性别", "value": _SEXES.get(person.sex, "")},
        {"label": "出生年", "value": f"{person.birth_year} 年" if person.birth_year else ""},
        {"label": "手机号", "value": person.mobile_masked},
        {"label": "实名", "value": real_name_words(person.real_name_level)},
    ]


def _membership(stay: Any) -> list[dict[str, str]]:
    return [
        {"label": "工会", "value": unions.get_facts(stay.union_id).name},
        {"label": "会员卡号", "value": formats.group4(stay.member_number)},
        {"label": "入会日期", "value": stay.joined_on.isoformat()},
    ]


def _work(stay: Any) -> list[dict[str, str]]:
    return [
        {"label": "就业方式", "value": rules.WORK_FORMS.get(stay.work_form, "")},
        {"label": "单位或平台", "value": stay.employer_text or NOT_TOLD},
        {"label": "职业", "value": rules.NEW_FORM_GROUPS.get(stay.new_form_group) or stay.occupation or NOT_TOLD},
    ]


def _told(person: people.PersonFacts) -> list[dict[str, str]]:
    hukou = {True: "农村", False: "城镇"}
    return [
        {"label": "学历", "value": codes.EDUCATIONS.get(person.education, NOT_TOLD)},
        {"label": "政治面貌", "value": codes.POLITICAL_STATUSES.get(person.political_status, NOT_TOLD)},
        {"label": "民族", "value": codes.ETHNICITIES.get(person.ethnicity, NOT_TOLD)},
        {"label": "户籍", "value": NOT_TOLD if person.rural_hukou is None else hukou[person.rural_hukou]},
    ]


@once
def change(request: Request) -> HttpResponse:
    """What is mine to change: at once, nobody has to agree."""
    person = people.get_facts(request.actor.require_person())
    stay = selectors.open_stay(person.id)
    form = OwnDataForm(request.POST or None, is_member=stay is not None, initial=_initial(person, stay))
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            changed = own_data.change_own(request.actor, form.read(), now=request.now)
            messages.success(request, "资料已更新。" if changed else "没有改动。")
            return redirect("members:own_data")
    return render(request, "members/own_data_change.html", {"form": form, "stay": stay}, status=submission.status)


def _initial(person: people.PersonFacts, stay: Any) -> dict[str, Any]:
    hukou = person.rural_hukou
    if hukou is None and stay is not None and stay.is_migrant:
        hukou = True
    said = {
        "education": person.education,
        "political_status": person.political_status,
        "ethnicity": person.ethnicity,
        "rural_hukou": "" if hukou is None else OwnDataForm.RURAL if hukou else OwnDataForm.URBAN,
    }
    names = ("work_form", "new_form_group", "employer_text", "occupation")
    return said | ({name: getattr(stay, name) for name in names} if stay is not None else {})


# --- What unions see
def updates(request: Request) -> HttpResponseBase:
    """What members of my unions brought up to date themselves; for knowing, there is nothing to decide."""
    back = Button("会员名册", reverse("members:roster"))
    return answer(lists.UPDATES, request, partial(reads.list_updates, request.actor, now=request.now), actions=[back])
