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
    """A division during `[valid_from, valid_to)`. `code` has 12 digits, `370682101000`; the top has no `parent_code`.

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


class Kind(models.TextChoices):
    NEW = "new", "设立"
    RENAME = "rename", "更名"
    ABOLISH = "abolish", "撤销"
    MOVE = "move", "改隶"
    MERGE = "merge", "并入"


class Outcome(models.TextChoices):
    WAITING = "waiting", "待办"
    DONE = "done", "已办"
    SAME = "same", "原已如此"
    REFUSED = "refused", "未办"


class RegionChange(models.Model):
    """One line of a yearly list of changes, and what became of it; `batch` is the list, `number` the file's row.

    `level` and `parent_code` are filled where the kind needs them. Kept as the record of what was asked.
    """

    batch = KeyField(max_length=16)
    number = models.PositiveIntegerField()
    kind = KeyField(max_length=8, choices=Kind.choices)
    code = KeyField(max_length=12)
    name = models.CharField(max_length=60, default="", blank=True)
    parent_code = KeyField(max_length=12, default="", blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices, null=True)
    replaced_by = KeyField(max_length=12, default="", blank=True)
    effective_on = models.DateField()
    outcome = KeyField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    reason = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="region_change_row")]
        indexes = [models.Index(fields=["batch", "outcome", "effective_on", "number"], name="region_change_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
