"""Addresses of the machine channels: what people of ours may open of what came in."""

from django.urls import URLPattern, path

from contact_centre.intake import inbox_views, rule_views, views

app_name = "intake"

urlpatterns: list[URLPattern] = [
    path("message/<int:message_id>/original/", views.send_original_mail, name="original"),
    path("message/<int:message_id>/as-sent/", views.show_as_sent, name="as_sent"),
    path("waiting/<str:reference>/", views.show_waiting, name="waiting"),
    path("waiting/<str:reference>/<int:raw_id>/", views.decide, name="decide"),
    path("inbox/", inbox_views.show_inbox, name="inbox"),
    path("inbox/rules/", rule_views.show_rules, name="rules"),
    path("inbox/rules/<int:rule_id>/<slug:name>/", rule_views.change_rule, name="change_rule"),
    path("inbox/<int:raw_id>/", inbox_views.show_mail, name="mail"),
    path("inbox/<int:raw_id>/raw/", inbox_views.send_raw, name="raw_mail"),
    path("inbox/<int:raw_id>/<slug:name>/", inbox_views.decide_mail, name="decide_mail"),
]
