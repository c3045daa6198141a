"""The Celery application. Tasks live in the rooms; their queues are listed in the settings."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

from cases.hints import crier
from contact_centre.web.logging import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_centre.settings.embedded")

TRANSPORT_ALIASES["filesystem"] = "contact_centre.broker:Transport"

app = Celery("contact_centre")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def log_like_the_web(**_: object) -> None:
    """Worker and beat write the same structured lines as the web process."""
    configure_logging(settings.LOGGING)


@worker_process_init.connect
def cry_apart(**_: object) -> None:
    """A process that runs tasks tells of its changes as the web process does: by a thread, together."""
    crier.start()
