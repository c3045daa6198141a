"""Addresses of the sockets."""

from django.urls import URLPattern, path, re_path

from contact_centre.live.consumers import DeskConsumer, NoConsumer, TrackConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/desk/", DeskConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/desk/<str:reference>/", DeskConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/track/<str:reference>/<str:key>/", TrackConsumer.as_asgi()),  # type: ignore[arg-type]
    # Last, and for whatever is left: without it the router raises, and the log fills with tracebacks.
    re_path(r"", NoConsumer.as_asgi()),  # type: ignore[arg-type]
]
