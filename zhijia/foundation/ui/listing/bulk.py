"""What may be done to several ticked rows, what was ticked and said, and what became of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from zhijia.kernel.http import Request

from .declaring import Button

_MOST_TICKED = 500


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was ticked and said. `agreed` is the number of flagged rows that he agreed to take along."""

    pids: tuple[str, ...] = ()
    do: str = ""
    reason: str = ""
    note: str = ""
    agreed: str = ""

    @classmethod
    def of(cls, request: Request) -> Ticked:
        said = request.POST
        pids = dict.fromkeys(text for text in said.getlist("pick")[:_MOST_TICKED] if len(text) <= 16)
        return cls(tuple(pids), said.get("do", "")[:16], said.get("reason", "")[:16], said.get("note", "")[:200],
                   said.get("agreed", "")[:4])  # fmt: skip

    def agrees(self, flagged: int) -> bool:
        return not flagged or self.agreed == str(flagged)


NOTHING = Ticked()


@dataclass(frozen=True, slots=True)
class Deed(Button):
    """A button of the bar; `needs`: `reason` or `note` is asked for before anything is sent."""

    name: str = "do"
    small: bool = True
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What may be done to ticked rows: where they are sent and by which buttons. `reasons` are offered to choose from,
    `says` is the hint of a field for words.

    After a refusal: `problem`, or `question` about the rows `flagged` that are among the ticked ones.
    """

    action: str
    buttons: tuple[Deed, ...]
    note: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    says: str = ""
    problem: str = ""
    question: str = ""
    flagged: int = 0
    form = "bulk"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticked row, in words for who decided; its name opens `href`. `back` names what he may still do
    about it there, such as taking it back.
    """

    name: str
    done: bool
    words: str = ""
    href: str = ""
    back: str = ""


def outcomes(
    request: Request,
    title: str,
    rows: Sequence[Outcome],
    back: Button,
    *,
    counted: str,
    named: str = "姓名",
    did: str = "已办理",
) -> HttpResponse:
    """The answer, row by row; `named` heads the column of what each row is called, `did` is what was done to those that
    could be.
    """
    done = sum(row.done for row in rows)
    context: dict[str, Any] = {
        "title": title,
        "rows": rows,
        "back": back,
        "counted": counted,
        "named": named,
        "did": did,
    }
    return render(request, "ui/listing/outcomes.html", {**context, "done": done, "left": len(rows) - done})
