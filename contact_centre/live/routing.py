"""Addresses of the sockets."""

from django.urls import URLPattern, path

from contact_centre.live.consumers import DeskConsumer, TrackConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/desk/", DeskConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/desk/<str:reference>/", DeskConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/track/<str:reference>/<str:key>/", TrackConsumer.as_asgi()),  # type: ignore[arg-type]
]
