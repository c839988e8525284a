from django.db import migrations

from zhijia.kernel.db import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_swept_months"),
    ]

    operations = [
        AppendOnly("AuditEntry"),
    ]
