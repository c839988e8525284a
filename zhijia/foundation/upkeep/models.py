from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class KeyCheck(models.Model):
    """That a key was used with this database: its name, `seal:1`, and a value that tells it from every other key."""

    name = KeyField(max_length=16, unique=True)
    value = KeyField(max_length=16)
    known_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
