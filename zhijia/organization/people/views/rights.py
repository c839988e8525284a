"""`/m/data`: what is kept about me, who saw it, and what I can ask."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhijia.foundation.accounts.access import safe_next
from zhijia.foundation.casework.pages import ask_once_more
from zhijia.foundation.casework.selectors import get_own
from zhijia.foundation.casework.services import act
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.ui import formats
from zhijia.foundation.ui.form import Submission, sent
from zhijia.foundation.workflow import selectors as cases, services as workflow
from zhijia.kernel.errors import Duplicate, Invalid, NotFound, ZhijiaError
from zhijia.kernel.http import Request
from zhijia.organization.people.cases.requests import REQUESTS, ask as ask_for
from zhijia.organization.people.forms import CorrectionAskForm, RightsForm
from zhijia.organization.people.rules import rights as rules
from zhijia.organization.people.selectors import rights as reads

LOOKS = 20
TAGS = {"done": "ok", "late": "bad", "soon": "wait", "run": "wait", "still": ""}
HINTS = {
    "delete": "为什么要删除",
    "explain": "想了解哪一项决定或处理，例如某次审核为什么没有通过",
}
THEN = {
    "copy": [
        {"text": "系统马上准备，一般一分钟内备好，备好后发消息告诉您", "taken": True},
        {"text": "一个 Excel 文件，含完整号码，只有您本人能下载，保留七天", "taken": True},
        {"text": "请妥善保管下载后的文件，不要转发给他人", "taken": False},
    ],
    "correct": [
        {"text": "由个人信息保护岗对照材料核对，15 个工作日内答复", "taken": True},
        {"text": "同意后马上更正；改姓名、证件号码的，会重新实名核验", "taken": True},
        {"text": "性别、出生日期由证件号码得出，不用另填", "taken": True},
    ],
    "delete": [
        {"text": "由个人信息保护岗执行，15 个工作日内答复", "taken": True},
        {"text": "可以删除的删除后不能恢复；依法须保存的说明理由和期限", "taken": False},
    ],
    "explain": [{"text": "由个人信息保护岗向您说明，15 个工作日内答复", "taken": True}],
}


def _tag(view: reads.RequestView) -> dict[str, str]:
    told = cases.describe(view.case, own=True)
    return {"text": told["label"], "state": TAGS.get(told["hue"], "")}


def _row(view: reads.RequestView) -> dict[str, Any]:
    last = view.case.last_day
    waiting = last is not None and view.case.closed_at is None and view.case.state in rules.WAITING
    return {
        "title": view.kind_label,
        "detail": f"最晚{last.month}月{last.day}日答复" if waiting and last else view.request.answer,
        "href": reverse("people:rights_case", args=[view.case.public_id]),
        "tag": _tag(view),
    }


def _given(*facts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in facts if value]


@require_safe
def mine(request: Request) -> HttpResponse:
    """What is kept, why and how long; what I can do about it; what I asked."""
    own = reads.list_own(request.actor)

    def act(kind: str, detail: str, icon: str) -> dict[str, Any]:
        href = reverse("people:rights_ask", args=[kind])
        return {"title": rules.KINDS[kind], "detail": detail, "icon": icon, "plain_icon": True, "href": href}

    context = {
        "acts": [
            act("copy", "系统马上准备一个文件，由您下载", "download"),
            act("correct", "哪里记错了，请我们改正", "pencil"),
            act("delete", "能删的删除，须保存的说明理由", "circle-x"),
            act("explain", "请我们说明一项决定或处理", "message-question"),
            {
                "title": "撤回同意",
                "detail": "撤回不影响会籍",
                "icon": "shield-check",
                "plain_icon": True,
                "href": reverse("people:consents"),
            },
            {
                "title": "谁看过我的信息",
                "detail": "什么时候、哪个单位、什么用途",
                "icon": "user-circle",
                "plain_icon": True,
                "href": reverse("people:looks"),
            },
        ],
        "own": [_row(view) for view in own],
        "parts": [
            {
                "title": part.label,
                "detail": part.purpose,
                "note": f"{formats.number(count)} 条，保存多久：{part.retention}",
            }
            for part, count in reads.own_parts(request.actor)
        ],
    }
    return render(request, "people/rights.html", context)


@require_safe
def looks(request: Request) -> HttpResponse:
    """Every look at my full data, newest first; unit, role and purpose, never a name."""
    page = reads.list_looks(request.actor, after=request.GET.get("after", ""), limit=LOOKS)
    rows = [
        {
            "title": look.reason or look.what,
            "detail": " · ".join(word for word in (look.unit or "平台", look.role, look.what) if word),
            "note": formats.moment(look.at, formats.local_day(request.now)),
        }
        for look in page.rows
    ]
    more = f"?after={page.next}" if page.next else ""
    return render(request, "people/looks.html", {"rows": rows, "more": more})


@require_http_methods(["GET", "POST"])
@once
def ask(request: Request, kind: str) -> HttpResponse:
    if kind not in rules.KINDS:
        raise NotFound
    request.actor.require_person()
    if kind == rules.Kind.CORRECT:
        return _ask_correction(request)
    copy, deleting = kind == rules.Kind.COPY, kind == rules.Kind.DELETE
    plan = reads.own_plan(request.actor, now=request.now) if deleting else None
    his = {line.code for line in (*plan.erased, *plan.kept)} if plan else set()
    parts = [(part.code, part.label) for part in reads.parts() if part.erase is not None and part.code in his]
    form = None if copy else RightsForm(request.POST or None, hint=HINTS[kind], parts=parts)
    status, problem = 200, ""
    if request.method == "POST":
        status = 422
        if form is None or form.is_valid():
            said = form.cleaned_data if form else {}
            scope = said.get("scope", "").removeprefix(RightsForm.ALL)
            try:
                pid = ask_for(request.actor, kind, text=said.get("text", ""), scope=scope, now=request.now)
            except (Invalid, Duplicate) as error:
                if waiting := _own_waiting(request, kind, error):
                    return waiting
                status, problem = error.status, error.message
                if form is not None:
                    form.take(error)
            else:
                if not copy:
                    messages.success(request, "已提交。")
                return redirect("people:rights_case", pid=pid)
    context = {
        "title": rules.KINDS[kind],
        "form": form,
        "problem": problem if form is None else "",
        "then": THEN[kind],
        "plan": plan,
        "submit": {"label": "准备副本" if copy else "提交请求", "form": "f"},
    }
    return render(request, "people/rights_ask.html", context, status=status)


def _own_waiting(request: Request, kind: str, error: ZhijiaError | None) -> HttpResponse | None:
    """Where a second request of a kind leads: to the first, which still waits."""
    if error is None or error.code != f"{rules.RIGHTS.code}.already_open":
        return None
    first = next(
        (view for view in reads.list_own(request.actor) if view.request.kind == kind and view.case.closed_at is None),
        None,
    )
    if first is None:
        return None
    messages.info(request, f"您有一件{rules.KINDS[kind]}正在办理，请先查看进度。")
    return redirect("people:rights_case", pid=first.case.public_id)


def _ask_correction(request: Request) -> HttpResponse:
    """`?next=` is the page that sent him here, such as the last screen of joining: he comes back to it."""
    back = safe_next(request.GET.get("next", ""), "")
    fields = [
        (field.code, field.label, field.shown(field.reads(person_id)), field.is_day)
        for person_id in [request.actor.require_person()]
        for field in reads.correctable(person_id)
    ]
    form = CorrectionAskForm(*sent(request), fields=fields)
    submission = Submission(request, form)
    if submission.is_right:
        said = form.cleaned_data
        with submission:
            pid = ask_for(
                request.actor,
                rules.Kind.CORRECT,
                text=said["text"],
                wanted=form.wanted,
                papers=[(file.name or "", file.file) for file in said["papers"]],
                now=request.now,
            )
            messages.success(request, "更正申请已提交，答复会发消息告诉您。")
            return HttpResponseRedirect(back) if back else redirect("people:rights_case", pid=pid)
        if waiting := _own_waiting(request, rules.Kind.CORRECT, submission.refused):
            return waiting
    context = {
        "title": "申请更正",
        "back": back,
        "form": form,
        "then": THEN["correct"],
        "files": True,
        "submit": {"label": "提交申请", "form": "f"},
    }
    return render(request, "people/rights_ask.html", context, status=submission.status)


@require_safe
def case(request: Request, pid: str) -> HttpResponse:
    """One request: how far it is, the answer, and the copy."""
    view = reads.own_request(request.actor, pid)
    moves = {move.name for move in workflow.allowed_moves(view.case, request.actor)}
    until = reads.shown_until(view.request.answered_at) if view.request.file and view.request.answered_at else None
    over = view.request.file and reads.copy_is_over(view.request, now=request.now)
    waiting = view.case.state in rules.WAITING
    context = {
        "view": view,
        "tag": _tag(view),
        "sub": f"编号 {pid[:4]}-{pid[4:8]}",
        "entries": [
            {"title": step.title, "note": step.who, "at": step.at, "quote": "", "state": "now" if index == 0 else ""}
            for index, step in enumerate(cases.timeline(view.case, own=True))
        ],
        "step": {
            "lead": f"由{view.unit}个人信息保护岗办理，最晚",
            "at": view.case.last_day,
            "after": "答复",
            "explain": [view.case.due_explained] if view.case.due_explained else [],
        }
        if waiting
        else None,
        "facts": _given(
            ("范围", view.scope_label if view.request.kind == rules.Kind.DELETE else ""),
            *((line["label"], f"{line['old']} → {line['new']}") for line in reads.told_corrections(view.request)),
            ("您的说明", view.request.text),
            ("材料", f"{len(view.papers)} 个" if view.papers else ""),
            ("答复", "" if view.request.file else view.request.answer),
        ),
        "erased": view.request.result.get("erased", []),
        "kept": view.request.result.get("kept", []),
        "until": until,
        "over": over,
        "download": {"label": "下载副本", "href": reverse("files:mine", args=[view.request.file]), "icon": "download"}
        if view.request.file and not over
        else None,
        "preparing": view.case.state == rules.Rights.PREPARING,
        "may_withdraw": "withdraw" in moves,
    }
    return render(request, "people/rights_case.html", context)


@require_http_methods(["GET", "POST"])
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    """Asks once more, then takes the request back."""
    if request.method == "GET":
        one, back = get_own(REQUESTS, request.actor, pid), reverse("people:rights_case", args=[pid])
        if one.case.closed_at is not None:
            return redirect(back)
        return ask_once_more(REQUESTS, request, one, REQUESTS.workflow.move("withdraw"), back)
    act(REQUESTS, request.actor, pid, "withdraw", now=request.now)
    messages.success(request, "请求已撤回。")
    return redirect("people:rights_case", pid=pid)
