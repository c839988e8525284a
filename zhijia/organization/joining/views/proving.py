"""Proving who one is: on the way into a union, or for its own sake by who stands in a roster already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.access import safe_next
from zhijia.foundation.accounts.sending import counting_button, send_code_by
from zhijia.foundation.idempotency.decorators import once
from zhijia.kernel.errors import Duplicate, Expired, Invalid, RuleBroken, TooMany, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.joining import cases
from zhijia.organization.joining.forms import IdentityForm
from zhijia.organization.members import rules, selectors
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.selectors import ID_NUMBER
from zhijia.organization.unions import selectors as unions


@dataclass(frozen=True, slots=True)
class Way:
    """Where somebody proves who he is: the addresses of its pages, and where he goes on without a membership."""

    union: unions.UnionFacts | None
    here: str
    dispute: str
    check: str
    after: str


def way_to_join(union: unions.UnionFacts) -> Way:
    names = ("joining:identity", "joining:dispute_open", "documents:check_ask", "joining:confirm")
    return Way(union, *(reverse(name, args=[union.code]) for name in names))


def _way_to_prove(wanted: str) -> Way:
    names = ("joining:prove", "joining:prove_dispute", "documents:prove_check")
    here, dispute, check = (reverse(name) for name in names)
    return Way(None, f"{here}?{urlencode({'next': wanted})}" if wanted else here, dispute, check, wanted)


def must_go_there(request: Request, way: Way, error: ZhijiaError, form: Any = None) -> HttpResponse:
    """Instead of an accusation: where to go with the document, whom to call, and asking to be looked at."""
    context = {"error": error, "way": way, "said": form.cleaned_data if form is not None else None}
    return render(request, "documents/check_there.html", context, status=error.status)


def identity(request: Request, code: str) -> HttpResponse:
    """Screen two of joining."""
    union = unions.get_by_code(code)
    unions.require_takes_members(union)
    if _is_known(request):
        return redirect("joining:start", code=union.code)
    return _ask(request, way_to_join(union))


def prove(request: Request) -> HttpResponse:
    """For its own sake: who stands in a roster has his card then; `next` is where he was sent here from."""
    wanted = safe_next(request.GET.get("next", ""), "")
    if _is_known(request):
        return HttpResponseRedirect(wanted or reverse("members:card"))
    return _ask(request, _way_to_prove(wanted))


def _is_known(request: Request) -> bool:
    person_id = request.actor.person_id
    return person_id is not None and people.get_facts(person_id).real_name_level >= 2


def _ask(request: Request, way: Way) -> HttpResponse:
    """Name and number. Not `once`: a failed try must count although nothing else happens."""
    form = IdentityForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            if request.POST.get("send") == "file":
                return _file_number(request, way, form, sent=_send_file_code(request, form))
            try:
                return _identify(request, way, form)
            except (Invalid, Duplicate, Expired, TooMany, RuleBroken) as error:
                if error.code in ("real_name.other_mobile", "real_name.county") or "file_code" in error.fields:
                    return _file_number(request, way, form, error=error)
                if error.code == "document.check":
                    return must_go_there(request, way, error, form)
                if error.code == "real_name.bound_elsewhere":
                    context = {"way": way, "error": error, "form": form}
                    return render(request, "joining/bound_elsewhere.html", context, status=409)
                if isinstance(error, RuleBroken):
                    raise
                form.take(error)
                status = error.status
        else:
            status = 422
    text = people.current_text(ID_NUMBER, now=request.now)
    return render(request, "joining/join_identity.html", {"way": way, "form": form, "text": text}, status=status)


def _read(request: Request, form: IdentityForm) -> people_services.Identity:
    said = form.cleaned_data
    return people_services.read_identity(
        said["name"], said["id_type"], said["id_number"], today=timezone.localdate(request.now)
    )


def _send_file_code(request: Request, form: IdentityForm) -> dict[str, Any]:
    """A code to the number in the roster, as `sending.send_code_by` answers."""
    mobile = accounts.verified_mobile(request)
    return send_code_by(
        request,
        lambda: people_services.send_file_code(request.actor, _read(request, form), mobile=mobile, now=request.now),
    )


def _file_code_wait(request: Request, form: IdentityForm) -> int:
    return people_services.file_code_wait(request.actor, _read(request, form), now=request.now)


def _file_number(
    request: Request,
    way: Way,
    form: IdentityForm,
    *,
    sent: dict[str, Any] | None = None,
    error: ZhijiaError | None = None,
) -> HttpResponse:
    """His file holds another number: a code to it, or the county's look at him, before it becomes his account's."""
    refused = error or (sent["error"] if sent else None)
    form.fields["file_code"].required = True  # as the page shows it
    if refused is not None and (refused.fields or sent):
        form.take(refused)
    context = {
        "way": way,
        "form": form,
        "message": error.message if error is not None and not error.fields else "",
        "tail": error.facts.get("tail") if error is not None and "tail" in error.facts else _tail_said(request),
        "by_code": refused is None or refused.code != "real_name.county",
        "sent": sent,
        "send": counting_button("file", sent["seconds"] if sent else _file_code_wait(request, form)),
    }
    return render(request, "joining/file_number.html", context, status=refused.status if refused else 200)


def _tail_said(request: Request) -> str:
    """The last four digits that the page before told him, sent along while he asks for a code and tries it."""
    said = request.POST.get("tail", "")
    return said if len(said) == 4 and said.isascii() and said.isdigit() else ""


def _identify(request: Request, way: Way, form: IdentityForm) -> HttpResponse:
    checked = _read(request, form)
    rules.check_age(checked.born_on, timezone.localdate(request.now))
    people_services.give_consents(request.actor, [ID_NUMBER], channel="web", now=request.now)
    done = people_services.identify(
        request.actor,
        checked,
        mobile=accounts.verified_mobile(request),
        channel="web",
        file_code=form.cleaned_data["file_code"],
        now=request.now,
    )
    is_member = selectors.open_stay(done.person.id) is not None
    if way.union is not None:
        return HttpResponseRedirect(reverse("joining:welcome") if is_member else way.after)
    if is_member:
        messages.success(request, "实名核验通过，会员卡已可使用。")
        return HttpResponseRedirect(way.after or reverse("joining:welcome"))
    if done.pending:
        messages.info(request, "核验服务暂时没有响应，您的信息已收到，核验通过后会通知您。")
    else:
        messages.success(request, "实名核验通过。您还不在工会名册中，可以查找工会申请入会。")
    return redirect("portal:home")


@once
def open_dispute(request: Request, code: str = "") -> HttpResponse:
    """The number is bound to another account, or the file's mobile is lost: ask the county to look."""
    union = unions.get_by_code(code) if code else None
    if request.method != "POST":
        return HttpResponseRedirect(way_to_join(union).here if union else reverse("joining:prove"))
    checked = people_services.read_identity(
        request.POST.get("name", "")[:60],
        request.POST.get("id_type", "")[:20],
        request.POST.get("id_number", "")[:40],
        today=timezone.localdate(request.now),
    )
    cases.open_dispute(
        request.actor,
        checked,
        mobile=accounts.verified_mobile(request),
        fallback_union_id=union.id if union else unions.top().id,
        now=request.now,
    )
    return render(request, "joining/dispute_submitted.html", {"union": union})
