from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField
from zhijia.organization.founding.rules import METHODS, TYPES
from zhijia.organization.posts.rows import ElectionRow, choices


class FoundingCase(ElectionRow):
    """A union that is being founded, beside its case: under whom, for which employer, by which method.

    The leader's number is sealed under the case's public id. `union` is there once it is on file.
    """

    parent = models.ForeignKey("unions.Union", models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    type = KeyField(max_length=12, choices=choices(TYPES))
    employer_name = models.CharField(max_length=120)
    credit_code = KeyField(max_length=18)
    industry = KeyField(max_length=3)
    ownership = KeyField(max_length=2)
    headcount = models.PositiveIntegerField()
    female_headcount = models.PositiveIntegerField()
    migrant_headcount = models.PositiveIntegerField()
    group = models.JSONField(default=list)
    leader_mobile_sealed = models.BinaryField(default=b"")
    leader_mobile_digest = KeyField(max_length=32, default="", blank=True)
    leader_mobile_masked = KeyField(max_length=16, default="", blank=True)
    method = KeyField(max_length=9, choices=choices(METHODS))
    project_source = models.CharField(max_length=60, default="", blank=True)
    union = models.ForeignKey("unions.Union", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["credit_code"], name="founding_by_employer")]
