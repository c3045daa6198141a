"""Registration of the desk app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Where agents and departments work."""

    name = "contact_centre.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
