"""Applications, and disputes about whose an account is."""

from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.organization.members.rules import NEW_FORM_GROUPS, WORK_FORMS


class JoinApplication(models.Model):
    """What an applicant said, beside its case. Numbers are the person's own and not repeated here."""

    case = models.OneToOneField("workflow.Case", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    union = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    employer = models.ForeignKey("unions.Employer", models.PROTECT, null=True, related_name="+")
    employer_text = models.CharField(max_length=120, default="", blank=True)
    employer_credit_code = KeyField(max_length=18, default="", blank=True)
    work_form = KeyField(max_length=10, choices=list(WORK_FORMS.items()))
    new_form_group = KeyField(max_length=10, choices=list(NEW_FORM_GROUPS.items()), default="", blank=True)
    occupation = models.CharField(max_length=40, default="", blank=True)
    rural_hukou = models.BooleanField(null=True)
    ethnicity = KeyField(max_length=2, default="", blank=True)
    education = KeyField(max_length=2, default="", blank=True)
    political_status = KeyField(max_length=2, default="", blank=True)
    fallback_by = KeyField(max_length=10, default="", blank=True)
    wishes_union = models.BooleanField(default=False)
    consent_version = models.PositiveIntegerField()
    reject_code = KeyField(max_length=16, default="", blank=True)
    channel = KeyField(max_length=12, default="web")
    submitted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-submitted_at"], name="join_by_person")]

    def __str__(self) -> str:
        return f"join {self.case_id}"


class BindingDispute(CaseRow):
    """Two accounts, one person: what the county needs to decide. The number is sealed under the case's public id.

    `old_account_id` is null where the file has no account yet and its number is not the one that signed in.
    """

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    old_account_id = models.BigIntegerField(null=True)
    new_account_id = models.BigIntegerField()
    mobile_sealed = models.BinaryField(default=b"")
    mobile_digest = KeyField(max_length=32, default="", blank=True)
    mobile_masked = KeyField(max_length=16, default="", blank=True)
    opened_at = models.DateTimeField()
