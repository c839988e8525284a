"""What founding and elections keep alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField

from .rules import elections


def choices(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    """As a column takes them: plain text, so that a migration names no code of ours."""
    return [(str(code), label) for code, label in labels.items()]


class ElectionRow(CaseRow):
    """What a congress decided, beside the case that reports it; nothing of it is there before it was held."""

    held_on = models.DateField(null=True)
    form = KeyField(max_length=15, default="", blank=True, choices=choices(elections.FORMS))
    members = models.PositiveIntegerField(null=True)
    women = models.PositiveIntegerField(null=True)
    due = models.PositiveIntegerField(null=True)
    attended = models.PositiveIntegerField(null=True)
    issued = models.PositiveIntegerField(null=True)
    returned = models.PositiveIntegerField(null=True)
    secret = models.BooleanField(default=False)
    in_person = models.BooleanField(default=False)
    published_on = models.DateField(null=True)
    term_years = KeyField(max_length=1, default="", blank=True)

    class Meta:
        abstract = True
