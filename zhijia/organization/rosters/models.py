from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow, ExportRow
from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id
from zhijia.organization.rosters.rules.rows import Kind


class LoadState(models.TextChoices):
    MAPPING = "mapping", "待对应列"
    CHECKING = "checking", "正在核对"
    CHECKED = "checked", "待写入"
    WRITING = "writing", "正在写入"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已放弃"


class RosterLoad(models.Model):
    """A file of members for `unit` and below: mapped, checked without writing anything, then written.

    `file` is the stored file's public id, empty where a command reads a file of its own. `header` holds the file's
    headers, `mapping` which column stands where. `cursor` is the number of the last row that is checked or written, as
    the state says; it commits with what it stands for. `figures` counts rows by outcome and by code of fault.

    Of a workbook: `sheet` that is read, `sheets` all that could be, `hidden_rows` how many a filter hides. `into`
    counts the new members of each union's id while the file is checked, null beyond MOST_UNIONS of them.
    """

    MOST_UNIONS = 200

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    unit = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    file = KeyField(max_length=16, default="", blank=True)
    file_name = models.CharField(max_length=120)
    digest = KeyField(max_length=64)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = KeyField(max_length=8, choices=LoadState.choices, default=LoadState.MAPPING)
    job = KeyField(max_length=16, default="", blank=True)
    rows = models.PositiveIntegerField(null=True)
    cursor = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)
    sheet = models.CharField(max_length=255, default="", blank=True)
    sheets = models.JSONField(default=list)
    hidden_rows = models.PositiveIntegerField(default=0)
    into = models.JSONField(default=dict, null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-id"], name="roster_load_by_unit"),
            models.Index(fields=["account_id", "-id"], name="roster_load_by_account"),
            models.Index(fields=["digest", "unit"], name="roster_load_again"),
            models.Index(fields=["created_at"], name="roster_load_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.state}"


class RosterFault(models.Model):
    """A refused row of a file: its number, the masked name, and `faults` as [column, code, sentence]; no numbers of
    anybody. `kind` says who can settle it, `union_id` whose row it is, where that is known.
    """

    load = models.ForeignKey(RosterLoad, models.CASCADE, related_name="refused")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=30, default="", blank=True)
    kind = KeyField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    union_id = models.BigIntegerField(null=True)
    faults = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["load", "number"], name="roster_fault_row")]
        indexes = [models.Index(fields=["load", "kind", "number"], name="roster_fault_kind")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class RosterMapping(models.Model):
    """How a unit read files with these headers the last time; `header` is the digest of the headers in their order."""

    union = models.ForeignKey("unions.Union", models.CASCADE, related_name="+")
    header = KeyField(max_length=64)
    mapping = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "header"], name="roster_mapping_once")]

    def __str__(self) -> str:
        return self.header


class RosterConflict(CaseRow):
    """A refused row that waits in a union's inbox. The row lies sealed under its case's public id until it is settled.

    `identity` tells the row again, so that loading twice opens one case: the ID's digest, or a keyed digest of what was
    written where the number is wrong. `person_id` is whom the row means, where he is known.
    """

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    load = models.ForeignKey(RosterLoad, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = KeyField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    identity = KeyField(max_length=32)
    person_id = models.BigIntegerField(null=True)
    row_sealed = models.BinaryField(default=b"")
    faults = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["union", "kind", "identity"], name="roster_conflict_once")]
        indexes = [
            models.Index(fields=["load", "number"], name="roster_conflict_of_load"),
            models.Index(fields=["person_id", "union"], name="roster_conflict_person"),
        ]


class RosterExport(ExportRow):
    """Full numbers of a unit's members asked for: those of the unit of its case."""
