from django.db import migrations, models

import zhijia.kernel.db


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", zhijia.kernel.db.KeyField(max_length=64)),
                ("key", zhijia.kernel.db.KeyField(max_length=64)),
                ("digest", zhijia.kernel.db.KeyField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField(default=bytes)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="idempotency_by_age")],
                "constraints": [models.UniqueConstraint(fields=("actor", "key"), name="idempotency_one_answer")],
            },
        ),
    ]
