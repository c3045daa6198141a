"""The door for what mail providers tell of our mails (Anymail's tracking webhooks).

Only the providers that our mails go to are let in, and only with the secret or signature that Anymail checks.
"""

from collections.abc import Callable

import structlog
from anymail import urls
from anymail.exceptions import AnymailConfigurationError, AnymailInsecureWebhookWarning
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

log = structlog.get_logger(__name__)
_VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    pattern.name: pattern.callback for pattern in urls.urlpatterns
}


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def take_news(request: HttpRequest, provider: str) -> HttpResponse:
    """Hand the call to Anymail's view of the provider, which checks it and rings the bell of the notifications.

    Answers 200 only when the news is kept; a provider tells again what it got another answer to.
    """
    view = _VIEWS.get(f"{provider}_tracking_webhook")
    if view is None or provider not in settings.EMAIL_PROVIDERS:
        raise Http404(provider)
    try:
        return view(request)
    except (AnymailConfigurationError, AnymailInsecureWebhookWarning) as error:
        # Without a secret anybody could tell us anything.
        log.error("hook_without_secret", provider=provider, error=type(error).__name__)  # noqa: TRY400
        raise Http404(provider) from error
