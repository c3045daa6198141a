"""Every address of the product; each face brings its own."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from contact_centre.desk.views.login import DeskLogin
from contact_centre.web.health import healthz, readyz

handler400 = "contact_centre.web.errors.bad_request"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("login/", DeskLogin.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("desk/", include("contact_centre.desk.urls")),
    path("desk/", include("contact_centre.intake.urls")),
    path("hooks/", include("contact_centre.intake.hook_urls")),
    path("", include("contact_centre.portal.urls")),
]
