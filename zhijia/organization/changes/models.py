from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField

from . import rules


class MembershipChange(CaseRow):
    """A change of a membership that somebody asked for; its case knows whose and at which union, its evidence lies in
    `files`.

    `keep_at` is the union (public id) where a membership is kept whose employer is gone, `restored_membership_id` the
    stay that an appeal opened again.
    """

    membership = models.ForeignKey("members.Membership", models.PROTECT, related_name="+")
    kind = KeyField(max_length=12, choices=list(rules.KINDS.items()))
    reason = KeyField(max_length=20)
    on = models.DateField()
    document = models.CharField(max_length=60, default="", blank=True)
    explanation = models.CharField(max_length=200, default="", blank=True)
    keep_at = KeyField(max_length=16, default="", blank=True)
    restored_membership_id = models.BigIntegerField(null=True)

    @property
    def label(self) -> str:
        return rules.KINDS[self.kind]

    @property
    def means(self) -> str:
        return rules.MEANS.get(self.kind, "")
