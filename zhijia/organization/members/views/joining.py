"""From the scanned code to the card: at most three screens are submitted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from zhijia.foundation.accounts import services as accounts
from zhijia.foundation.accounts.access import public
from zhijia.foundation.accounts.sending import send_button, send_code_by
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel import codes
from zhijia.kernel.errors import Duplicate, Expired, Invalid, NotFound, RuleBroken, TooMany, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.members import rules, selectors
from zhijia.organization.members.forms import ConfirmForm, IdentityForm, NoteForm
from zhijia.organization.members.services import binding, joining
from zhijia.organization.people import selectors as people, services as people_services
from zhijia.organization.people.selectors import ID_NUMBER
from zhijia.organization.unions import selectors as unions
from zhijia.organization.unions.rules import normalize_union_code

SCANNED = "join.scanned"
PURPOSE = "join"


def union_of_code(code: str) -> unions.UnionFacts:
    """The union a code stands for. Raises NotFound for a wrong or unknown code."""
    try:
        union = unions.find_by_code(normalize_union_code(code))
    except Invalid:
        union = None
    if union is None:
        raise NotFound("join.no_union", "没有找到这个工会，请核对编码，或扫描工会提供的二维码。")
    return union


def must_go_there(request: Request, code: str, error: ZhijiaError, form: Any = None) -> HttpResponse:
    """Instead of an accusation: where to go with the document, whom to call, and asking to be looked at."""
    context = {"error": error, "code": code, "said": form.cleaned_data if form is not None else None}
    return render(request, "members/check_there.html", context, status=error.status)


@public
def scan(request: Request, code: str) -> HttpResponse:
    """`/j/<union code>?s=<signature>`: where the printed code leads. A wrong signature is said plainly."""
    codes.check_link(PURPOSE, code, request.GET.get("s", "")[:64], settings.ZHIJIA_KEYS.print_keys)
    union = union_of_code(code)
    request.session[SCANNED] = union.code
    return redirect("members:landing", code=union.code)


@public
def landing(request: Request, code: str) -> HttpResponse:
    """What the union is and what joining gives; the one button leads to whatever is still to do."""
    union = union_of_code(code)
    unions.require_takes_members(union)
    upper = unions.get_facts(union.parent_id) if union.parent_id else None
    return render(
        request,
        "members/join_landing.html",
        {
            "union": union,
            "upper": upper,
            "place": regions.full_name(union.region),
            "scanned": request.session.get(SCANNED) == union.code,
        },
    )


@public
def start(request: Request, code: str) -> HttpResponse:
    """Leads to the first screen that is still to do: sign in, say who you are, confirm, or your card."""
    union = union_of_code(code)
    actor = request.actor
    if not actor.is_signed_in:
        request.session["sign_in.note"] = union.name
        return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?next={request.path}")
    if actor.person_id is None or people.get_facts(actor.person_id).real_name_level < 2:
        return redirect("members:identity", code=union.code)
    if selectors.open_stay(actor.person_id) is not None:
        return redirect("members:already", code=union.code)
    open_case = selectors.open_application(actor.person_id)
    if open_case is not None:
        messages.info(request, "您有一件入会申请正在办理，请先查看进度。")
        return redirect("members:case", pid=open_case.public_id)
    return redirect("members:confirm", code=union.code)


def identity(request: Request, code: str) -> HttpResponse:
    """Screen two. Not `once`: a failed try must count although nothing else happens."""
    union = union_of_code(code)
    unions.require_takes_members(union)
    if request.actor.person_id is not None and people.get_facts(request.actor.person_id).real_name_level >= 2:
        return redirect("members:start", code=union.code)
    form = IdentityForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            if request.POST.get("send") == "file":
                return _file_number(request, union, form, sent=_send_file_code(request, form))
            try:
                return _identify(request, union, form)
            except (Invalid, Duplicate, Expired, TooMany, RuleBroken) as error:
                if error.code in ("real_name.other_mobile", "real_name.county") or "file_code" in error.fields:
                    return _file_number(request, union, form, error=error)
                if isinstance(error, RuleBroken):
                    if error.code == "document.check":
                        return must_go_there(request, union.code, error, form)
                    raise
                if error.code == "real_name.bound_elsewhere":
                    request.session["dispute"] = {
                        "code": union.code,
                        "name": form.cleaned_data["name"],
                        "id_type": form.cleaned_data["id_type"],
                    }
                    return render(
                        request,
                        "members/bound_elsewhere.html",
                        {"union": union, "error": error, "form": form},
                        status=409,
                    )
                form.take(error)
                status = error.status
        else:
            status = 422
    text = people.current_text(ID_NUMBER, now=request.now)
    return render(request, "members/join_identity.html", {"union": union, "form": form, "text": text}, status=status)


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


def _file_number(
    request: Request,
    union: unions.UnionFacts,
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
        "union": union,
        "form": form,
        "message": error.message if error is not None and not error.fields else "",
        "by_code": refused is None or refused.code != "real_name.county",
        "sent": sent,
        "send": send_button("file", sent),
    }
    return render(request, "members/file_number.html", context, status=refused.status if refused else 200)


def _identify(request: Request, union: unions.UnionFacts, form: IdentityForm) -> HttpResponse:
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
    if selectors.open_stay(done.person.id) is not None:
        return redirect("members:welcome")
    return redirect("members:confirm", code=union.code)


@once
def confirm(request: Request, code: str) -> HttpResponse:
    """Screen three: the last one; submitting makes the application."""
    union = union_of_code(code)
    unions.require_takes_members(union)
    actor = request.actor
    person = people.get_facts(actor.person_id) if actor.person_id is not None else None
    if person is None or person.real_name_level < 2:
        return redirect("members:start", code=union.code)
    form = ConfirmForm(request.POST or None, is_home=union.is_home)
    context: dict[str, Any] = {"union": union, "form": form, "person": person, "hint": None}
    if request.method != "POST" or not form.is_valid():
        if selectors.open_stay(person.id) is not None:
            return redirect("members:already", code=union.code)
        if union.employer_id:
            form.initial["employer_text"] = unions.get_employer_name(union.employer_id)
        status = 422 if request.method == "POST" else 200
        return render(request, "members/join_confirm.html", context, status=status)
    hint = selectors.better_union(union, form.read())
    if hint is not None and not form.cleaned_data["go_on"]:
        said = request.POST.copy()
        said["go_on"] = "on"
        form.data = said
        context["hint"] = hint
        return render(request, "members/join_confirm.html", context)
    try:
        result = joining.submit(actor, union.id, form.read(), channel="web", now=request.now)
    except ZhijiaError as error:
        if error.code == "document.check":
            return must_go_there(request, union.code, error)
        if error.status != 422:
            raise
        form.take(error)
        return render(request, "members/join_confirm.html", context, status=error.status)
    if result.case is None:
        return redirect("members:already", code=union.code)
    return redirect("members:submitted", pid=result.case.public_id)


def already(request: Request, code: str) -> HttpResponse:
    """Who is a member already sees his card; at another union, he may move there with one tap."""
    union = union_of_code(code)
    stay = selectors.open_stay(request.actor.require_person())
    if stay is None:
        return redirect("members:start", code=union.code)
    if stay.union_id == union.id:
        return redirect("members:welcome")
    return redirect("members:transfer_to", code=union.code)


def welcome(request: Request) -> HttpResponse:
    """The card in hand: after being bound, after approval."""
    card = selectors.my_card(request.actor)
    if card is None:
        return redirect("portal:home")
    return render(request, "members/welcome.html", {"card": card})


def submitted(request: Request, pid: str) -> HttpResponse:
    case = cases.get_my_case(request.actor, pid)
    person = people.get_facts(request.actor.require_person())
    union = unions.get_facts(case.unit_id)
    return render(request, "members/join_submitted.html", {"case": case, "union": union, "person": person})


def case(request: Request, pid: str) -> HttpResponse:
    """The applicant's own view of his application: what comes next, until when, and what happened."""
    found = cases.get_my_case(request.actor, pid)
    application = selectors.own_application(found)
    if application is None:
        raise NotFound
    union = unions.get_facts(found.unit_id)
    upper = unions.get_facts(union.parent_id) if union.parent_id else union
    context = {
        "case": found,
        "described": cases.describe(found),
        "application": application,
        "union": union,
        "decides": upper if found.state == rules.Join.ESCALATED else union,
        "steps": cases.timeline(found),
        "moves": {move.name: move for move in workflow.allowed_moves(found, request.actor)},
        "can_appeal": selectors.may_appeal(found, now=request.now),
        "work_form": rules.WORK_FORMS.get(application.work_form, ""),
        "group": rules.NEW_FORM_GROUPS.get(application.new_form_group, ""),
    }
    return render(request, "members/case.html", context)


