"""Originals of photos on cases that need no evidence are no longer referred to; the nightly cleaning deletes them."""

from typing import Any

from django.db import migrations, models


def forget_originals(apps: Any, _schema_editor: Any) -> None:
    """What ``settle_evidence`` does from now on, for the cases that were settled before."""
    photos = apps.get_model("cases", "Attachment").objects.exclude(display_path="")
    photos.filter(case__category__keeps_evidence=False).update(
        original_path="", taken_at=None, taken_lat=None, taken_lon=None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_confirmed_by_ending"),
        ("routing", "0003_merged_categories"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="original_path",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RunPython(forget_originals, migrations.RunPython.noop),
    ]
