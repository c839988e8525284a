"""The state of the installation as pages want it."""

from __future__ import annotations

from typing import Any

from zhijia.foundation.ui import formats
from zhijia.kernel.health import Grade

from .selectors import Summary

_WORDS = {Grade.BAD: ("马上处理", "bad"), Grade.WARN: ("尽快处理", "warn"), Grade.GOOD: ("正常", "ok")}
_ON_DESK = 3


def _row(found: Any) -> dict[str, Any]:
    """Shape of `ui/console/rule_checks.html`."""
    value, state = _WORDS[found.grade]
    return {"state": state, "text": found.text, "value": value, "detail": found.advice}


def page(summary: Summary) -> dict[str, Any]:
    mend = len(summary.to_mend)
    return {
        "rows": [_row(each) for each in summary.findings],
        "note": f"{mend} 项需要处理" if mend else "全部正常",
        "at": formats.short_moment(summary.at, formats.local_day(summary.at)),
    }


def card(summary: Summary) -> dict[str, Any]:
    """For the desk: the worst three, and how many more there are."""
    mend = summary.to_mend
    return {
        "rows": [_row(each) for each in mend[:_ON_DESK]],
        "more": max(0, len(mend) - _ON_DESK),
        "count": len(mend),
    }
