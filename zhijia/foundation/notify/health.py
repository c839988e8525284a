"""Whether text messages leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from zhijia.kernel.health import Finding, bad, good, look

from . import selectors

WAITS = timedelta(minutes=15)


@look("notify.texts")
def texts_leave(now: datetime) -> Iterator[Finding]:
    waiting = selectors.count_waiting_texts(before=now - WAITS)
    if waiting:
        yield bad(
            "notify.texts",
            f"有 {waiting} 条短信等了 15 分钟还没有发出。",
            "请检查短信网关的地址、密钥和余额，再看日志。",
        )
    else:
        yield good("notify.texts", "没有积压的短信。")
