from django.db import migrations, models

import zhijia.kernel.db


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", zhijia.kernel.db.KeyField(max_length=64)),
                ("key", zhijia.kernel.db.KeyField(max_length=64)),
                ("hits", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="limits_by_end")],
                "constraints": [models.UniqueConstraint(fields=("name", "key"), name="limits_one_counter")],
            },
        ),
    ]
