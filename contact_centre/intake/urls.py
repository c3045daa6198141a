"""Addresses of the machine channels: what people of ours may open of what came in."""

from django.urls import URLPattern, path

from contact_centre.intake import views

app_name = "intake"

urlpatterns: list[URLPattern] = [
    path("message/<int:message_id>/original/", views.send_original_mail, name="original"),
    path("message/<int:message_id>/as-sent/", views.show_as_sent, name="as_sent"),
    path("waiting/<str:reference>/", views.show_waiting, name="waiting"),
    path("waiting/<str:reference>/<int:raw_id>/", views.decide, name="decide"),
]
