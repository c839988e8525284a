from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.duplicates import rules as duplicates


class DuplicateHint(models.Model):
    """Two persons who may be one, found by the nightly look; `first` is the older row. `dismissed_at`: they are two.

    `union` is where the younger one is a member, so that the list narrows by scope.
    """

    first = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    second = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    kind = KeyField(max_length=8, choices=list(duplicates.KINDS.items()))
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.BigIntegerField(null=True)
    merged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="duplicate_once")]
        indexes = [
            models.Index(
                fields=["union", "id"],
                condition=models.Q(dismissed_at__isnull=True, merged_at__isnull=True),
                name="duplicate_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"


class DuplicateScan(models.Model):
    """How far the nightly look has come: persons up to `last_id` have been compared with everybody."""

    last_id = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.last_id)


class PersonMerge(CaseRow):
    """What a merger did, so that it can be undone: beside its case.

    `closed_membership_id` is the stay of the duplicate that was closed, `joined_before` the survivor's joining day
    before it took the earlier one, `moved_account_id` the account that went over.
    """

    survivor = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    duplicate = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    closed_membership_id = models.BigIntegerField(null=True)
    closed_state = KeyField(max_length=8, default="", blank=True)
    joined_before = models.DateField(null=True)
    joined_after = models.DateField(null=True)
    moved_account_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["survivor", "-id"], name="merge_by_survivor")]
