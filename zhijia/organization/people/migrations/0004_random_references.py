from __future__ import annotations

from typing import Any

from django.db import migrations


def wipe(apps: Any, schema_editor: Any) -> None:
    """The offline source once gave a plain hash of the document number, which a second of guessing turns back."""
    apps.get_model("people", "RealNameCheck").objects.filter(source="offline").update(reference="")


class Migration(migrations.Migration):
    dependencies = [("people", "0003_rights")]

    operations = [migrations.RunPython(wipe, migrations.RunPython.noop)]
