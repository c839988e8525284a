from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class TrailExport(models.Model):
    """A part of the trail asked for as a file, beside the case that decides it; `file` once it is made.

    `unit` is the union under which it was asked: no entry from outside its subtree is in the file. `wanted` holds what
    was filtered, as `selectors.kept` writes it, with ids and codes alone. `rows` is how many entries the file holds.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    unit = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    wanted = models.JSONField(default=dict)
    form = KeyField(max_length=4)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    file = KeyField(max_length=16, default="", blank=True)
    job = KeyField(max_length=16, default="", blank=True)
    rows = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "-id"], name="trail_export_by_person")]

    def __str__(self) -> str:
        return f"trail export {self.case_id}"
