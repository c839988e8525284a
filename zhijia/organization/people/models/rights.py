from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.people.rules.rights import KINDS


class RightsRequest(CaseRow):
    """What a person asks about his own data, beside its case.

    `scope` is the code of the part he means, empty for all. `desk_unit_id` is the unit whose privacy desk answers.
    `wanted_sealed` holds what a correction should put there, `{"name": "林晓荷", "joined_on": "2016-05-01"}`, sealed
    until it is settled; what was put right stands in `result` then, `{"corrected": [{"label", "old", "new"}]}`, masked.
    `result` of a deletion: `{"erased": [{"code", "label", "count"}], "kept": [{..., "reason", "until"}]}`; `file` is
    the stored file's public id of a copy.
    """

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    account_id = models.BigIntegerField(null=True)
    kind = KeyField(max_length=8, choices=list(KINDS.items()))
    scope = KeyField(max_length=32, default="", blank=True)
    text = models.CharField(max_length=500, default="", blank=True)
    wanted_sealed = models.BinaryField(default=b"")
    answer = models.CharField(max_length=500, default="", blank=True)
    result = models.JSONField(default=dict)
    file = KeyField(max_length=16, default="", blank=True)
    desk_unit_id = models.BigIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="rights_by_person"),
        ]


class LegalHold(CaseRow):
    """Data of a person that nothing may delete while it is in force, beside the case in which two persons agreed."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    desk_unit_id = models.BigIntegerField()
    in_force = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person"], condition=Q(in_force=True), name="hold_once")]


class DeletionRecord(models.Model):
    """That something was deleted: which part, how many rows, by whose wish or by which day; nothing of anybody.

    `cut_off` is the last day whose data went, where the clock deleted; `case` the public id of the request, where a
    person asked, and `unit_id` the unit whose desk carried it out.
    """

    code = KeyField(max_length=32)
    label = models.CharField(max_length=60)
    count = models.PositiveIntegerField()
    cut_off = models.DateField(null=True)
    case = KeyField(max_length=16, default="", blank=True)
    unit_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="deletion_by_time")]

    def __str__(self) -> str:
        return f"{self.code} {self.count}"
