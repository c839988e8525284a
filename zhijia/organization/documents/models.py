from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.kernel.identifiers import DOCUMENT_LABELS


class FakeBatch(CaseRow):
    """Documents that a union says were made up, beside the case in which a second person agrees.

    `in_force` from that agreement until it is lifted; `count` is how many numbers were told, and stays when they go.
    """

    reason = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    in_force = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True)


class ListedNumber(models.Model):
    """One number of a batch, found by its keyed digest (32 hex characters) and shown masked; the number is nowhere.

    `in_force` is what every check asks. `ended_at`: when it was lifted, or the batch refused or taken back.
    """

    batch = models.ForeignKey(FakeBatch, models.PROTECT, related_name="numbers")
    id_type = KeyField(max_length=16, choices=tuple(DOCUMENT_LABELS.items()))
    digest = KeyField(max_length=32)
    masked = KeyField(max_length=20)
    in_force = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "digest"], name="listed_once_a_batch")]
        indexes = [
            models.Index(fields=["digest"], condition=Q(in_force=True), name="listed_in_force"),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="listed_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.masked}"


class DocumentCheck(CaseRow):
    """A listed number looked at again, beside its case: somebody holds such a document, or a cadre found a mistake.

    `account_id` is who asked, empty where a cadre did; the number he is to be called on lies sealed under the case's
    public id.
    """

    number = models.ForeignKey(ListedNumber, models.CASCADE, related_name="checks")
    account_id = models.BigIntegerField(null=True)
    mobile_sealed = models.BinaryField(default=b"")
    mobile_digest = KeyField(max_length=32, default="", blank=True)
    mobile_masked = KeyField(max_length=16, default="", blank=True)
