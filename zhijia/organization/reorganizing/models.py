from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField

from .rules import CONSEQUENCES, SORTS, Sort


class OrgChange(CaseRow):
    """A change of `union`, beside its case.

    `name` is the new one, of a split the new union's; `parent` where it moves to; `successor` who its members go to:
    of a split the new union, of a dissolution the online home, both once it is carried out. `was` is the name, or
    the upper union's name, of before. `members` counts those that have gone over.
    """

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    sort = KeyField(max_length=8, choices=[(str(code), label) for code, label in SORTS.items()])
    name = models.CharField(max_length=60, default="", blank=True)
    parent = models.ForeignKey("unions.Union", models.PROTECT, null=True, related_name="+")
    successor = models.ForeignKey("unions.Union", models.PROTECT, null=True, related_name="+")
    employers = models.JSONField(default=list)
    employer_ids = models.JSONField(default=list)
    reason = models.CharField(max_length=200)
    held_on = models.DateField(null=True)
    due = models.PositiveIntegerField(null=True)
    attended = models.PositiveIntegerField(null=True)
    in_favour = models.PositiveIntegerField(null=True)
    assets = models.JSONField(default=list)
    audit = models.CharField(max_length=500, default="", blank=True)
    liquidation = models.CharField(max_length=500, default="", blank=True)
    was = models.CharField(max_length=60, default="", blank=True)
    carried_out_on = models.DateField(null=True)
    members = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("union")), name="org_change_not_itself"
            )
        ]

    @property
    def consequence(self) -> str:
        return CONSEQUENCES[Sort(self.sort)]
