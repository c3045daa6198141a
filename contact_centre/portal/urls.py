"""The addresses of the resident pages."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from contact_centre.portal.views import files, find, home, report, stop, tracking, wishes


class ReferenceConverter(StringConverter):
    regex = r"[A-Z]{2,8}-\d{4}-\d{1,12}-\d"


class KeyConverter(StringConverter):
    regex = "[A-Za-z0-9]{8,64}"


class StopTokenConverter(StringConverter):
    regex = r"[a-z0-9.]{10,64}"


class FileNameConverter(StringConverter):
    regex = r"[a-z0-9.-]{1,160}"


register_converter(ReferenceConverter, "reference")
register_converter(KeyConverter, "key")
register_converter(StopTokenConverter, "stop_token")
register_converter(FileNameConverter, "file_name")

app_name = "portal"

_CASE = "track/<reference:reference>/<key:key>/"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("report/", report.report, name="report"),
    path("report/streets/", report.streets, name="streets"),
    path("report/category/", report.category_hint, name="category_hint"),
    path("track/", find.find, name="find"),
    path("track/sent/", find.find_sent, name="find_sent"),
    path("track/left/", find.left, name="left"),
    path("track/stop/<stop_token:token>/", stop.stop, name="stop"),
    path(_CASE, tracking.track, name="track"),
    path(f"{_CASE}received/", tracking.received, name="received"),
    path(f"{_CASE}confirm/", tracking.confirm, name="confirm"),
    path(f"{_CASE}withdraw/", tracking.withdraw, name="withdraw"),
    path(f"{_CASE}reopen/", tracking.reopen, name="reopen"),
    path(f"{_CASE}wishes/", wishes.wishes, name="wishes"),
    path(f"{_CASE}file/<int:file_id>/<file_name:name>", files.show_file, name="file"),
    path("privacy/", home.privacy, name="privacy"),
    path("how-requests-are-sorted/", home.sorting, name="sorting"),
    path("accessibility/", home.accessibility, name="accessibility"),
]
