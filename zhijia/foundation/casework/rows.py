from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class CaseRow(models.Model):
    """What stands beside a case, in a table of its own: a capability adds the columns of its answers."""

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class ExportRow(CaseRow):
    """A file asked for, beside the case that decides it: why, in which form, for which account.

    `job` makes it once it is agreed to; `rows` is how many it holds so far, `file` its public id once it is there.
    """

    reason = models.CharField(max_length=200)
    form = KeyField(max_length=4)
    account_id = models.BigIntegerField(null=True)
    job = KeyField(max_length=16, default="", blank=True)
    rows = models.PositiveIntegerField(default=0)
    file = KeyField(max_length=16, default="", blank=True)

    class Meta:
        abstract = True
