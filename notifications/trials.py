"""A mail to one of us, to see words as a resident's mail program would show them."""

from datetime import datetime
from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from notifications.channels.base import NotNow
from notifications.channels.relays import choose
from notifications.links import loop_id
from notifications.models import Priority
from notifications.rendering import Rendered


class CannotTry(Exception):
    """The mail system did not take it, or there is no address; the message says why."""


def send_trial(words: Rendered, *, to: str, at: datetime) -> None:
    """Send the words to an address of ours, marked as a trial; of no case, so that an answer to it joins none.

    Raises CannotTry.
    """
    if not to:
        raise CannotTry(_("Your login has no e-mail address."))
    try:
        _compose(words, to, at).send()
    except NotNow as error:
        raise CannotTry(_("So many mails go out just now that this one has to wait.")) from error
    except Exception as error:
        raise CannotTry(f"{type(error).__name__}: {error}") from error


def _compose(words: Rendered, to: str, at: datetime) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=_("Trial: %(subject)s") % {"subject": words.subject},
        body=words.text,
        from_email=str(Address(words.sender, addr_spec=settings.DEFAULT_FROM_EMAIL)),
        to=[to],
        headers={
            "X-Loop-Id": loop_id(),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
        connection=choose(Priority.LAST, 1, at=at).connect(),
    )
    if words.html:
        message.attach_alternative(words.html, "text/html")
    return message
