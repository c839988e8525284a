"""The pages of a kind: mine, new, one of mine with its moves; on the console the list, new, the review.

`urlpatterns = pages.urls(PROPOSALS)`; a page of one's own goes before them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, ZhijiaForm
from zhijia.foundation.ui.listing import Button, Outcome, Ticked, answer, outcomes, show
from zhijia.foundation.workflow import services as workflow
from zhijia.kernel.errors import Invalid, WrongState
from zhijia.kernel.http import Request

from . import forms, presenting, selectors, services
from .fields import Choice
from .kinds import By, CaseKind
from .selectors import MINE

Fit = Callable[[forms.DecisionForm, selectors.Standing, Request], None]


def urls(kind: CaseKind, *, fit: Fit | None = None) -> list[URLPattern | URLResolver]:
    """To stand in the capability's own namespace, or below it where the kind has one of its own there.

    `fit(form, one, request)` fits the form of a decision to its case: first values, what there is to choose from.
    """
    above, _, own = kind.space.rpartition(":")
    patterns = _urls(kind, fit)
    return [path("", include((patterns, own)))] if above else [*patterns]


def _urls(kind: CaseKind, fit: Fit | None) -> list[URLPattern]:
    slug = kind.slug
    desk = [
        path(f"console/{slug}", _listing(kind), name="list"),
        path(f"console/{slug}/<pid:pid>", _review(kind, fit), name="review"),
    ]
    if kind.at_once:
        desk.insert(1, path(f"console/{slug}/ticked", _ticked(kind), name="ticked"))
    if kind.opener is By.CADRE and not kind.opened_on:
        asked = forms.asking_cadre(kind.opens)
        desk.insert(1, path(f"console/{slug}/new", _new(kind, asked, "casework/new_desk.html", "review"), name="new"))
    own = []
    if kind.opener is By.MEMBER:
        asked = forms.asking_member(kind.opens)
        new = _new(kind, asked, "casework/new.html", "case")
        own = [path(f"m/{slug}", _mine(kind), name="mine"), path(f"m/{slug}/new", new, name="new")]
    if kind.has_own_page:
        own.append(path(f"m/{slug}/<pid:pid>", _own(kind), name="case"))
        own += [path(f"m/{slug}/<pid:pid>/{_way(move.name)}", _act(kind, move.name), name=move.name)
                for move in kind.own_moves]  # fmt: skip
    return [*own, *desk]


def _way(name: str) -> str:
    return name.replace("_", "-")


# --- The member
def _mine(kind: CaseKind) -> Any:
    @require_safe
    def mine(request: Request) -> HttpResponse:
        page = selectors.list_own(kind, request.actor, after=request.GET.get("after", "")[:240])
        context = {
            "kind": kind,
            "rows": [presenting.own_row(kind, one) for one in page.rows],
            "more": f"?after={page.next}" if page.next else "",
            "new": {"label": kind.words.button or f"提交{kind.name}", "href": reverse(kind.page("new"))},
        }
        return render(request, "casework/mine.html", context)

    return mine


def _new(kind: CaseKind, asked: type[ZhijiaForm], template: str, then_to: str) -> Any:
    """For a member on the phone, for a cadre on the console."""

    @require_http_methods(["GET", "POST"])
    @once
    def new(request: Request) -> HttpResponse:
        if kind.opener is By.MEMBER:
            request.actor.require_person()
        else:
            request.actor.require_anywhere(kind.opened_by)
        form = asked(request.POST or None)
        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                pid = services.open_case(kind, request.actor, form.cleaned_data, now=request.now)
                messages.success(request, "已提交。")
                return redirect(kind.page(then_to), pid=pid)
        context = {
            "kind": kind,
            "back": reverse(kind.page("mine")) if kind.opener is By.MEMBER else "",
            "form": form,
            "then": [{"text": text, "taken": taken} for text, taken in kind.words.then],
            "submit": {"label": "提交", "form": "f"},
        }
        return render(request, template, context, status=submission.status)

    return new


def _own(kind: CaseKind) -> Any:
    @require_safe
    def own(request: Request, pid: str) -> HttpResponse:
        one = selectors.get_own(kind, request.actor, pid)
        return _own_page(kind, request, one)

    return own


def _own_page(kind: CaseKind, request: Request, one: selectors.Standing, *, said: Any = None) -> HttpResponse:
    """`said` is a form that was sent and is wrong, with its move and status."""
    acts = []
    for move in workflow.allowed_moves(one.case, request.actor):
        if move not in kind.own_moves:
            continue
        asks = kind.step(move.name).asks
        form = said[1] if said is not None and said[0] == move.name else forms.asking_member(asks)()
        href = reverse(kind.page(move.name), args=[one.case.public_id])
        acts.append({"label": move.button, "href": href, "form": form if asks else None, "name": move.name})
    context = {**presenting.own_page(kind, one, request.actor, request.now), "acts": acts}
    return render(request, kind.own_page, context, status=said[2] if said is not None else 200)


def _act(kind: CaseKind, name: str) -> Any:
    asked = forms.asking_member(kind.step(name).asks)

    @require_POST
    @once
    def act(request: Request, pid: str) -> HttpResponse:
        one = selectors.get_own(kind, request.actor, pid)
        form = asked(request.POST)
        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                services.act(kind, request.actor, pid, name, form.cleaned_data, now=request.now)
                messages.success(request, "已办理。")
                return redirect(kind.page("case"), pid=pid)
        return _own_page(kind, request, one, said=(name, form, submission.status))

    return act


# --- The console
def _listing(kind: CaseKind) -> Any:
    shown = presenting.listing(kind)

    @require_safe
    def listing(request: Request) -> HttpResponseBase:
        selectors.require_desk(kind, request.actor)
        return answer(shown, request, partial(selectors.list_cases, kind, request.actor), **_around(kind, request))

    return listing


def _around(kind: CaseKind, request: Request, **said: Any) -> dict[str, Any]:
    """What stands above and below the list; `said` is what a bar says after a refusal."""
    actor = request.actor
    waiting = selectors.waiting(kind, actor, now=request.now)
    actions = []
    if waiting.first:
        href = reverse(kind.page("review"), args=[waiting.first])
        actions.append(Button("从第一件办起", href, primary=True))
    if kind.opener is By.CADRE and actor.holds(kind.opened_by):
        actions.append(Button(kind.words.button or f"提出{kind.name}", reverse(kind.opened_on or kind.page("new"))))
    return {
        "actions": actions,
        "counts": {MINE: waiting.count},
        "note": waiting.words or None,
        "bulk": presenting.bulk(kind, actor, **said) if request.GET.get("view", MINE) == MINE else None,
    }


def _ticked(kind: CaseKind) -> Any:
    """The same move of each ticked case, answered row by row; doubtful ones only after their number is agreed to."""
    shown = presenting.listing(kind)

    @once
    def ticked(request: Request) -> HttpResponse:
        if request.method != "POST":
            return redirect(kind.page("list"))
        actor, said = request.actor, Ticked.of(request)
        selectors.require_desk(kind, actor)
        if not said.pids or said.do not in kind.at_once:
            messages.warning(request, "请先勾选要办理的事项。")
            return redirect(kind.page("list"))

        def refused(**bar: Any) -> HttpResponse:
            query = shown.query(request)
            around = _around(kind, request, **bar)
            return show(shown, request, query, selectors.list_cases(kind, actor, query), ticked=said, status=422,
                        **around)  # fmt: skip

        doubtful = selectors.count_doubtful(kind, actor, said.pids, now=request.now)
        if not said.agrees(doubtful):
            question = f"勾选的 {len(said.pids)} 件中，有 {doubtful} 件核对没有全部通过。"
            return refused(question=question, flagged=doubtful)
        given = {each.name: said.reason if isinstance(each, Choice) else said.note for each in kind.step(said.do).asks}
        try:
            made = services.act_on_many(kind, actor, said.pids, said.do, given, now=request.now)
        except Invalid as error:
            return refused(problem="".join(error.fields.values()) or error.message)
        found = [Outcome(one.title, not one.code, one.state or one.message) for one in made]
        back = Button(f"回到{kind.name}", reverse(kind.page("list")), primary=True)
        return outcomes(request, "批量办理结果", found, back, counted="件", named="事项")

    return ticked


def _review(kind: CaseKind, fit: Fit | None) -> Any:
    @require_http_methods(["GET", "POST"])
    @once
    def review(request: Request, pid: str) -> HttpResponse:
        one = selectors.get_case(kind, request.actor, pid)
        form = decision_form(kind, request, one, sent=request.method == "POST")
        if form is None:
            if request.method == "POST":
                raise WrongState
            return review_page(kind, request, one)
        if fit is not None:
            fit(form, one, request)
        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                return _decided(kind, request, pid, form)
        return review_page(kind, request, one, form=form, status=submission.status)

    return review


def decision_form(
    kind: CaseKind, request: Request, one: selectors.Standing, *, sent: bool = False
) -> forms.DecisionForm | None:
    """The moves that the reader may make; None where there is none. `sent`: the request answers it."""
    moves = [move for move in workflow.allowed_moves(one.case, request.actor) if move in kind.desk_moves]
    if not moves:
        return None
    start = {"version": one.case.version}
    return forms.DecisionForm(request.POST if sent else None, kind=kind, row=one.row, moves=moves, initial=start)


def review_page(
    kind: CaseKind,
    request: Request,
    one: selectors.Standing,
    *,
    form: forms.DecisionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The review of a case, also for a view by hand that shows `more` on it."""
    context = presenting.review_page(kind, one, request.actor, decides=form is not None, now=request.now)
    action = reverse(kind.page("review"), args=[one.case.public_id])
    context["decision"] = _decision(form, action) if form is not None else None
    return render(request, kind.review, context | more, status=status)


def _decision(form: forms.DecisionForm, action: str) -> dict[str, Any]:
    """Shape of `ui/console/decision.html`; where there is one thing to do, it is called by its name."""
    alone = form.moves[0].button if form.only else ""
    note = form.means[form.only] if form.only else ""
    return {"action": action, "title": alone or "办理", "form": form, "note": note, "submit": alone or "提交"}


def _decided(kind: CaseKind, request: Request, pid: str, form: forms.DecisionForm) -> HttpResponse:
    """Make the move, and go on to the next of mine; where none is left, back to what was decided."""
    said = form.cleaned_data
    case = services.act(kind, request.actor, pid, form.move, said, now=request.now, version=said["version"])
    label = kind.workflow.labels[case.state]
    following = selectors.waiting(kind, request.actor, now=request.now).first
    if following and following != pid:
        messages.success(request, f"“{case.title}”：{label}。下面是下一件。")
        return redirect(kind.page("review"), pid=following)
    messages.success(request, f"“{case.title}”：{label}。" + ("" if following else f"等您办理的{kind.name}都办完了。"))
    return redirect(kind.page("review"), pid=pid)
