from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class Counter(models.Model):
    """Hits of one key since `started_at`; `key` is a keyed digest or an id, never a number or an address in clear.

    From `ends_at` on the row counts for nothing and is deleted by the clock.
    """

    name = KeyField(max_length=64)
    key = KeyField(max_length=64)
    hits = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="limits_one_counter")]
        indexes = [models.Index(fields=["ends_at"], name="limits_by_end")]

    def __str__(self) -> str:
        return f"{self.name} {self.hits}"
