"""Whether clock and worker live, and what keeps failing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from zhijia.kernel.clockwork import EPOCH
from zhijia.kernel.health import Finding, bad, good, look, warn

from . import selectors
from .models import PULSE

CLOCK_LATE = timedelta(minutes=5)
WORKER_LATE = timedelta(minutes=15)
_ADVICE = "请运行 systemctl status zhijia，确认服务在运行；日志见 journalctl -u zhijia。"


@look("jobs.clock")
def clock_runs(now: datetime) -> Iterator[Finding]:
    last = selectors.last_tick()
    if last is None or last <= EPOCH:
        yield bad("jobs.clock", "定时任务还没有运行过。", _ADVICE)
    elif now - last > CLOCK_LATE:
        yield bad("jobs.clock", f"定时任务已停 {_minutes(now - last)} 分钟，到期提醒和统计不再更新。", _ADVICE)
    else:
        yield good("jobs.clock", "定时任务按时运行。")


@look("jobs.worker")
def worker_runs(now: datetime) -> Iterator[Finding]:
    tick = selectors.find_tick(PULSE)
    if tick is None:
        yield bad("jobs.worker", "后台处理还没有运行过，短信和导入不会办理。", _ADVICE)
    elif now - tick.last_run > WORKER_LATE:
        yield bad("jobs.worker", f"后台处理已停 {_minutes(now - tick.last_run)} 分钟，短信和导入不再办理。", _ADVICE)
    else:
        yield good("jobs.worker", "后台处理正常。")


@look("jobs.failing")
def nothing_keeps_failing(now: datetime) -> Iterator[Finding]:
    for name in selectors.failing_ticks():
        yield warn("jobs.failing", f"定时任务 {name} 上一次没有办成。", "它会自动重试；一直不成功的请查看日志。")


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
