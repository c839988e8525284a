"""From the scanned code to the card: at most three screens are submitted."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from zhijia.foundation.accounts.access import public
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.regions import selectors as regions
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel import codes
from zhijia.kernel.errors import NotFound, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.joining import begun, rules, selectors
from zhijia.organization.joining.forms import AnswerForm, ConfirmForm
from zhijia.organization.joining.services import applications
from zhijia.organization.joining.views.proving import must_go_there, way_to_join
from zhijia.organization.members import presenting, rules as member_rules, selectors as members
from zhijia.organization.members.forms import NoteForm
from zhijia.organization.people import selectors as people
from zhijia.organization.unions import selectors as unions

SCANNED = "join.scanned"
WISHED = "join.wished"
PURPOSE = "join"


@public
def scan(request: Request, code: str) -> HttpResponse:
    """`/j/<union code>?s=<signature>`: where the printed code leads. A wrong signature is said plainly."""
    codes.check_link(PURPOSE, code, request.GET.get("s", "")[:64], settings.ZHIJIA_KEYS.print_keys)
    union = unions.get_by_code(code)
    request.session[SCANNED] = union.code
    return redirect("joining:landing", code=code)


@public
def landing(request: Request, code: str) -> HttpResponse:
    """What the union is and what joining gives; the one button leads to whatever is still to do."""
    union = unions.get_by_code(code)
    unions.require_takes_members(union)
    before = unions.find_by_code(code)
    upper = unions.get_facts(union.parent_id) if union.parent_id else None
    if "wish" in request.GET:
        request.session[WISHED] = union.code
    return render(
        request,
        "joining/join_landing.html",
        {
            "union": union,
            "before": before.name if before is not None and before.id != union.id else "",
            "upper": upper,
            "place": regions.full_name(union.region),
            "scanned": request.session.get(SCANNED) == union.code,
            "is_member": request.actor.person_id is not None and members.open_stay(request.actor.person_id) is not None,
        },
    )


@public
def start(request: Request, code: str) -> HttpResponse:
    """Leads to the first screen that is still to do: sign in, say who you are, confirm, or your card."""
    union = unions.get_by_code(code)
    actor = request.actor
    begun.remember(request, union)
    if not actor.is_signed_in:
        request.session["sign_in.note"] = union.name
        return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?next={request.path}")
    if actor.person_id is None or people.get_facts(actor.person_id).real_name_level < 2:
        return redirect("joining:identity", code=union.code)
    if members.open_stay(actor.person_id) is not None:
        return redirect("joining:already", code=union.code)
    open_case = selectors.open_application(actor.person_id)
    if open_case is not None:
        return _see_progress(request, open_case.public_id)
    return redirect("joining:confirm", code=union.code)


def _see_progress(request: Request, pid: str) -> HttpResponse:
    return presenting.see_progress(request, "入会申请", reverse("joining:case", args=[pid]))


def _confirm_page(
    request: Request,
    union: unions.UnionFacts,
    form: ConfirmForm,
    *,
    hint: unions.UnionFacts | None = None,
    status: int = 200,
) -> HttpResponse:
    """What he sends, his own name and numbers in full. `hint`: the union of his employer, where he joins a home."""
    person, numbers, _ = people.open_for_himself(request.actor.require_person())
    place = regions.places_of([union.region])[union.region]
    context = {"union": union, "place": place, "form": form, "person": person, "numbers": numbers, "hint": hint}
    return render(request, "joining/join_confirm.html", context, status=status)


@once
def confirm(request: Request, code: str) -> HttpResponse:
    """Screen three: the last one; submitting makes the application."""
    union = unions.get_by_code(code)
    unions.require_takes_members(union)
    actor = request.actor
    person = people.get_facts(actor.person_id) if actor.person_id is not None else None
    if person is None or person.real_name_level < 2:
        return redirect("joining:start", code=union.code)
    form = ConfirmForm(request.POST or None, is_home=union.is_home)
    if request.method != "POST" or not form.is_valid():
        if members.open_stay(person.id) is not None:
            return redirect("joining:already", code=union.code)
        if (waiting := selectors.open_application(person.id)) is not None:
            return _see_progress(request, waiting.public_id)
        if union.employer_id:
            form.initial["employer_text"] = unions.get_employer_name(union.employer_id)
        form.initial["wishes_union"] = request.session.get(WISHED) == union.code
        return _confirm_page(request, union, form, status=422 if request.method == "POST" else 200)
    hint = selectors.better_union(union, form.read())
    if hint is not None and not form.cleaned_data["go_on"]:
        said = request.POST.copy()
        said["go_on"] = "on"
        form.data = said
        return _confirm_page(request, union, form, hint=hint)
    try:
        result = applications.submit(actor, union.id, form.read(), channel="web", now=request.now)
    except ZhijiaError as error:
        if error.code == "document.check":
            return must_go_there(request, way_to_join(union), error)
        if (waiting := selectors.open_application(person.id)) is not None:
            return _see_progress(request, waiting.public_id)
        if error.status != 422:
            raise
        form.take(error)
        return _confirm_page(request, union, form, status=error.status)
    if result.case is None:
        return redirect("joining:already", code=union.code)
    return redirect("joining:submitted", pid=result.case.public_id)


def already(request: Request, code: str) -> HttpResponse:
    """Who is a member already sees his card; at another union, he may move there with one tap."""
    union = unions.get_by_code(code)
    stay = members.open_stay(request.actor.require_person())
    if stay is None:
        return redirect("joining:start", code=union.code)
    if stay.union_id == union.id:
        return redirect("joining:welcome")
    return redirect("transfers:ask", code=union.code)


def standing(request: Request) -> HttpResponse:
    """In place of the card, for who has none: what is still to do, or who answers until when."""
    found = selectors.standing(request.actor, now=request.now)
    if found.stand is selectors.Stand.MEMBER:
        return redirect("members:card")
    return render(request, "joining/standing.html", {"standing": found, "begun": begun.union_of(request)})


def welcome(request: Request) -> HttpResponse:
    """The card in hand: after being bound, after approval."""
    card = members.my_card(request.actor)
    if card is None:
        return redirect("portal:home")
    begun.forget(request)
    return render(request, "joining/welcome.html", {"card": card})


def submitted(request: Request, pid: str) -> HttpResponse:
    case = cases.get_my_case(request.actor, pid)
    person = people.get_facts(request.actor.require_person())
    union = unions.get_facts(case.unit_id)
    begun.forget(request)
    return render(request, "joining/join_submitted.html", {"case": case, "union": union, "person": person})


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
        "described": cases.describe(found, own=True),
        "application": application,
        "union": union,
        "decides": upper if found.state == rules.Join.ESCALATED else union,
        "steps": cases.timeline(found, own=True),
        "moves": {move.name: move for move in workflow.allowed_moves(found, request.actor)},
        "can_appeal": selectors.last_day_to_appeal(found, now=request.now),
        "work_form": member_rules.WORK_FORMS.get(application.work_form, ""),
        "group": member_rules.NEW_FORM_GROUPS.get(application.new_form_group, ""),
    }
    return render(request, "joining/case.html", context)


@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    """Asks once more, then takes the application back."""
    found = cases.get_my_case(request.actor, pid)
    if request.method == "POST":
        applications.withdraw(request.actor, pid, now=request.now)
        messages.success(request, "申请已撤回，您可以随时重新申请。")
        return redirect("joining:case", pid=pid)
    return render(request, "joining/withdraw.html", {"case": found, "union": unions.get_facts(found.unit_id)})


@once
def appeal(request: Request, pid: str) -> HttpResponse:
    found = cases.get_my_case(request.actor, pid)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        applications.appeal(request.actor, pid, note=form.cleaned_data["note"], now=request.now)
        messages.success(request, "申诉已提交，由上级工会办理。")
        return redirect("joining:case", pid=pid)
    status = 422 if request.method == "POST" else 200
    union = unions.get_facts(found.unit_id)
    return render(request, "joining/appeal.html", {"case": found, "form": form, "union": union}, status=status)


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
        "wishes_union": application.wishes_union,
    }
    form = AnswerForm(request.POST or None, initial=initial, is_home=union.is_home)
    asked = next((step.note for step in cases.timeline(found, own=True) if step.state == rules.Join.NEED_INFO), "")
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            applications.answer(request.actor, pid, form.read(), note=form.cleaned_data["note"], now=request.now)
            messages.success(request, "已补充，工会会继续审核。")
            return redirect("joining:case", pid=pid)
    return render(
        request,
        "joining/answer.html",
        {"case": found, "form": form, "asked": asked, "union": union},
        status=submission.status,
    )
