"""Whether a dispatcher decided the kind of a matter of law, known of old cases by their department and their events;
and one more reason of the read log."""

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q

DISPATCH = ("DISPATCHER", "HEAD")


def take_over(apps: Any, _schema_editor: Any) -> None:
    case, event = apps.get_model("cases", "Case"), apps.get_model("cases", "CaseEvent")
    by_dispatcher = event.objects.filter(case=OuterRef("pk"), actor_user__role__in=DISPATCH)
    decided = Q(department__isnull=False) | Exists(by_dispatcher.filter(kind="CLASSIFIED"))
    case.objects.filter(decided).update(is_kind_decided=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0015_text_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="is_kind_decided",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="readlog",
            name="reason",
            field=models.CharField(
                choices=[
                    ("CASE_PAGE", "case page"),
                    ("TRACKING_PAGE", "tracking page"),
                    ("FILE", "file"),
                    ("OUTBOX", "outbox"),
                    ("INBOX", "incoming mail"),
                    ("CONTACTS", "list of contacts"),
                    ("STATUS_BY_PHONE", "status told by phone"),
                    ("ALIKE", "cases that may be the same"),
                ],
                max_length=20,
            ),
        ),
    ]
