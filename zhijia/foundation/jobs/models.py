from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijia.kernel.db import KeyField
from zhijia.kernel.ids import new_public_id


class State(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


LIVING = (State.QUEUED, State.RUNNING)
PULSE = "jobs.worker"
"""The name of the row that tells when the worker last did anything."""


class Job(models.Model):
    """A long piece of work, done in chunks; each chunk commits together with the cursor behind it.

    `version` counts commits of this row: whoever changes it names the version he read, so a chunk is done by one worker
    only. `runner` is the worker that holds it now, `heartbeat` its last sign of life. `done` and `total` are in the
    kind's own units. `report` is what people read at the end. `key`, where set, allows one living job of that key.
    """

    public_id = KeyField(max_length=16, unique=True, default=new_public_id)
    kind = KeyField(max_length=64)
    title = models.CharField(max_length=200, default="")
    payload = models.JSONField(default=dict)
    state = KeyField(max_length=10, choices=State.choices, default=State.QUEUED)
    key = KeyField(max_length=100, null=True)
    cursor = models.JSONField(null=True)
    version = models.BigIntegerField(default=0)
    runner = KeyField(max_length=32, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    report = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0)
    error_code = KeyField(max_length=64, default="")
    error = models.CharField(max_length=500, default="")
    account_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=LIVING), name="jobs_one_living_per_key"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="jobs_state_known"),
            models.CheckConstraint(condition=Q(done__gte=0), name="jobs_done_not_negative"),
        ]
        indexes = [
            models.Index(fields=["heartbeat"], condition=Q(state__in=LIVING), name="jobs_living_by_heartbeat"),
            models.Index(fields=["account_id", "-id"], name="jobs_by_account"),
            models.Index(fields=["unit_id", "-id"], name="jobs_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Tick(models.Model):
    """When something was last done by the clock: `last_run` is the planned moment, not the actual one.

    While it is being done, `held_until` says until when nobody else takes it: whoever is killed on the way leaves
    `last_run` as it was, and it is done again after that.
    """

    name = KeyField(max_length=120, unique=True)
    last_run = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, default="")

    def __str__(self) -> str:
        return self.name
