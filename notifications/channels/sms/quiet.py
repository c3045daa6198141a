"""The hours in which nobody is woken by a text message, by the city's clock."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone


def quiet_until(at: datetime) -> datetime | None:
    """When the quiet hours end in which ``at`` lies; None outside them."""
    begin, end = settings.SMS_QUIET_HOURS
    local = timezone.localtime(at)
    is_over_midnight = begin > end
    is_evening, is_morning = local.hour >= begin, local.hour < end
    if not ((is_evening or is_morning) if is_over_midnight else (is_evening and is_morning)):
        return None
    day = local.date() + timedelta(days=1 if is_over_midnight and is_evening else 0)
    return datetime.combine(day, datetime.min.time(), tzinfo=local.tzinfo).replace(hour=end)
