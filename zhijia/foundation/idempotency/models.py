from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class Answer(models.Model):
    """What the first request with this key was answered; written in the command's own transaction.

    `digest` stands for the request's content: the same key with another content is refused. `rights` stands for the
    roles or rights it was answered by, empty for one's own affairs. `body` is sealed, since a page may name people.
    Kept 48 hours.
    """

    actor = KeyField(max_length=64)
    key = KeyField(max_length=64)
    digest = KeyField(max_length=64)
    rights = KeyField(max_length=32, default="")
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_one_answer")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.actor} {self.status}"
