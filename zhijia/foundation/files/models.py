from __future__ import annotations

from django.db import models

from zhijia.kernel.db import KeyField


class StoredFile(models.Model):
    """A file and what it belongs to; the content lies sealed in the store under `location`.

    `about_kind` and `about_id` name what it was given for, such as `case` and its public id. The row stays when the
    content is gone (`dropped_at`): it is the record of the deletion.
    """

    public_id = KeyField(max_length=16, unique=True)
    use = KeyField(max_length=32)
    about_kind = KeyField(max_length=16)
    about_id = KeyField(max_length=32)
    name = models.CharField(max_length=120)
    type = KeyField(max_length=8)
    size = models.BigIntegerField()
    digest = KeyField(max_length=64)
    location = KeyField(max_length=64)
    person_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    keep_until = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["about_kind", "about_id"], name="file_about"),
            models.Index(
                fields=["keep_until"],
                condition=models.Q(dropped_at__isnull=True, keep_until__isnull=False),
                name="file_to_drop",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
