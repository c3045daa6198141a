"""The address that providers call. An answer of 200 means that every mail of the call is stored and committed."""

from collections.abc import Iterator

import httpx
import structlog
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailWebhookValidationFailure
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from contact_centre.intake import store, too_large
from contact_centre.intake.addresses import mailbox_of
from contact_centre.intake.fetching import settle_soon
from contact_centre.intake.mailboxes.progress import takes_no_more
from contact_centre.intake.models import MailSource, RawChannel, RawMessage
from contact_centre.intake.store import Arrival
from contact_centre.intake.trace import with_envelope
from contact_centre.intake.webhooks.body import BadForm, read_whole
from contact_centre.intake.webhooks.providers import Call, HookMail, Provider, provider_of
from contact_centre.intake.webhooks.unreadable import keep_call
from contact_centre.intake.webhooks.views_of_ours import Unreadable


class TooOften(Exception):
    """Every mailbox that the mail is for has taken in as many as it takes in an hour."""


log = structlog.get_logger(__name__)


@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def receive_hook(request: HttpRequest, name: str) -> HttpResponse:
    """Take in the mails of one call. 404 where the provider is off, 400 for a forgery, 401 where a password is asked;
    5xx for trouble of ours: the provider calls again.
    """
    provider = provider_of(name)
    if provider is None:
        raise Http404(name)
    if request.method == "HEAD":
        return HttpResponse()
    try:
        call = _verified(provider, request)
    except (AnymailWebhookValidationFailure, BadForm, ValueError, KeyError) as error:
        log.warning("hook_refused", provider=name, error=type(error).__name__)
        return _refusal(request)
    except httpx.HTTPError as error:
        log.warning("hook_not_verified", provider=name, error=type(error).__name__)
        return HttpResponse(status=503)
    return _take_in(provider, name, call)


def _take_in(provider: Provider, name: str, call: Call) -> HttpResponse:
    try:
        rows = [_keep(name, mail) for mail in _mails(provider, call)]
    except TooOften:
        # No 4xx: some providers take it for a last word and throw the mail away.
        return HttpResponse(status=503, headers={"Retry-After": "600"})
    except Unreadable as error:
        log.exception("hook_unreadable", provider=name)
        keep_call(name, call.request.body, str(error))
        return HttpResponse(status=500)
    except Exception:
        # Whatever it is, the mail is not safe: the provider must keep it and call again.
        log.exception("hook_failed", provider=name)
        return HttpResponse(status=500)
    for row in rows:
        settle_soon(row)
    return HttpResponse()


def _verified(provider: Provider, request: HttpRequest) -> Call:
    fields = read_whole(request)
    view = provider.view()
    view.run_validators(request)
    return Call(view, request, fields)


def _refusal(request: HttpRequest) -> HttpResponse:
    if "Authorization" in request.headers:
        return HttpResponse(status=400)
    # Amazon, and whoever else holds a password, sends it only when asked.
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail"'})


def _mails(provider: Provider, call: Call) -> Iterator[HookMail]:
    try:
        yield from provider.read(call)
    except AnymailAPIError:
        # The mail lies with the provider, who does not give it now.
        raise
    except (LookupError, TypeError, ValueError, AttributeError, AnymailError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error


def _keep(name: str, mail: HookMail) -> RawMessage:
    at = timezone.now()
    boxes = [box for one in mail.recipients if (box := mailbox_of(one))]
    if takes_no_more(mail.recipients, at):
        raise TooOften(name)
    arrival = Arrival(
        MailSource.WEBHOOK, boxes[0] if boxes else None, name, mail.external_id, mail.recipients
    )
    raw = with_envelope(mail.raw, mail.sender, mail.recipients)
    most = max((box.max_bytes for box in boxes), default=settings.MAIL_MAX_BYTES)
    too_big = too_large.described(store.header_of(raw), len(raw)) if len(mail.raw) > most else None
    return store.keep(raw, channel=RawChannel.MAIL, at=at, arrival=arrival, too_large=too_big)
