from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField


class RoleGrant(models.Model):
    """A role a person holds on a union and its subtree during `[since, until)`.

    It counts from the moment its case is agreed to until `until`, its revocation, or the end of the post, whichever is
    first. `in_force` is false before approval and after revocation.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    role = KeyField(max_length=20)
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=200, default="")
    in_force = models.BooleanField(default=False)
    asked_by = models.BigIntegerField(null=True)
    checked_by = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="grant_period"),
            models.UniqueConstraint(
                fields=["person", "union", "role"], condition=Q(in_force=True), name="grant_once_in_force"
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(in_force=True), name="grant_of_person"),
            models.Index(fields=["union", "role"], condition=Q(in_force=True), name="grant_on_union"),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.union_id}"

    @property
    def last_day(self) -> date:
        """The last day on which it counts, as people are told it."""
        return self.until - timedelta(days=1)


class FactorReset(CaseRow):
    """Why a colleague's ways into the console are to be cleared, and how he was recognized; his is the case."""

    reason = models.CharField(max_length=200)
