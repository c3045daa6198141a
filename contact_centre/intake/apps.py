"""Registration of the intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Channels where no person of ours is at the screen."""

    name = "contact_centre.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contact_centre.intake import tasks

        assert tasks.sweep_mails.name, "the tasks are known wherever the product runs"
