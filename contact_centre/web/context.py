"""What every page may say about the city."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The city's name and the phone of its contact centre, from settings."""
    return {"city_name": settings.CITY_NAME, "city_phone": settings.CITY_PHONE}
