"""Whether the sealed log is whole, and is being sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from zhijia.kernel.health import Finding, bad, good, look

from . import heads, selectors

_ADVICE = "请保留现场，运行 zhijia verify-ledger，并按 docs/rules/ledger.md 处理。"


@look("ledger.log")
def log_is_whole(now: datetime) -> Iterator[Finding]:
    wrong = heads.differing()
    last = selectors.newest_check()
    if wrong:
        yield bad("ledger.log", "存证比另存的树根少了记录，或者内容不同。", _ADVICE)
    elif last is not None and last.wrong and now - last.at < timedelta(days=2):
        yield bad("ledger.log", f"最近一次夜间核对发现存证有 {len(last.wrong)} 处不一致。", _ADVICE)
    else:
        head = selectors.newest_head()
        yield good(
            "ledger.log",
            f"存证完整：{head.size:,} 条，树根 {bytes(head.root).hex()}。" if head else "还没有需要存证的记录。",
        )
