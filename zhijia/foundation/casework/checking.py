"""What a kind names and no scenario declares is told by `manage.py check`, not by the first case that needs it."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error

from zhijia.kernel.registry import registry

from .kinds import CaseKind, kinds

SAID = frozenset({"union", "title", "result", "answer", "site", "hotline"})
"""What a message that a step `tells` may say: its placeholders."""


def check_kinds(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{kind.slug}: {words}", id="zhijia.casework")
        for kind in kinds()
        for words in (*_unknown(kind), *_unsaid(kind))
    ]


def _unknown(kind: CaseKind) -> Iterator[str]:
    named = {
        *kind.workflow.due.values(),
        *(m.after for m in kind.workflow.moves),
        *(m.within for m in kind.workflow.moves),
    }
    for code in sorted(named - {"", None} - set(registry.parameters)):
        yield f"parameter {code} is declared by no scenario"


def _unsaid(kind: CaseKind) -> Iterator[str]:
    for step in kind.steps.values():
        template = registry.messages.get(step.tells) if step.tells else None
        if step.tells and template is None:
            yield f"message {step.tells} is declared by no scenario"
        if template is None:
            continue
        text = f"{template.title}{template.body}{template.sms}"
        unsaid = {name for _, name, _, _ in string.Formatter().parse(text) if name} - SAID
        if unsaid:
            yield f"message {step.tells} says {', '.join(sorted(unsaid))}, which a step does not give"
