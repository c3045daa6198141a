"""The product: settings, ASGI, Celery and the faces that people and machines meet."""

from contact_centre.celery import app as celery_app

__all__ = ["celery_app"]
