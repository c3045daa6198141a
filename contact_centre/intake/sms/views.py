"""The doors for the provider of text messages. An answer of 200 means that what it told is stored."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contact_centre.intake import store
from contact_centre.intake.fetching import settle_soon
from contact_centre.intake.models import RawChannel
from contact_centre.intake.sms.callers import fields_of, is_provider
from contact_centre.intake.sms.reports import READERS
from contact_centre.intake.sms.texts import pack
from notifications.outcomes import keep_news

# What SMSAPI wants to read; it calls again until it does.
_TAKEN = "OK"


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def take_report(request: HttpRequest, provider: str, secret: str) -> HttpResponse:
    """Keep what the provider tells of our text messages. 404 for everybody else."""
    _only_the_provider(request, provider, secret)
    at = timezone.now()
    for news in READERS[provider](fields_of(request), at):
        keep_news(news, at=at)
    return _taken(provider)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def take_text(request: HttpRequest, provider: str, secret: str) -> HttpResponse:
    """Store what a resident wrote to our number, before anybody reads it. 404 for everybody else."""
    _only_the_provider(request, provider, secret)
    raw = pack(provider, fields_of(request))
    row = store.keep(raw, channel=RawChannel.SMS, at=timezone.now())
    settle_soon(row)
    return _taken(provider)


def _only_the_provider(request: HttpRequest, provider: str, secret: str) -> None:
    if not is_provider(request, provider, secret):
        raise Http404(provider)


def _taken(provider: str) -> HttpResponse:
    """Twilio would send words of an answer on to the resident."""
    if provider == "twilio":
        return HttpResponse("<Response/>", content_type="text/xml")
    return HttpResponse(_TAKEN, content_type="text/plain")
