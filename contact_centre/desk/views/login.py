"""Signing in. A demonstration names its logins; an installation of a city never does."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView

from routing.demo_people import DEMO_PASSWORD
from routing.loading import read_table
from routing.models import User


@dataclass(frozen=True, slots=True)
class DemoPerson:
    username: str
    role: str
    departments: str


class DeskLogin(LoginView):
    """Django's login with our page; whoever is signed in already goes on to the desk."""

    template_name = "desk/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """In a demonstration with the people who may be tried out."""
        context = super().get_context_data(**kwargs)
        if settings.DEMO:
            context |= {"demo_people": _demo_people(), "demo_password": DEMO_PASSWORD}
        return context


def _demo_people() -> list[DemoPerson]:
    names = [row["username"] for row in read_table(settings.CITY_DATA_DIR, "people")["person"]]
    people = User.objects.filter(username__in=names, is_active=True).prefetch_related("departments")
    return [
        DemoPerson(
            username=person.username,
            role=person.get_role_display(),
            departments=", ".join(department.name for department in person.departments.all()),
        )
        for person in people.order_by("id")
    ]
