"""From an address to a question: shared by the pages that filter the trail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.ui.listing import Button, Empty, Listing, Query, show
from zhijia.kernel.errors import Invalid
from zhijia.kernel.http import Request
from zhijia.kernel.paging import LONGEST, Page
from zhijia.organization.trail import presenting, rules, selectors, services
from zhijia.organization.trail.forms import FilterForm
from zhijia.organization.trail.selectors import Question

_FILTERS = ("unit", "event", "side", "case", "address", "first", "last")


@dataclass(slots=True)
class Asking:
    """A question, or what is wrong with it: then `question` is None and `form` tells; `choices` are unions to choose
    from where a name means several.
    """

    form: FilterForm
    question: Question | None
    choices: list[dict[str, str]] = field(default_factory=list)

    @property
    def status(self) -> int:
        return 200 if self.question is not None or self.choices else 422


def ask(request: Request, page: str, permission: str, *, outcome: str = "", refused: bool = False) -> Asking:
    """Raises NotAllowed, NotFound for a person who does not exist."""
    request.actor.require_anywhere(permission)
    said = {name: request.GET[name] for name in _FILTERS if name in request.GET}
    events = presenting.refused_choices() if refused else presenting.event_choices()
    form = FilterForm(said, events=events)
    person = request.GET.get("person", "")[:16]
    known = selectors.get_person(person) if person else None
    if not form.is_valid():
        return Asking(form, None)
    given = form.cleaned_data
    today = timezone.localdate(request.now)
    try:
        days = rules.days_of(given["first"], given["last"], today=today, named=bool(known or given["case"]))
    except Invalid as error:
        form.take(error)
        return Asking(form, None)
    question = Question(
        days,
        person=known,
        side=given["side"] or "did",
        event=given["event"],
        outcome=outcome,
        case=given["case"],
        address=given["address"],
    )
    return _with_union(request, Asking(form, question), page, permission, given["unit"])


def _with_union(request: Request, asking: Asking, page: str, permission: str, text: str) -> Asking:
    if not text or asking.question is None:
        return asking
    found = selectors.find_union(request.actor, text, permission)
    if len(found) == 1:
        asking.question = selectors.about_union(asking.question, found[0])
        return asking
    if not found:
        said = "没有找到这个单位，请核对名称或工会编码；不在您管理范围内的单位查不到。"
        asking.form.add_error("unit", said)
    asking.choices = [
        {
            "label": union.name,
            "href": presenting.address_of(page, asking.question, unit=union.public_id),
            "end": f"{union.type_label} {union.code}",
        }
        for union in found
    ]
    asking.question = None
    return asking


def context_of(asking: Asking, page: str, people: str) -> dict[str, Any]:
    """What `trail/_filters.html` and the chips want; `people` is the address where a person is looked for."""
    question = asking.question
    return {
        "form": asking.form,
        "question": question,
        "choices": asking.choices,
        "chips": presenting.chips(page, question) if question else [],
        "person": question.person if question else None,
        "kept_unit": question.union.public_id if question and question.union else "",
        "first": question.days.first if question else None,
        "last": question.days.last if question else None,
        "page_href": page,
        "people_href": people,
        "longest": rules.LONGEST,
    }


def list_page(
    listing: Listing, request: Request, asking: Asking, *, permission: str, event: str, template: str,
    extra: dict[str, Any], **given: Any,
) -> HttpResponse:  # fmt: skip
    """A page of what the question finds, which leaves a row that it was read; or what is wrong with the question."""
    question = asking.question
    page: Page[selectors.Told] = Page([])
    query = Query(after=request.GET.get("after", "")[:LONGEST])
    if question is not None:
        query = replace(query, kept=presenting.query_of(question))
        page = selectors.list_entries(request.actor, question, permission, query)
        services.note_reading(request.actor, event, question, permission, now=request.now, more=bool(query.after))
        extra |= {"said": presenting.in_words(question)}
    everything = Button("清除条件", reverse(extra["page_href"]), small=True)
    empty = Empty(
        "没有符合条件的记录", "可以放宽日期，或者去掉一个条件；不在您管理范围内的记录不会显示。", (everything,)
    )
    return show(
        listing, request, query, page, template=template, extra=extra, status=asking.status, empty=empty, **given
    )
