from __future__ import annotations

from django.db import models


class CaseRow(models.Model):
    """What stands beside a case, in a table of its own: a capability adds the columns of its answers."""

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"
