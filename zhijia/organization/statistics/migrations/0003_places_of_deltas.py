from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

import zhijia.kernel.db


def place_pending(apps: Any, schema_editor: Any) -> None:
    """Deltas that wait to be folded stand where their unions do."""
    union = apps.get_model("unions", "Union").objects.filter(pk=OuterRef("union_id"))
    apps.get_model("statistics", "FigureDelta").objects.update(path=Subquery(union.values("path")[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0002_retained"),
        ("unions", "0001_unions"),
    ]

    operations = [
        migrations.AddField(
            model_name="figuredelta",
            name="path",
            field=zhijia.kernel.db.KeyField(default="", max_length=48),
            preserve_default=False,
        ),
        migrations.RunPython(place_pending, migrations.RunPython.noop, elidable=True),
    ]
