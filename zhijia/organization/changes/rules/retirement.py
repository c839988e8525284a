"""When somebody reaches the age of retirement: a prompt and nothing more.

Source: 关于实施渐进式延迟法定退休年龄的决定 (2024-09-13), in force from 2025-01-01; docs/rules/changes.md#retirement
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhijia.kernel.workdays import months_later

START_MONTH = 2025 * 12
"""January 2025 as a count of months."""
MEN, WOMEN_55, WOMEN_50 = "men", "women_55", "women_50"
LABELS = {MEN: "男职工", WOMEN_55: "女职工（原 55 周岁）", WOMEN_50: "女职工（原 50 周岁）"}
_OLD_AGES = {MEN: 60, WOMEN_55: 55, WOMEN_50: 50}
_STEP = {MEN: 4, WOMEN_55: 4, WOMEN_50: 2}
_MOST = {MEN: 36, WOMEN_55: 36, WOMEN_50: 60}


@dataclass(frozen=True, slots=True)
class Retirement:
    """`on` is the day the age is reached, `delay` the months beyond the old age."""

    kind: str
    on: date
    delay: int

    @property
    def age(self) -> tuple[int, int]:
        """Years and months: `(60, 1)`."""
        return divmod(_OLD_AGES[self.kind] * 12 + self.delay, 12)

    @property
    def age_words(self) -> str:
        years, months = self.age
        return f"{years} 周岁" + (f" {months} 个月" if months else "")


def retirement(born_on: date, kind: str) -> Retirement:
    """The day of retirement of one of the three kinds: a man born 1965-01-15 on 2025-02-15, one month late.

    One month later for every four (women at fifty: two) that the old age lies after January 2025, that month counted,
    at most 36 (60); nobody whose old age fell before 2025 is delayed.
    """
    years = _OLD_AGES[kind]
    month = (born_on.year + years) * 12 + born_on.month - 1 - START_MONTH
    delay = 0 if month < 0 else min(month // _STEP[kind] + 1, _MOST[kind])
    return Retirement(kind, months_later(born_on, years * 12 + delay), delay)


def kinds_of(sex: str) -> tuple[str, ...]:
    """By the sex code of GB/T 2261.1: 1 man, 2 woman, who may have either of two ages; nobody else is prompted."""
    return {"1": (MEN,), "2": (WOMEN_50, WOMEN_55)}.get(sex, ())


def possible_birth_years(kind: str, on: date) -> range:
    """Birth years in which somebody of this kind may reach the age on that day, to narrow a list before looking."""
    years = _OLD_AGES[kind]
    return range(on.year - years - _MOST[kind] // 12 - 1, on.year - years + 1)
