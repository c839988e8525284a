from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.transfers.rules import transfers


class Transfer(CaseRow):
    """A membership on its way: its case stands at the union it goes to, the one it leaves is the other.

    `said` is why, in the words of who proposed it. A secondment names its last day in `until`; `returns` is the
    transfer whose way back this is. `membership_id` and `dues_from` are written when it is completed.
    """

    kind = KeyField(max_length=12, choices=list(transfers.KINDS.items()))
    batch = KeyField(max_length=16, default="", blank=True)
    said = models.CharField(max_length=200, default="", blank=True)
    until = models.DateField(null=True)
    returns = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    membership_id = models.BigIntegerField(null=True)
    dues_from = models.DateField(null=True)
    completed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch"], condition=~models.Q(batch=""), name="transfer_batch"),
            models.Index(fields=["until"], condition=models.Q(until__isnull=False), name="transfer_until"),
        ]


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
