"""Two questions a machine may ask: is the process up, and may it be sent visitors?"""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

from classifiers.store import serving
from notifications.queries import outbox_trouble

logger = structlog.get_logger(__name__)

BROKER_SECONDS = 2


class NotReady(Exception):
    """A part of the product cannot serve yet."""


class Degraded(Exception):
    """A part of the product is missing, and people do its work: visitors may come all the same."""


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part with ``ok``, ``degraded`` or ``failed``; 503 when any has failed. Reasons go to the log, not to the
    asker.
    """
    parts = {name: _state(name, check) for name, check in CHECKS.items()}
    ready = "failed" not in parts.values()
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "parts": parts}, status=200 if ready else 503
    )


def check_database() -> None:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    """No migration of this version is missing from the database."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are missing")


def check_broker() -> None:
    """The broker takes messages: its directory may be written, or its server answers."""
    url = urlsplit(settings.CELERY_BROKER_URL)
    if url.scheme == "filesystem":
        if not os.access(url.path, os.W_OK):
            raise NotReady("the broker's directory is missing or read-only")
        return
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(settings.CELERY_BROKER_URL, transport_options=options) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)


def check_model() -> None:
    """The classifier is in memory. One that cannot be loaded keeps nobody out: cases then go to people."""
    if serving.current() is not None:
        return
    if serving.has_failed():
        raise Degraded(serving.problem())
    raise NotReady("the classifier is not loaded")


def check_outbox() -> None:
    """Notices leave. Where some could not, or nobody hands them over, people have to look; visitors may come."""
    if trouble := outbox_trouble(timezone.now()):
        raise Degraded(str(trouble))


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "model": check_model,
    "outbox": check_outbox,
}


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Degraded as error:
        logger.warning("degraded", part=name, error=repr(error))
        return "degraded"
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a part, the answer is that it is not ready
        logger.warning("not_ready", part=name, error=repr(error))
        return "failed"
    return "ok"
