from __future__ import annotations

from django.db import models

from zhijia.foundation.casework.rows import ExportRow


class TrailExport(ExportRow):
    """A part of the trail asked for as a file: no entry from outside the subtree of its case's unit is in it.

    `wanted` holds what was filtered, as `selectors.kept` writes it, with ids and codes alone.
    """

    wanted = models.JSONField(default=dict)
