"""Registration of the web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """What the faces share: middleware, forms, health, logging, uploads."""

    name = "contact_centre.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
