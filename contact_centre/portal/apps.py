"""Registration of the portal app."""

from django.apps import AppConfig
from django.core.checks import register


class PortalConfig(AppConfig):
    """What residents see: the report form and the tracking page."""

    name = "contact_centre.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contact_centre.portal.checks import check_privacy_clause

        register(check_privacy_clause, deploy=True)
