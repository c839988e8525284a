from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.transfers.rules import transfers


class Transfer(models.Model):
    """A membership on its way to another union, beside its case.

    `source_id` and `target_id` are unions. A secondment names its last day in `until`; `returns_id` is the transfer
    whose way back this is. `dues_from` is written when it is completed.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    kind = KeyField(max_length=12, choices=list(transfers.KINDS.items()))
    source = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    target = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    batch = KeyField(max_length=16, default="", blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    until = models.DateField(null=True)
    returns = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    refusal = KeyField(max_length=16, default="", blank=True)
    membership_id = models.BigIntegerField(null=True)
    dues_from = models.DateField(null=True)
    requested_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-requested_at"], name="transfer_by_person"),
            models.Index(fields=["batch"], condition=~models.Q(batch=""), name="transfer_batch"),
            models.Index(fields=["until"], condition=models.Q(until__isnull=False), name="transfer_until"),
        ]

    def __str__(self) -> str:
        return f"transfer {self.case_id}"


class ClaimOffer(CaseRow):
    """A grassroots union asks a member of an online home to come over; its case knows both unions and him."""

    membership = models.ForeignKey("members.Membership", models.PROTECT, related_name="+")
    employer = models.ForeignKey("unions.Employer", models.PROTECT, related_name="+")


class FoundingTask(CaseRow):
    """An employer without a union whose people are many in one online home: the township's task.

    `members` as of its opening.
    """

    home = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    employer = models.ForeignKey("unions.Employer", models.PROTECT, related_name="+")
    members = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["home", "employer"], name="founding_by_home")]
