from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhijia.foundation.casework.rows import CaseRow
from zhijia.kernel.db import KeyField


class Client(CaseRow):
    """Another system. `public_id` is the client id it signs with; it may call while `in_force`, from `valid_from` to
    before `valid_until`.

    `unit_id` is the union under which it was registered, a plain number since units stand higher. `permissions` is
    what was asked for it, on each of the unions named; what counts are its scopes.
    """

    public_id = KeyField(max_length=16, unique=True)
    unit_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    contact = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    permissions = models.JSONField(default=list)
    per_minute = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    in_force = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="client_period")]
        indexes = [
            models.Index(fields=["valid_until"], condition=Q(in_force=True), name="client_by_end"),
            models.Index(fields=["unit_id"], name="client_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.name}"


class ClientScope(models.Model):
    """One right on one unit and everything under it."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="scopes")
    unit_id = models.BigIntegerField()
    permission = KeyField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "unit_id", "permission"], name="client_scope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.permission} on {self.unit_id}"


class ClientSecret(models.Model):
    """A secret, sealed: it must be known to check a signature. From `until` on it counts for nothing."""

    public_id = KeyField(max_length=16, unique=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    issued_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["client", "-since"], name="client_secrets")]

    def __str__(self) -> str:
        return self.public_id


class UsedNonce(models.Model):
    """A nonce that has been used; kept for twice the window of a signature."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    nonce = KeyField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "nonce"], name="client_nonce_once")]
        indexes = [models.Index(fields=["at"], name="client_nonces_by_age")]

    def __str__(self) -> str:
        return self.nonce
