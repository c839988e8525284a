from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_jobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="tick",
            name="held_until",
            field=models.DateTimeField(null=True),
        ),
    ]
