from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField
from zhijia.kernel.identifiers import DOCUMENT_LABELS
from zhijia.kernel.names import NAME_KEY_LENGTH

ID_TYPES = tuple(DOCUMENT_LABELS.items())


class Sex(models.TextChoices):
    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"
    NOT_STATED = "9", "未说明"


class Person(models.Model):
    """A human being, once. Numbers are sealed; `id_digest` and `mobile_digest` find them (keyed, 32 hex characters).

    `real_name_level`: 0 none, 1 mobile, 2 name and ID by their syntax, 3 matched with an authority, 4 face.
    `verify_pending` marks level 2 that waits for the authority. `merged_into` names the survivor of a duplicate.
    """

    public_id = KeyField(max_length=16, unique=True)
    account = models.OneToOneField("accounts.Account", models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=30)
    name_key = KeyField(max_length=NAME_KEY_LENGTH)
    initials = KeyField(max_length=30)
    id_type = KeyField(max_length=16, choices=ID_TYPES, default="RESIDENT_ID")
    id_sealed = models.BinaryField()
    id_digest = KeyField(max_length=32, unique=True)
    id_masked = KeyField(max_length=20)
    mobile_sealed = models.BinaryField(default=b"")
    mobile_digest = KeyField(max_length=32, default="", blank=True)
    mobile_masked = KeyField(max_length=16, default="", blank=True)
    sex = KeyField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField(null=True)
    born_sealed = models.BinaryField(default=b"")
    ethnicity = KeyField(max_length=2, default="", blank=True)
    education = KeyField(max_length=2, default="", blank=True)
    political_status = KeyField(max_length=2, default="", blank=True)
    rural_hukou = models.BooleanField(null=True)
    real_name_level = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    verify_pending = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="aliases")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(real_name_level__gte=0, real_name_level__lte=4), name="person_level"),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="person_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["mobile_digest"], condition=~Q(mobile_digest=""), name="person_by_mobile"),
            models.Index(fields=["id"], condition=Q(verify_pending=True), name="person_verify_pending"),
        ]

    def __str__(self) -> str:
        return self.public_id


class RealNameCheck(models.Model):
    """One question put to an authority and its answer; append-only. `outcome`: matched, mismatch, unavailable."""

    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    id_digest = KeyField(max_length=32)
    outcome = KeyField(max_length=12)
    source = KeyField(max_length=24)
    reference = KeyField(max_length=64, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["id_digest", "at"], name="real_name_by_id")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d}"


class Purpose(models.TextChoices):
    PRIVACY = "privacy", "个人信息保护政策"
    AGREEMENT = "agreement", "用户服务协议"
    ID_NUMBER = "id_number", "处理证件号码的单独同意"


class ConsentText(models.Model):
    """The wording of a consent in force from `valid_from`; never changed once published."""

    purpose = KeyField(max_length=12, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    body = models.TextField()
    digest = KeyField(max_length=64)
    valid_from = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    checked_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["purpose", "version"], name="consent_text_version")]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"


class ConsentDraft(CaseRow):
    """A proposed wording; `base_version` is the newest when it was written, 0 for none."""

    purpose = KeyField(max_length=12, choices=Purpose.choices)
    title = models.CharField(max_length=60)
    body = models.TextField()
    valid_from = models.DateField()
    reason = models.CharField(max_length=200)
    base_version = models.PositiveIntegerField()


class Consent(models.Model):
    """What an account agreed to and when; withdrawing closes the row, it is never deleted."""

    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    purpose = KeyField(max_length=12, choices=Purpose.choices)
    version = models.PositiveIntegerField()
    given_at = models.DateTimeField()
    channel = KeyField(max_length=12)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "purpose", "version"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.purpose} v{self.version}"
