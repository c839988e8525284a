import django.db.models.deletion
from django.db import migrations, models

import zhijia.kernel.db
import zhijia.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0002_changes"),
        ("unions", "0002_loads_and_federations"),
        ("workflow", "0002_stood_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterExport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("form", zhijia.kernel.db.KeyField(max_length=4)),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("file", zhijia.kernel.db.KeyField(blank=True, default="", max_length=16)),
                ("job", zhijia.kernel.db.KeyField(blank=True, default="", max_length=16)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("ready_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflow.case"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="unions.union"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterLoad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    zhijia.kernel.db.KeyField(default=zhijia.kernel.ids.new_public_id, max_length=16, unique=True),
                ),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("file", zhijia.kernel.db.KeyField(blank=True, default="", max_length=16)),
                ("file_name", models.CharField(max_length=120)),
                ("digest", zhijia.kernel.db.KeyField(max_length=64)),
                ("header", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "state",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("mapping", "待对应列"),
                            ("checking", "正在核对"),
                            ("checked", "待写入"),
                            ("writing", "正在写入"),
                            ("done", "已完成"),
                            ("dropped", "已放弃"),
                        ],
                        default="mapping",
                        max_length=8,
                    ),
                ),
                ("job", zhijia.kernel.db.KeyField(blank=True, default="", max_length=16)),
                ("rows", models.PositiveIntegerField(null=True)),
                ("cursor", models.PositiveIntegerField(default=0)),
                ("figures", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="unions.union"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterFault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(blank=True, default="", max_length=30)),
                (
                    "kind",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("data", "data"),
                            ("elsewhere", "elsewhere"),
                            ("employer", "employer"),
                            ("twice", "twice"),
                        ],
                        max_length=10,
                    ),
                ),
                ("union_id", models.BigIntegerField(null=True)),
                ("faults", models.JSONField(default=list)),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="refused", to="members.rosterload"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("data", "data"),
                            ("elsewhere", "elsewhere"),
                            ("employer", "employer"),
                            ("twice", "twice"),
                        ],
                        max_length=10,
                    ),
                ),
                ("identity", zhijia.kernel.db.KeyField(max_length=32)),
                ("person_id", models.BigIntegerField(null=True)),
                ("row_sealed", models.BinaryField()),
                ("faults", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workflow.case"
                    ),
                ),
                (
                    "union",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="unions.union"),
                ),
                (
                    "load",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.rosterload"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("header", zhijia.kernel.db.KeyField(max_length=64)),
                ("mapping", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "union",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="unions.union"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="rosterload",
            index=models.Index(fields=["unit", "-id"], name="roster_load_by_unit"),
        ),
        migrations.AddIndex(
            model_name="rosterload",
            index=models.Index(fields=["account_id", "-id"], name="roster_load_by_account"),
        ),
        migrations.AddIndex(
            model_name="rosterload",
            index=models.Index(fields=["digest", "unit"], name="roster_load_again"),
        ),
        migrations.AddIndex(
            model_name="rosterload",
            index=models.Index(fields=["created_at"], name="roster_load_by_age"),
        ),
        migrations.AddIndex(
            model_name="rosterfault",
            index=models.Index(fields=["load", "kind", "number"], name="roster_fault_kind"),
        ),
        migrations.AddConstraint(
            model_name="rosterfault",
            constraint=models.UniqueConstraint(fields=("load", "number"), name="roster_fault_row"),
        ),
        migrations.AddIndex(
            model_name="rosterconflict",
            index=models.Index(fields=["load", "number"], name="roster_conflict_of_load"),
        ),
        migrations.AddIndex(
            model_name="rosterconflict",
            index=models.Index(fields=["person_id", "union"], name="roster_conflict_person"),
        ),
        migrations.AddConstraint(
            model_name="rosterconflict",
            constraint=models.UniqueConstraint(fields=("union", "kind", "identity"), name="roster_conflict_once"),
        ),
        migrations.AddConstraint(
            model_name="rostermapping",
            constraint=models.UniqueConstraint(fields=("union", "header"), name="roster_mapping_once"),
        ),
    ]
