"""The one ASGI application: WebSocket by Channels, HTTP by Django's WSGI handler in a pool of threads."""

import os

from a2wsgi import WSGIMiddleware
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_centre.settings.embedded")

# Models may be imported only after this line, and the consumers import them.
pages = get_wsgi_application()

from cases.hints import crier  # noqa: E402
from classifiers.store import serving  # noqa: E402
from contact_centre.live.routing import websocket_urlpatterns  # noqa: E402
from contact_centre.web.spool import BodySpool, Limits  # noqa: E402

WORKER_THREADS = 16

limits = Limits(
    total_bytes=settings.REQUEST_BODY_MAX_BYTES,
    idle_seconds=settings.REQUEST_BODY_IDLE_SECONDS,
    total_seconds=settings.REQUEST_BODY_TOTAL_SECONDS,
)
# The stubs of the two libraries spell Django's types differently from Django's own.
threads = WSGIMiddleware(pages, workers=WORKER_THREADS)  # type: ignore[arg-type]
sockets = URLRouter(websocket_urlpatterns)  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {
        "http": BodySpool(threads, limits),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(sockets)),
    }
)
serving.start_loading()
crier.start()
