from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.legal.rules import WHATS


class LegalPerson(models.Model):
    """A union's registration as a legal person, as it stands."""

    union = models.OneToOneField("unions.Union", models.PROTECT, related_name="+")
    credit_code = KeyField(max_length=18, unique=True)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    registered_on = models.DateField()
    last_day = models.DateField()
    cancelled_on = models.DateField(null=True)
    case_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["last_day", "id"], name="legal_person_by_end")]

    def __str__(self) -> str:
        return self.credit_code


class Registration(CaseRow):
    """What a union asks its registrar for: the first certificate, a change, a new one, or its end."""

    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    what = KeyField(max_length=6, choices=[(str(code), label) for code, label in WHATS.items()])
    approval = models.CharField(max_length=60)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    funds = models.CharField(max_length=200)
    credit_code = KeyField(max_length=18, default="", blank=True)
    last_day = models.DateField(null=True)
