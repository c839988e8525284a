"""Jobs as the console's parts want them: words, numbers and addresses, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from zhijia.foundation.ui import formats
from zhijia.foundation.ui.listing import Column, Empty, Listing, Tag, View, When
from zhijia.kernel.actor import ANONYMOUS

from .models import LIVING, Job, State
from .registry import Json, label_of, result_of
from .selectors import count_living

_PART = {
    State.QUEUED: "waiting",
    State.RUNNING: "running",
    State.DONE: "done",
    State.FAILED: "failed",
    State.CANCELLED: "stopped",
}
_HUE = {State.QUEUED: "", State.RUNNING: "run", State.DONE: "done", State.FAILED: "late", State.CANCELLED: ""}
_LIST_SHOWN = 50


def how_far(job: Job) -> str:
    """`2,618 / 4,080`, or `2,618` while nobody knows the total and when it is done: nothing is left to do then."""
    if job.total is None or job.state == State.DONE:
        return formats.number(job.done)
    return f"{formats.number(job.done)} / {formats.number(job.total)}"


def progress(job: Job, *, now: datetime) -> dict[str, Any]:
    """The part `ui/console/job.html`; it asks for itself again while the job lives."""
    address = reverse("jobs:job", args=[job.public_id])
    part: dict[str, Any] = {
        "href": address,
        "label": f"{job.title}的进度",
        "state": _PART[State(job.state)],
        "text": _sentence(job),
        "done": job.done,
        "total": job.total or max(job.done, 1),
        "facts": _facts(job, now=now),
        "note": job.error,
    }
    if job.state in LIVING:
        part |= {
            "stop": reverse("jobs:cancel", args=[job.public_id]),
            "stop_label": "停止",
            "footer": "停止时先办完当前一批，已办理的部分保留。",
        }
    elif job.state == State.FAILED:
        part |= {
            "stop": reverse("jobs:resume", args=[job.public_id]),
            "stop_label": "继续",
            "footer": "从中断处继续，已办理的部分不会重复。",
        }
    elif job.state == State.DONE and result_of(job.kind):
        part["next"] = reverse(result_of(job.kind), args=[job.public_id])
    return part


def with_way_on(part: Mapping[str, Any]) -> dict[str, Any]:
    """For the part that replaces itself: the page around it is older, so an ended job links to the page anew."""
    ended = part["state"] not in ("waiting", "running")
    return {**part, "next": (part.get("next") or part["href"]) if ended else ""}


def _sentence(job: Job) -> str:
    words = {
        State.QUEUED: "正在排队，马上开始",
        State.RUNNING: f"正在办理 {how_far(job)}",
        State.DONE: f"已完成，共 {formats.number(job.done)} 条",
        State.FAILED: f"未完成，停在 {how_far(job)}",
        State.CANCELLED: f"已停止，已办 {how_far(job)}",
    }
    return words[State(job.state)]


def _facts(job: Job, *, now: datetime) -> list[str]:
    if job.started_at is None:
        return []
    spent = max((job.finished_at or now) - job.started_at, timedelta(0))
    facts = [f"已用 {duration(spent)}" if job.state in LIVING else f"用时 {duration(spent)}"]
    if job.state == State.RUNNING and job.total and 0 < job.done < job.total:
        left = spent * ((job.total - job.done) / job.done)
        facts.append(f"约剩 {duration(left)}")
    return facts


def duration(span: timedelta) -> str:
    """`8 秒`, `3 分 20 秒`, `2 小时 5 分`."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{seconds} 秒"
    if seconds < 3600:
        return f"{seconds // 60} 分 {seconds % 60} 秒"
    return f"{seconds // 3600} 小时 {seconds % 3600 // 60} 分"


def outcome(job: Job) -> dict[str, Any]:
    """The report under the progress: `numbers` as facts, `lists` with the first 50 entries of each."""
    numbers, lists = [], []
    for name, value in job.report.items():
        if isinstance(value, list):
            lists.append(
                {"label": name, "entries": [_line(entry) for entry in value[:_LIST_SHOWN]], "count": len(value)}
            )
        elif not isinstance(value, Mapping):
            numbers.append({"label": name, "value": formats.number(value) if type(value) is int else str(value)})
    return {"numbers": numbers, "lists": lists}


def _line(entry: Json) -> str:
    if isinstance(entry, Mapping):
        return "，".join(f"{name} {value}" for name, value in entry.items())
    return str(entry)


def job_page(job: Job, *, now: datetime) -> dict[str, Any]:
    on = formats.local_day(now)
    facts = [
        {"label": "任务", "value": label_of(job.kind)},
        {"label": "编号", "value": job.public_id, "code": True},
        {"label": "开始", "value": formats.short_moment(job.created_at, on)},
    ]
    if job.finished_at:
        facts.append({"label": "结束", "value": formats.short_moment(job.finished_at, on)})
    return {"facts": facts, "tag": dict(zip(("text", "state"), _state(job), strict=True)), **outcome(job)}


def _state(job: Job) -> tuple[str, str]:
    state = State(job.state)
    return str(state.label), _HUE[state]


def _address(job: Job) -> str:
    return reverse("jobs:job", args=[job.public_id])


_WORDS = "导入、导出和批量办理会作为任务在这里显示进度，完成后结果保留一年。"
JOBS = Listing(
    "jobs",
    "任务",
    note="离开本页不影响进行，结果保留一年",
    counted="项",
    ordered="最近开始的在前",
    views=(View("all", "全部"), View("living", "进行中", Empty("没有正在进行的任务", _WORDS))),
    head=Column("任务", "title"),
    opens=_address,
    columns=(Tag("状态", _state), Column("进度", how_far), When("开始", "created_at", narrow="mid")),
    empty=Empty("还没有任务", _WORDS),
    exports=False,
)


def chrome_part(request: HttpRequest) -> dict[str, Any] | None:
    """What the head of every console page shows while own jobs run."""
    running = count_living(getattr(request, "actor", ANONYMOUS))
    return {"href": reverse("jobs:list"), "running": running} if running else None
