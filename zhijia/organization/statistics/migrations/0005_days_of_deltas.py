from datetime import date

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0004_entered"),
    ]

    operations = [
        migrations.AddField(
            model_name="figuredelta",
            name="day",
            field=models.DateField(default=date(2000, 1, 1)),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="FigureDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("members", models.BigIntegerField(default=0)),
                ("joined", models.BigIntegerField(default=0)),
                ("entered", models.BigIntegerField(default=0)),
                ("left", models.BigIntegerField(default=0)),
                ("real_name", models.BigIntegerField(default=0)),
                ("activated", models.BigIntegerField(default=0)),
                ("female", models.BigIntegerField(default=0)),
                ("migrant", models.BigIntegerField(default=0)),
                ("new_form", models.BigIntegerField(default=0)),
                ("dispatched", models.BigIntegerField(default=0)),
                ("unions", models.BigIntegerField(default=0)),
                ("retained", models.BigIntegerField(default=0)),
                ("union_id", models.BigIntegerField()),
                ("day", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "union_id"), name="figure_day_once")],
            },
        ),
    ]
