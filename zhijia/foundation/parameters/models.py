from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhijia.kernel.db import KeyField


class ParameterValue(models.Model):
    """A parameter's value in a region during `[valid_from, valid_to)`; `region` is a 12-digit code, empty for
    everywhere.

    `version` counts the values of one code and region. Rows are never changed but for closing `valid_to`.
    """

    code = KeyField(max_length=64)
    region = KeyField(max_length=12, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    value = models.JSONField()
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=200, default="")
    made_by = models.BigIntegerField(null=True)
    checked_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "region", "version"], name="parameter_version"),
            models.UniqueConstraint(fields=["code", "region", "valid_from"], name="parameter_from"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="parameter_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class CalendarYear(models.Model):
    """A year whose holidays have been published and loaded; other years are provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=200)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that differs from its weekday: a weekday that rests, or a weekend day that works (调休)."""

    day = models.DateField(primary_key=True)
    rests = models.BooleanField()
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Generation(models.Model):
    """One row whose number grows with every change here, so that processes know when their copy is old."""

    number = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)
