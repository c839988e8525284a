from django.db import migrations, models

import zhijia.kernel.db


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        zhijia.kernel.db.PartitionedTable(
            name="AuditEntry",
            by="at",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("event", zhijia.kernel.db.KeyField(max_length=64)),
                (
                    "outcome",
                    zhijia.kernel.db.KeyField(
                        choices=[("done", "已办理"), ("denied", "被拒绝"), ("read", "查看")],
                        default="done",
                        max_length=8,
                    ),
                ),
                ("actor_kind", zhijia.kernel.db.KeyField(max_length=10)),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("role", zhijia.kernel.db.KeyField(default="", max_length=32)),
                ("unit_id", models.BigIntegerField(null=True)),
                ("address", zhijia.kernel.db.KeyField(default="", max_length=45)),
                ("subject_kind", zhijia.kernel.db.KeyField(default="", max_length=32)),
                ("subject_id", zhijia.kernel.db.KeyField(default="", max_length=40)),
                ("concerns_person_id", models.BigIntegerField(null=True)),
                ("before", zhijia.kernel.db.KeyField(default="", max_length=32)),
                ("after", zhijia.kernel.db.KeyField(default="", max_length=32)),
                ("detail", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id", "at"], name="audit_by_subject"),
                    models.Index(fields=["concerns_person_id", "at"], name="audit_by_concerned"),
                    models.Index(fields=["person_id", "at"], name="audit_by_person"),
                    models.Index(fields=["unit_id", "at"], name="audit_by_unit"),
                    models.Index(fields=["event", "at"], name="audit_by_event"),
                    models.Index(fields=["outcome", "at"], name="audit_by_outcome"),
                    models.Index(fields=["at"], name="audit_by_time"),
                ],
            },
        ),
        zhijia.kernel.db.AppendOnly("AuditEntry"),
        migrations.CreateModel(
            name="SweptMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField()),
                ("count", models.PositiveBigIntegerField(default=0)),
                ("last_id", models.BigIntegerField(default=0)),
                ("digest", zhijia.kernel.db.KeyField(blank=True, default="", max_length=32)),
                ("began_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["month"], name="audit_swept_month")],
            },
        ),
    ]
