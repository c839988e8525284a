from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class ParameterChange(models.Model):
    """A proposed value beside its case. `region` is a 12-digit code, empty for everywhere.

    `base_version` is the newest version of the code and region when it was proposed, 0 for none.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    code = KeyField(max_length=64)
    region = KeyField(max_length=12, default="", blank=True)
    value = models.JSONField()
    valid_from = models.DateField()
    source = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    base_version = models.PositiveIntegerField()
    made_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["code", "-id"], name="parameter_change_of_code")]

    def __str__(self) -> str:
        return f"{self.code} from {self.valid_from}"


class CalendarChange(models.Model):
    """A proposed year beside its case. `days` are `["2027-01-01", true, "元旦"]`: the day, whether it rests, its name.

    `recomputed` counts the open deadlines that moved when it came into force.
    """

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    days = models.JSONField()
    source = models.CharField(max_length=200)
    made_by = models.BigIntegerField(null=True)
    recomputed = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.year)


class MessageChange(models.Model):
    """A proposed wording of a declared message beside its case; `base_version` as in ParameterChange."""

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    code = KeyField(max_length=48)
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=500)
    sms = models.CharField(max_length=300, default="", blank=True)
    reason = models.CharField(max_length=200)
    base_version = models.PositiveIntegerField()
    made_by = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.code} after v{self.base_version}"
