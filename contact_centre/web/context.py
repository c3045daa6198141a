"""What every page may say about the city."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The city's name and how its contact centre is reached, from settings; phone and address may be empty."""
    return {
        "city_name": settings.CITY_NAME,
        "city_phone": settings.CITY_PHONE,
        "city_email": settings.CITY_EMAIL,
        "city_address": settings.CITY_ADDRESS,
    }
