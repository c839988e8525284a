from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class LogEntry(models.Model):
    """A sealed row. `index` is its leaf; `salt` hides it: without the salt nobody can tell whose row a leaf stands for.

    Erasing an entry's salt (and the row) leaves the tree whole.
    """

    index = models.BigIntegerField(unique=True)
    source = KeyField(max_length=32)
    row_id = models.BigIntegerField()
    salt = models.BinaryField()
    leaf = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row_id"], name="ledger_row_once")]

    def __str__(self) -> str:
        return f"{self.index} {self.source}:{self.row_id}"


class LogNode(models.Model):
    """A complete subtree: leaves `[position << level, (position + 1) << level)`. Written once, never changed."""

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "position"], name="ledger_node_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class TreeHead(models.Model):
    """The root over the first `size` leaves, signed by the installation's key `key_id`."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    key_id = models.PositiveSmallIntegerField()
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()[:16]}"


class SourceState(models.Model):
    """Up to which row of a table everything is sealed; rows behind it may still be on their way."""

    name = KeyField(max_length=32, unique=True)
    settled_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.settled_id}"


class LogCheck(models.Model):
    """A look at leaves `[begin, end)` and what was wrong: up to 100 sentences."""

    at = models.DateTimeField()
    begin = models.BigIntegerField()
    end = models.BigIntegerField()
    size = models.BigIntegerField()
    wrong = models.JSONField(default=list)
    state = KeyField(max_length=8, default="ok")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.state}"
