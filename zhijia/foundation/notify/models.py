from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.kernel.db import KeyField


class Message(models.Model):
    """A message in somebody's list. `link` is a path of ours; `case_public_id` the case it speaks of."""

    public_id = KeyField(max_length=16, unique=True)
    person_id = models.BigIntegerField()
    template = KeyField(max_length=48)
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=500)
    link = models.CharField(max_length=120, default="", blank=True)
    case_public_id = KeyField(max_length=16, default="", blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-at", "-id"], name="message_of_person"),
            models.Index(fields=["person_id"], condition=Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.public_id}"


class TextState(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class TextMessage(models.Model):
    """A text message on its way; the row is the outbox. Number and wording are sealed and erased after 7 days."""

    public_id = KeyField(max_length=16, unique=True)
    template = KeyField(max_length=48)
    number_sealed = models.BinaryField()
    body_sealed = models.BinaryField()
    state = KeyField(max_length=8, choices=TextState.choices, default=TextState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    reference = KeyField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], condition=Q(state="waiting"), name="text_waiting")]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"


class TemplateText(models.Model):
    """An operator's own wording of a declared message, in force until the next version."""

    code = KeyField(max_length=48)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    body = models.CharField(max_length=500)
    sms = models.CharField(max_length=300, default="", blank=True)
    made_by = models.BigIntegerField(null=True)
    checked_by = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="template_version")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