@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    """Asks once more, then takes the application back."""
    found = cases.get_my_case(request.actor, pid)
    if request.method == "POST":
        joining.withdraw(request.actor, pid, now=request.now)
        messages.success(request, "申请已撤回，您可以随时重新申请。")
        return redirect("members:case", pid=pid)
    return render(request, "members/withdraw.html", {"case": found, "union": unions.get_facts(found.unit_id)})


@once
def appeal(request: Request, pid: str) -> HttpResponse:
    found = cases.get_my_case(request.actor, pid)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        joining.appeal(request.actor, pid, note=form.cleaned_data["note"], now=request.now)
        messages.success(request, "申诉已提交，由上级工会办理。")
        return redirect("members:case", pid=pid)
    status = 422 if request.method == "POST" else 200
    union = unions.get_facts(found.unit_id)
    return render(request, "members/appeal.html", {"case": found, "form": form, "union": union}, status=status)


@once
def answer(request: Request, pid: str) -> HttpResponse:
    """The applicant completes what the union asked for."""
    found = cases.get_my_case(request.actor, pid)
    application = selectors.own_application(found)
    if application is None:
        raise NotFound
    union = unions.get_facts(found.unit_id)
    initial = {
        "work_form": application.work_form,
        "new_form_group": application.new_form_group,
        "employer_text": application.employer_text,
        "fallback_by": application.fallback_by,
        "rural_hukou": bool(application.rural_hukou),
    }
    form = ConfirmForm(request.POST or None, initial=initial, is_home=union.is_home)
    asked = next((step.note for step in cases.timeline(found) if step.state == rules.Join.NEED_INFO), "")
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            joining.answer(request.actor, pid, form.read(), note="", now=request.now)
            messages.success(request, "已补充，工会会继续审核。")
            return redirect("members:case", pid=pid)
    return render(
        request,
        "members/answer.html",
        {"case": found, "form": form, "asked": asked, "union": union},
        status=submission.status,
    )


@once
def open_dispute(request: Request, code: str) -> HttpResponse:
    """The number is bound to another account, or the file's mobile is lost: ask the county to look."""
    union = union_of_code(code)
    if request.method != "POST":
        return redirect("members:identity", code=union.code)
    checked = people_services.read_identity(
        request.POST.get("name", "")[:60],
        request.POST.get("id_type", "")[:20],
        request.POST.get("id_number", "")[:40],
        today=timezone.localdate(request.now),
    )
    binding.open_dispute(
        request.actor, checked, mobile=accounts.verified_mobile(request), fallback_union_id=union.id, now=request.now
    )
    return render(request, "members/dispute_submitted.html", {"union": union})
