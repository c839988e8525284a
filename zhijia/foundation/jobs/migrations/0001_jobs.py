from django.db import migrations, models

import zhijia.kernel.db
import zhijia.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", zhijia.kernel.db.KeyField(max_length=120, unique=True)),
                ("last_run", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(default="", max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    zhijia.kernel.db.KeyField(default=zhijia.kernel.ids.new_public_id, max_length=16, unique=True),
                ),
                ("kind", zhijia.kernel.db.KeyField(max_length=64)),
                ("title", models.CharField(default="", max_length=200)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("queued", "排队中"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("failed", "未完成"),
                            ("cancelled", "已取消"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("key", zhijia.kernel.db.KeyField(max_length=100, null=True)),
                ("cursor", models.JSONField(null=True)),
                ("version", models.BigIntegerField(default=0)),
                ("runner", zhijia.kernel.db.KeyField(default="", max_length=32)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(null=True)),
                ("report", models.JSONField(default=dict)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("error_code", zhijia.kernel.db.KeyField(default="", max_length=64)),
                ("error", models.CharField(default="", max_length=500)),
                ("account_id", models.BigIntegerField(null=True)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("heartbeat", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["heartbeat"],
                        name="jobs_living_by_heartbeat",
                    ),
                    models.Index(fields=["account_id", "-id"], name="jobs_by_account"),
                    models.Index(fields=["unit_id", "-id"], name="jobs_by_unit"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=("key",),
                        name="jobs_one_living_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed", "cancelled"])),
                        name="jobs_state_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("done__gte", 0)), name="jobs_done_not_negative"),
                ],
            },
        ),
    ]
