"""A part of the trail as a file: asked for with a reason, agreed to by a second person, fetched by its maker."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijia.foundation.files import selectors as files
from zhijia.foundation.idempotency.decorators import once
from zhijia.foundation.jobs import presenting as job_parts, selectors as jobs
from zhijia.foundation.ui.form import Submission
from zhijia.foundation.ui.listing import Button, Empty, answer
from zhijia.foundation.workflow import presenting as cases, services as workflow
from zhijia.foundation.workflow.forms import CheckForm
from zhijia.kernel.http import Request
from zhijia.organization.trail import presenting, selectors, services
from zhijia.organization.trail.forms import ExportForm
from zhijia.organization.trail.permissions import Permission

from .asking import ask as ask_question

_UNFINISHED = {"queued", "running", "failed", "cancelled"}


_NONE_ASKED = "在审计记录里选好人员、单位、事项和日期，再点“导出这些记录”。同事的申请会出现在工作台的“等我办理”。"


@require_safe
def mine(request: Request) -> HttpResponseBase:
    """One's own wishes; those of others wait in the inbox."""
    request.actor.require_anywhere(Permission.EXPORT)
    choose = Button("去选条件", reverse("trail:entries"))
    empty = Empty("还没有申请过导出", _NONE_ASKED, (choose,))
    read = partial(selectors.list_exports, request.actor)
    return answer(presenting.EXPORTS, request, read, actions=[choose], empty=empty)


@require_http_methods(["GET", "POST"])
@once
def ask(request: Request) -> HttpResponse:
    """What is filtered stands in the address, as on the list; the form asks for the reason."""
    outcome = "read" if request.GET.get("outcome") == "read" else ""
    back = "trail:looks" if outcome else "trail:entries"
    asking = ask_question(request, back, Permission.EXPORT, outcome=outcome)
    question = asking.question
    if question is None:
        return redirect(f"{reverse(back)}?{request.GET.urlencode()}")
    form = ExportForm(request.POST or None)
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = form.cleaned_data
            pid = services.ask_export(
                request.actor, question, reason=said["reason"], form=said["form"], now=request.now
            )
            messages.success(request, "申请已提交，由另一位审计管理员或上级复核，同意后开始准备文件。")
            return redirect("trail:export_case", pid=pid)
    context = {
        "form": form,
        "said": presenting.in_words(question),
        "back": presenting.address_of(back, question),
        "most": services.most_rows(request.now),
    }
    return render(request, "trail/export.html", context, status=submission.status)


@require_http_methods(["GET", "POST"])
@once
def case(request: Request, pid: str) -> HttpResponse:
    """What is asked for and why, the second person's decision, the file for its maker."""
    found = selectors.get_export(request.actor, pid)
    form = CheckForm(
        request.POST or None,
        agree="开始准备文件，只有申请人可以下载，保留三天",
        initial={"version": found.case.version},
    )
    submission = Submission(request, form)
    if submission.is_right:
        with submission:
            said = form.cleaned_data
            services.decide_export(
                request.actor, pid, allow=form.agrees, note=said["note"], now=request.now, version=said["version"]
            )
            done = "已同意，文件准备好后申请人可以下载。" if form.agrees else "已退回，申请人会看到原因。"
            messages.success(request, done)
            return redirect("trail:export_case", pid=pid)
    own = found.person_id == request.actor.person_id
    job = jobs.find_by_public_id(found.job) if found.job and own else None
    file = files.find(found.file) if found.file and own else None
    moves = {move.name for move in workflow.allowed_moves(found.case, request.actor)}
    context = {
        "export": found,
        "head": cases.head(found.case, now=request.now),
        "facts": presenting.export_facts(found, selectors.question_of(found), selectors.maker_of(found)),
        "checks": [cases.two_persons(found.case, request.actor)],
        "decision": {"action": "", "title": "复核", "form": form, "submit": "提交复核"} if "allow" in moves else None,
        "may_withdraw": "withdraw" in moves,
        "job": job_parts.progress(job, now=request.now) if job is not None and job.state in _UNFINISHED else None,
        "ready": file is not None and file.dropped_at is None,
        "gone": file is not None and file.dropped_at is not None,
    }
    return render(request, "trail/export_case.html", context, status=submission.status)


@require_POST
@once
def withdraw(request: Request, pid: str) -> HttpResponse:
    services.withdraw_export(request.actor, pid, now=request.now)
    messages.success(request, "已撤回申请。")
    return redirect("trail:exports")


@require_safe
def of_job(request: Request, public_id: str) -> HttpResponse:
    """From a finished job to its case."""
    export = selectors.get_export_of_job(request.actor, public_id)
    return redirect("trail:export_case", pid=export.case.public_id)
