from django.db import migrations, models

import zhijia.kernel.db


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", zhijia.kernel.db.KeyField(max_length=16, unique=True)),
                ("value", zhijia.kernel.db.KeyField(max_length=16)),
                ("known_at", models.DateTimeField()),
            ],
        ),
    ]
