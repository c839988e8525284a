"""The pages of a kind: mine, new, one of mine with its moves; on the console the list, new, the review.

`urlpatterns = pages.urls(PROPOSALS)`; a page of one's own goes before them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.ui.listing import Button, Outcome, Ticked, answer, outcomes, show
from zhijia.foundation.workflow import presenting as shapes
from zhijia.foundation.workflow.rules import Move
from zhijia.kernel.errors import Invalid, WrongState
from zhijia.kernel.http import Request

from . import forms, presenting, selectors, services
from .fields import Asked, Choice, Words
from .kinds import By, CaseKind, Opening
from .lines import Lines
from .selectors import MINE

Fit = Callable[[forms.DecisionForm, selectors.Standing, Request], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What one address asks where a kind is begun at several: its questions, the answers it gives by itself, first
    values, and what its page shows besides.
    """

    asks: tuple[Asked, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    shows: Mapping[str, Any] = field(default_factory=dict)


Begin = Callable[..., "Fitted | HttpResponse"]


def urls(
    kind: CaseKind, *, fit: Fit | None = None, begin: Begin | None = None, begin_own: Begin | None = None
) -> list[URLPattern | URLResolver]:
    """To stand in the capability's own namespace, or below it where the kind has one of its own there.

    `fit(form, one, request)` fits the form of a decision to its case: first values, what there is to choose from.
    `begin(request)` does so for the page on which a cadre begins one, `begin_own` for a member's.
    """
    above, _, own = kind.space.rpartition(":")
    patterns = _urls(kind, fit, begin, begin_own)
    return [path("", include((patterns, own)))] if above else [*patterns]


def _urls(kind: CaseKind, fit: Fit | None, begin: Begin | None, begin_own: Begin | None) -> list[URLPattern]:
    slug = kind.slug
    desk = [
        path(f"console/{slug}", _listing(kind), name="list"),
        path(f"console/{slug}/<pid:pid>", _review(kind, fit), name="review"),
    ]
    if kind.at_once:
        desk.insert(1, path(f"console/{slug}/ticked", _ticked(kind), name="ticked"))
    cadres, members = kind.opening(By.CADRE), kind.opening(By.MEMBER)
    if cadres is not None and not cadres.page:
        desk.insert(1, path(f"console/{slug}/new", opening(kind, By.CADRE, fit=begin), name=_begin(kind, By.CADRE)))
    own = []
    if members is not None:
        own = [path(f"m/{slug}", _mine(kind, members), name="mine")]
        own += (
            []
            if members.page
            else [path(f"m/{slug}/new", opening(kind, By.MEMBER, fit=begin_own), name=_begin(kind, By.MEMBER))]
        )
    if kind.has_own_page:
        own.append(path(f"m/{slug}/<pid:pid>", _own(kind), name="case"))
        own += [path(f"m/{slug}/<pid:pid>/{_way(move.name)}", _act(kind, move), name=move.name)
                for move in kind.own_moves]  # fmt: skip
    return [*own, *desk]


def _begin(kind: CaseKind, by: By) -> str:
    return kind.begins(by).rpartition(":")[2]


def _way(name: str) -> str:
    return name.replace("_", "-")


# --- The member
def _mine(kind: CaseKind, opening: Opening) -> Any:
    @require_safe
    def mine(request: Request) -> HttpResponse:
        page = selectors.list_own(kind, request.actor, after=request.GET.get("after", "")[:240])
        context = {
            "kind": kind,
            "rows": [presenting.own_row(kind, one) for one in page.rows],
            "more": f"?after={page.next}" if page.next else "",
            "new": {
                "label": kind.words.button or f"提交{kind.name}",
                "href": reverse(kind.begins(By.MEMBER)),
            },
        }
        return render(request, "casework/mine.html", context)

    return mine


def opening(kind: CaseKind, by: By, *, template: str = "", fit: Begin | None = None) -> Any:
    """The page on which a member, or a cadre, begins one. `fit(request, **address)` fits its questions to the address,
    or leads elsewhere. Who has one under way already is led to it.
    """
    found = kind.opening(by)
    assert found is not None  # noqa: S101  the kind says how it is opened
    phone = by is By.MEMBER
    template = template or ("casework/new.html" if phone else "casework/new_desk.html")

    @require_http_methods(["GET", "POST"])
    @once
    def new(request: Request, /, **address: str) -> HttpResponse:
        if phone:
            request.actor.require_person()
        else:
            request.actor.require_anywhere(found.right)
        fitted = fit(request, **address) if fit is not None else Fitted(found.asks)
        if isinstance(fitted, HttpResponse):
            return fitted
        form = (forms.asking_member if phone else forms.asking_cadre)(fitted.asks)(
            *sent(request), initial=dict(fitted.initial)
        )
        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                said = {**form.cleaned_data, **fitted.given}
                pid = services.open_case(kind, request.actor, said, now=request.now, by=by)
                messages.success(request, "已提交。")
                return redirect(kind.page("case" if phone else "review"), pid=pid)
            if phone and (there := shapes.own_open(request.actor, submission.refused)):
                messages.info(request, f"您有一件{kind.name}正在办理，请先查看进度。")
                return redirect(there)
        context = {
            "kind": kind,
            "back": reverse(kind.page("mine")) if phone else "",
            "form": form,
            "then": [{"text": text, "taken": taken} for text, taken in kind.words.then],
            "submit": {"label": "提交", "form": "f"},
            **fitted.shows,
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
    for move in selectors.moves_of(one, kind, kind.own_moves, request.actor, now=request.now):
        asks = kind.step(move.name).asks
        form = said[1] if said is not None and said[0] == move.name else forms.asking_member(asks)()
        href = reverse(kind.page(move.name), args=[one.case.public_id])
        acts.append({"label": move.button, "href": href, "form": form if asks else None, "name": move.name,
                     "sure": kind.is_sure(move)})  # fmt: skip
    context = {
        **presenting.own_page(kind, one, request.actor, request.now),
        "asking": [act for act in acts if act["form"]],
        "plain": [act for act in reversed(acts) if act["sure"] and not act["form"]],
        "unsure": [{"title": act["label"], "href": act["href"], "icon": "arrow-back-up", "plain_icon": True}
                   for act in acts if not act["sure"]],
    }  # fmt: skip
    return render(request, kind.own_page, context, status=said[2] if said is not None else 200)


def _act(kind: CaseKind, move: Move) -> Any:
    """Make an own move; one that takes back what waits for others is asked about first, and sent from there."""
    name, asked = move.name, forms.asking_member(kind.step(move.name).asks)

    @require_http_methods(["GET", "POST"])
    @once
    def act(request: Request, pid: str) -> HttpResponse:
        one = selectors.get_own(kind, request.actor, pid)
        form = asked(*sent(request))
        submission = Submission(request, form)
        if submission.is_right:
            with submission:
                services.act(kind, request.actor, pid, name, form.cleaned_data, now=request.now)
                messages.success(request, "已办理。")
                return redirect(kind.page("case"), pid=pid)
        if request.method == "POST":
            return _own_page(kind, request, one, said=(name, form, submission.status))
        moves = selectors.moves_of(one, kind, kind.own_moves, request.actor, now=request.now)
        if kind.is_sure(move) or move not in moves:
            return redirect(kind.page("case"), pid=pid)
        return ask_once_more(kind, request, one, move, reverse(kind.page("case"), args=[pid]))

    return act


def ask_once_more(kind: CaseKind, request: Request, one: selectors.Standing, move: Move, back: str) -> HttpResponse:
    """Before the owner takes back what waits for others; also for a page by hand at `back`."""
    context = {
        "title": move.button,
        "back": {"href": back, "label": presenting.own_title(kind, one)},
        "then": [{"text": text, "taken": True} for text in kind.step(move.name).then],
        "submit": move.button,
        "keep": "返回",
    }
    return render(request, "ui/phone/confirm.html", context)


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
    actions += [Button(label, reverse(name)) for label, name in kind.beside]
    cadres = kind.opening(By.CADRE)
    if cadres is not None and actor.holds(cadres.right):
        actions.append(Button(kind.words.button or f"提出{kind.name}", reverse(kind.begins(By.CADRE))))
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
        found = [
            Outcome(one.title, not one.code, one.state or one.message,
                    reverse(kind.page("review"), args=[one.public_id]) if one.title else "", "、".join(one.back))
            for one in made
        ]  # fmt: skip
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
            return _overtaken(kind, request, pid, fit) if request.method == "POST" else review_page(kind, request, one)
        if fit is not None:
            fit(form, one, request)
            if form.is_bound:
                form.keep_unasked()
        submission = Submission(request, form)
        if submission.is_right:
            try:
                with submission:
                    return _decided(kind, request, pid, form)
            except WrongState:
                return _overtaken(kind, request, pid, fit)
        return review_page(kind, request, one, form=form, status=submission.status)

    return review


def _overtaken(kind: CaseKind, request: Request, pid: str, fit: Fit | None) -> HttpResponse:
    """Somebody was quicker, in another tab or place: the page as it is now, with what was typed; nothing was done."""
    one = selectors.get_case(kind, request.actor, pid)
    form, sent = decision_form(kind, request, one), request.POST.dict()
    if form is not None:
        form.initial.update({name: text for name, text in sent.items() if name in form.fields and name != "version"})
        if fit is not None:
            fit(form, one, request)
            if form.is_bound:
                form.keep_unasked()
    words = "" if form is not None else "；".join(sent[each.name].strip() for each in kind.asked
                                                 if isinstance(each, Words) and sent.get(each.name))  # fmt: skip
    return review_page(kind, request, one, form=form, status=WrongState.status, overtaken=True, unsent=words)


def decision_form(
    kind: CaseKind, request: Request, one: selectors.Standing, *, sent: bool = False
) -> forms.DecisionForm | None:
    """The moves that the reader may make; None where there is none. `sent`: the request answers it."""
    moves = selectors.moves_of(one, kind, kind.desk_moves, request.actor, now=request.now)
    if not moves:
        return None
    start, said = {"version": one.case.version}, (request.POST, request.FILES) if sent else (None, None)
    return forms.DecisionForm(*said, kind=kind, row=one.row, moves=moves, initial=start)


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
    asks = {move.name: [asked.name for asked in form.kind.step(move.name).asks] for move in form.moves}
    return {"action": action, "title": alone or "办理", "form": form, "note": note, "submit": alone or "提交",
            "asks": json.dumps(asks), "wide": any(isinstance(one, Lines) for move in form.moves
                                                  for one in form.kind.step(move.name).asks)}  # fmt: skip


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
