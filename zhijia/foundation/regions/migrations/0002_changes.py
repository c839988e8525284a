from django.db import migrations, models

import zhijia.kernel.db


class Migration(migrations.Migration):
    dependencies = [("regions", "0001_regions")]

    operations = [
        migrations.CreateModel(
            name="RegionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", zhijia.kernel.db.KeyField(max_length=16)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("new", "设立"),
                            ("rename", "更名"),
                            ("abolish", "撤销"),
                            ("move", "改隶"),
                            ("merge", "并入"),
                        ],
                        max_length=8,
                    ),
                ),
                ("code", zhijia.kernel.db.KeyField(max_length=12)),
                ("name", models.CharField(blank=True, default="", max_length=60)),
                ("parent_code", zhijia.kernel.db.KeyField(blank=True, default="", max_length=12)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(2, "省"), (3, "市"), (4, "县（市、区）"), (5, "乡镇（街道）")], null=True
                    ),
                ),
                ("replaced_by", zhijia.kernel.db.KeyField(blank=True, default="", max_length=12)),
                ("effective_on", models.DateField()),
                (
                    "outcome",
                    zhijia.kernel.db.KeyField(
                        choices=[
                            ("waiting", "待办"),
                            ("done", "已办"),
                            ("same", "原已如此"),
                            ("refused", "未办"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["batch", "outcome", "effective_on", "number"], name="region_change_order")
                ],
                "constraints": [models.UniqueConstraint(fields=("batch", "number"), name="region_change_row")],
            },
        ),
    ]
