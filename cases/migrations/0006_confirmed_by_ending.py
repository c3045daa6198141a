from django.db import migrations, models
from django.db.models import Exists, OuterRef


def mark_what_was_confirmed(apps, _schema_editor):
    """What was decided at the moment of an end and by whoever ended it was confirmed by that, or is spam."""
    event, prediction = apps.get_model("cases", "CaseEvent"), apps.get_model("cases", "Prediction")
    by_same = event.objects.filter(
        case_id=OuterRef("case_id"),
        occurred_at=OuterRef("decided_at"),
        actor_user_id=OuterRef("decided_by_id"),
    )
    ended, classified = by_same.filter(kind="RESOLVED"), by_same.filter(kind="CLASSIFIED")
    decided = prediction.objects.filter(decided_at__isnull=False)
    decided.filter(Exists(ended), ~Exists(classified)).update(decided_by_ending=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_confidential_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="decided_by_ending",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark_what_was_confirmed, migrations.RunPython.noop),
    ]
