from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField

from .rules import AREAS


class Proposal(CaseRow):
    """What a member proposes. `benefit_fen` is that of one year; it counts once the case is VERIFIED."""

    area = KeyField(max_length=12, choices=list(AREAS.items()))
    title = models.CharField(max_length=40)
    text = models.CharField(max_length=2_000)
    answer = models.CharField(max_length=500, default="", blank=True)
    benefit_fen = models.BigIntegerField(null=True)
    benefit_how = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(benefit_fen__isnull=True) | Q(benefit_fen__gte=0), name="proposal_gain")
        ]
