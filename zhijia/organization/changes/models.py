from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField

from . import rules


class MembershipChange(models.Model):
    """A change of a membership that somebody asked for, beside its case; its evidence lies in `files`.

    `union_id` is the union at which it was asked; `keep_at` where a membership is kept whose employer is gone.
    `restored_membership_id` is the stay that an appeal opened again.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    membership = models.ForeignKey("members.Membership", models.PROTECT, related_name="+")
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    kind = KeyField(max_length=12, choices=list(rules.KINDS.items()))
    reason = KeyField(max_length=20)
    on = models.DateField()
    document = models.CharField(max_length=60, default="", blank=True)
    note = models.CharField(max_length=200, default="", blank=True)
    keep_at = models.ForeignKey("unions.Union", models.PROTECT, null=True, related_name="+")
    restored_membership_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-asked_at"], name="change_by_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"
