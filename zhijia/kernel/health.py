"""What can be missing or unsafe in an installation, in sentences: looks that capabilities declare in their `health.py`.

```python
@look("jobs.clock")
def clock_runs(now: datetime) -> Iterator[Finding]:
    yield bad("jobs.clock", "后台时钟已停 12 分钟。", "请运行 systemctl status zhijia 查看。")
```

`zhijia doctor` and the operators' page show what they find. A look reads; it changes nothing, and is done in well under
a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import DatabaseError

log = logging.getLogger("zhijia.health")


class Grade(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable; `text` says what is so, `advice` what to do, each in a whole Chinese sentence."""

    code: str
    grade: Grade
    text: str
    advice: str = ""


def good(code: str, text: str) -> Finding:
    return Finding(code, Grade.GOOD, text)


def warn(code: str, text: str, advice: str) -> Finding:
    """Something to mend soon: the platform works meanwhile."""
    return Finding(code, Grade.WARN, text, advice)


def bad(code: str, text: str, advice: str) -> Finding:
    """Unsafe, or something does not work: mend it now."""
    return Finding(code, Grade.BAD, text, advice)


Look = Callable[[datetime], Iterable[Finding]]
_looks: dict[str, Look] = {}
_DATABASE = bad(
    "database", "数据库连不上，或者结构还没有更新。", "请检查数据库服务和 DATABASE_URL，再运行 zhijia migrate。"
)


def look(code: str) -> Callable[[Look], Look]:
    """Declare a look. Raises ValueError where another module declared the code."""

    def declare(function: Look) -> Look:
        known = _looks.get(code)
        if known is not None and known.__module__ != function.__module__:
            raise ValueError(f"the look {code} is declared twice")
        _looks[code] = function
        return function

    return declare


def examine(*, now: datetime) -> list[Finding]:
    """All findings in the order of their codes. A look that fails is a finding itself, so that it hides no other; a
    database that is away, or not migrated, is one for all that ask it.
    """
    found: list[Finding] = []
    for code in sorted(_looks):
        try:
            found += _looks[code](now)
        except DatabaseError:
            if _DATABASE not in found:
                found.append(_DATABASE)
        except Exception as error:
            log.exception("a look failed", extra={"look": code})
            found.append(bad(code, f"这一项无法检查（{type(error).__name__}）。", "请查看日志，排除问题后再检查一次。"))
    return found


def worst(found: Iterable[Finding]) -> Grade:
    grades = {each.grade for each in found}
    return next((grade for grade in (Grade.BAD, Grade.WARN) if grade in grades), Grade.GOOD)
