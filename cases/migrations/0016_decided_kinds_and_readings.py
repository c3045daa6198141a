"""Whether a dispatcher decided the kind of a matter of law, known of old cases by their department and by who decided
last; and one more reason of the read log."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery

DISPATCH = ("DISPATCHER", "HEAD")


def take_over(apps: Any, _schema_editor: Any) -> None:
    case, event = apps.get_model("cases", "Case"), apps.get_model("cases", "CaseEvent")
    deciding = event.objects.filter(case=OuterRef("pk"), kind__in=("RECEIVED", "CLASSIFIED", "ROUTED"))
    last_role = deciding.order_by("-id").values("actor_user__role")[:1]
    # Of other cases nobody asks, and few rows keep the table only for a moment.
    gated = case.objects.filter(is_restricted=True).annotate(last_role=Subquery(last_role))
    decided = gated.filter(Q(department__isnull=False) | Q(last_role__in=DISPATCH))
    case.objects.filter(pk__in=decided.values("pk")).update(is_kind_decided=True)


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
