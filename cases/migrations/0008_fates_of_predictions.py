"""The first suggestion of each reading, and whether it was corrected, as columns, and an index from which the figures of daily work are counted."""

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce


def copy_first_codes(apps: Any, _schema_editor: Any) -> None:
    """For the readings from before; "" where nothing was suggested."""
    predictions = apps.get_model("cases", "Prediction").objects.all()
    predictions.update(first_code=Coalesce(KT("suggestions__0__code"), Value("")))


def mark_corrected(apps: Any, _schema_editor: Any) -> None:
    """What was passed on as one topic and then decided as another, or as no case."""
    prediction, category = (
        apps.get_model(*name) for name in (("cases", "Prediction"), ("routing", "Category"))
    )
    first = category.objects.filter(code=OuterRef("first_code"), pk=OuterRef("decided_category_id"))
    later = prediction.objects.filter(was_routed=True, decided_at__gt=F("created_at"))
    is_other = Q(decided_category__isnull=False, decided_by_ending=False) & ~Exists(first)
    later.filter(~Q(decided_noncase="") | is_other).update(was_corrected=True)


class Migration(migrations.Migration):
    # Step by step: with a million readings no lock is held until the last step is done.
    atomic = False
    dependencies = [
        ("cases", "0007_forgotten_originals"),
    ]

    operations = [
        migrations.AddField(
            model_name="prediction",
            name="first_code",
            field=models.CharField(blank=True, default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="prediction",
            name="was_corrected",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(copy_first_codes, migrations.RunPython.noop),
        migrations.RunPython(mark_corrected, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name="prediction",
            name="prediction_by_time",
        ),
        migrations.AddIndex(
            model_name="prediction",
            index=models.Index(
                fields=[
                    "created_at",
                    "was_routed",
                    "was_corrected",
                    "decided_by_ending",
                    "decided_category",
                    "first_code",
                ],
                name="prediction_by_fate",
            ),
        ),
    ]
