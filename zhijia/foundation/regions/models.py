from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhijia.kernel.db import KeyField


class Level(models.IntegerChoices):
    PROVINCE = 2, "省"
    CITY = 3, "市"
    COUNTY = 4, "县（市、区）"
    TOWNSHIP = 5, "乡镇（街道）"


class Region(models.Model):
    """A division during `[valid_from, valid_to)`. `code` has 12 digits: `370682101000`; `parent_code` is empty at the top.

    A code that was abolished keeps its row with `valid_to` and, where one place took over, `replaced_by`.
    """

    code = KeyField(max_length=12)
    parent_code = KeyField(max_length=12, default="", blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    name = models.CharField(max_length=60)
    name_key = KeyField(max_length=160)
    initials = KeyField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    replaced_by = KeyField(max_length=12, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="region_from"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to__isnull=True), name="region_current"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="region_period"
            ),
        ]
        indexes = [
            models.Index(fields=["parent_code", "code"], name="region_children"),
            models.Index(fields=["initials", "code"], name="region_initials"),
            models.Index(fields=["name", "code"], name="region_name"),
        ]

    def __str__(self) -> str:
        return self.name
