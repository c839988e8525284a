from django.db import migrations

import zhijia.kernel.db


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_duplicates"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transfer",
            name="kind",
            field=zhijia.kernel.db.KeyField(
                choices=[
                    ("own", "本人转会"),
                    ("batch", "工会批量转接"),
                    ("secondment", "借调转会"),
                    ("return", "借调期满返回"),
                    ("invited", "工会邀请转会"),
                ],
                max_length=12,
            ),
        ),
    ]
