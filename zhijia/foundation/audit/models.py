from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class Outcome(models.TextChoices):
    DONE = "done", "已办理"
    DENIED = "denied", "被拒绝"
    READ = "read", "查看"


class AuditEntry(models.Model):
    """One thing somebody did, was refused, or looked at. Never changed, never deleted before its retention ends.

    `before` and `after` are keyed digests of the row's content, so that a later dispute can be decided without the
    trail holding the content itself. `detail` holds plain values that are not personal (codes, counts, reasons).
    """

    at = models.DateTimeField()
    event = KeyField(max_length=64)
    outcome = KeyField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    actor_kind = KeyField(max_length=10)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    role = KeyField(max_length=32, default="")
    unit_id = models.BigIntegerField(null=True)
    address = KeyField(max_length=45, default="")
    subject_kind = KeyField(max_length=32, default="")
    subject_id = KeyField(max_length=40, default="")
    concerns_person_id = models.BigIntegerField(null=True)
    before = KeyField(max_length=32, default="")
    after = KeyField(max_length=32, default="")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["concerns_person_id", "at"], name="audit_by_concerned"),
            models.Index(fields=["person_id", "at"], name="audit_by_person"),
            models.Index(fields=["unit_id", "at"], name="audit_by_unit"),
            models.Index(fields=["event", "at"], name="audit_by_event"),
            models.Index(fields=["outcome", "at"], name="audit_by_outcome"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_kind}:{self.subject_id}"


class SweptMonth(models.Model):
    """That the rows of a month went, or are on their way: how many, and their keyed digest one after another.

    `month` is its first day, `last_id` the last row walked. Kept for good. A month has several where rows came to their
    end later, as after a hold.
    """

    month = models.DateField()
    count = models.PositiveBigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    digest = KeyField(max_length=32, default="", blank=True)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["month"], name="audit_swept_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.count}"
