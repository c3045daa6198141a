"""Registration of the portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """What residents see: the report form and the tracking page."""

    name = "contact_centre.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
