from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0006_blacklist"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["initials", "id"], condition=Q(until__isnull=True), name="membership_initials"),
        ),
    ]
