from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("statistics", "0003_places_of_deltas"),
    ]

    operations = [
        migrations.AddField(
            model_name="figure",
            name="entered",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="figuredelta",
            name="entered",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="figuremonth",
            name="entered",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="figuresnapshot",
            name="entered",
            field=models.BigIntegerField(default=0),
        ),
    ]
