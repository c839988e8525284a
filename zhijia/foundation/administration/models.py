from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField


class ParameterChange(CaseRow):
    """A proposed value. `region` is a 12-digit code, empty for everywhere.

    `base_version` is the newest version of the code and region when it was proposed, 0 for none.
    """

    code = KeyField(max_length=64)
    region = KeyField(max_length=12, default="", blank=True)
    value = models.JSONField()
    valid_from = models.DateField()
    source = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    base_version = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["code", "-id"], name="parameter_change_of_code")]


class CalendarChange(CaseRow):
    """A proposed year. `days` has a line for each special day: `2027-01-01 休 元旦`.

    `recomputed` counts the open deadlines that moved when it came into force.
    """

    year = models.PositiveSmallIntegerField()
    days = models.TextField()
    source = models.CharField(max_length=200)
    recomputed = models.PositiveIntegerField(null=True)


class MessageChange(CaseRow):
    """A proposed wording of a declared message; `base_version` as in ParameterChange."""

    code = KeyField(max_length=48)
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=500)
    sms = models.CharField(max_length=300, default="", blank=True)
    reason = models.CharField(max_length=200)
    base_version = models.PositiveIntegerField()
