from django.db import migrations, models

import zhijia.kernel.db
import zhijia.kernel.ids


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "public_id",
                    zhijia.kernel.db.KeyField(default=zhijia.kernel.ids.new_public_id, max_length=16, unique=True),
                ),
                ("number_digest", zhijia.kernel.db.KeyField(max_length=32, null=True, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("elder", models.BooleanField(default=False)),
                ("dense", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
            ],
            options={"abstract": False},
        ),
    ]
