from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_append_only"),
    ]

    operations = [
        migrations.RemoveIndex("auditentry", "audit_by_account"),
        migrations.AddIndex("auditentry", models.Index(fields=["person_id", "at"], name="audit_by_person")),
        migrations.AddIndex("auditentry", models.Index(fields=["event", "at"], name="audit_by_event")),
        migrations.AddIndex("auditentry", models.Index(fields=["outcome", "at"], name="audit_by_outcome")),
        migrations.AddIndex("auditentry", models.Index(fields=["at"], name="audit_by_time")),
    ]
