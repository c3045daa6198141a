"""Registration of the live app."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """Pushes to open pages over WebSocket: ids and versions only."""

    name = "contact_centre.live"
    label = "live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contact_centre.live import pushes

        pushes.connect()
