"""Worked figures of docs/rules/trail.md, and that every code in the trail has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import zhijia
from zhijia.kernel.errors import Invalid
from zhijia.kernel.registry import registry
from zhijia.organization.trail import rules, sealed, words
from zhijia.organization.trail.rules import Try

TODAY = date(2026, 9, 15)


@pytest.mark.parametrize(
    ("first", "last", "named", "covered"),
    [
        (None, None, False, (date(2026, 8, 17), TODAY)),
        (date(2026, 1, 1), None, False, (date(2026, 1, 1), date(2026, 1, 30))),
        (date(2026, 9, 10), None, False, (date(2026, 9, 10), TODAY)),
        (None, date(2026, 3, 31), False, (date(2026, 3, 2), date(2026, 3, 31))),
        (date(2026, 6, 16), TODAY, False, (date(2026, 6, 16), TODAY)),
        (None, None, True, (None, None)),
        (date(2023, 9, 1), TODAY, True, (date(2023, 9, 1), TODAY)),
        (None, date.min, False, (date.min, date.min)),
    ],
)
def test_a_question_covers_bounded_days(
    first: date | None, last: date | None, named: bool, covered: tuple[date | None, date | None]
) -> None:
    assert tuple(rules.days_of(first, last, today=TODAY, named=named)) == covered


@pytest.mark.parametrize("named", [True, False])
def test_days_in_the_wrong_order_are_told(named: bool) -> None:
    with pytest.raises(Invalid) as refused:
        rules.days_of(date(2026, 9, 2), date(2026, 9, 1), today=TODAY, named=named)
    assert refused.value.fields == {"last": "结束日期不能早于开始日期。"}


def test_ninety_three_days_are_too_many_without_a_name() -> None:
    with pytest.raises(Invalid) as refused:
        rules.days_of(date(2026, 6, 15), TODAY, today=TODAY, named=False)
    assert refused.value.code == "trail.days"


def test_what_strikes() -> None:
    many = [Try("203.0.113.7", None, "accounts.code_refused")] * 10
    few_of_three = [Try("203.0.113.8", person, "audit.denied") for person in (1, 2, 3)]
    against = [Try(f"198.51.100.{place}", 9, "accounts.step_up_failed") for place in range(5)]
    denied = [Try("198.51.100.9", 8, "audit.denied")] * 9
    assert rules.striking([*many, *few_of_three, *against, *denied]) == [
        rules.Strike(10, 0, address="203.0.113.7"),
        rules.Strike(5, 5, person_id=9),
        rules.Strike(3, 3, address="203.0.113.8"),
    ]
    assert rules.striking([*many[:9], *few_of_three[:2], *against[:4]]) == []


# --- Words ----------------------------------------------------------------------------------------------------------
def _calls() -> Iterator[ast.Call]:
    """Every call in the code that writes to the trail."""
    for path in Path(zhijia.__file__).parent.rglob("*.py"):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("audit.record"):
                yield node


def test_every_detail_that_is_written_has_a_word() -> None:
    keys = {
        str(key.value)
        for call in _calls()
        for keyword in call.keywords
        if keyword.arg == "detail" and isinstance(keyword.value, ast.Dict)
        for key in keyword.value.keys
        if isinstance(key, ast.Constant)
    }
    assert len(keys) > 40
    assert keys - set(words.DETAILS) == set()


def test_every_kind_of_subject_that_is_written_has_a_word() -> None:
    tuples = [each for call in _calls() for each in call.args if isinstance(each, ast.Tuple) and each.elts]
    kinds = {str(each.elts[0].value) for each in tuples if isinstance(each.elts[0], ast.Constant)}
    assert len(kinds) > 15
    assert kinds - set(words.SUBJECTS) - set(registry.workflows) == set()


def test_every_sentence_of_the_ledger_has_its_chinese() -> None:
    folder = Path(zhijia.__file__).parent / "foundation" / "ledger"
    said: set[str] = set()
    for name in ("services.py", "heads.py"):
        for node in ast.walk(ast.parse((folder / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
                if any(mark in text for mark in (" was ", " is ", " has ", " are ", " tells ", " have ", " knows ")):
                    said.add(text)
    assert len(said) == 12
    assert {text for text in said if sealed.in_chinese(text).isascii()} == set()
    assert sealed.in_chinese("audit.entry:812 was changed") == "“audit.entry”第 812 号记录被改动。"
