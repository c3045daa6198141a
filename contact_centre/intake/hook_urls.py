"""Addresses that providers of mail and text messages call."""

from django.urls import URLPattern, path

from contact_centre.intake.hooks import take_news
from contact_centre.intake.sms.views import take_report, take_text
from contact_centre.intake.webhooks import views

app_name = "hooks"

urlpatterns: list[URLPattern] = [
    path("mail/<slug:provider>/tracking/", take_news, name="mail_tracking"),
    path("mail/<slug:name>/", views.receive_hook, name="mail"),
    path("sms/<slug:provider>/<slug:secret>/report/", take_report, name="sms_report"),
    path("sms/<slug:provider>/<slug:secret>/text/", take_text, name="sms_text"),
]
