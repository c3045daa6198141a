"""The menu of the desk: only what the person's role may open."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.access import may_read_log, sees_contacts
from cases.actors import Actor
from cases.states import DESK
from contact_centre.web.menu_counts import COUNTS
from routing.models import Role


def _everybody(_by: Actor) -> bool:
    return True


def _decides_mails(by: Actor) -> bool:
    return by.role in DESK


def _tries_words(by: Actor) -> bool:
    return by.role == Role.HEAD


_ENTRIES = (
    ("desk:queue", _("Queue"), "inbox", _everybody),
    ("desk:call", _("Log a contact"), "telephone", _everybody),
    ("desk:contacts", _("Contacts"), "people", sees_contacts),
    ("desk:outbox", _("Outbox"), "send", _everybody),
    ("intake:inbox", _("Mail"), "mailbox", _decides_mails),
    ("desk:readings", _("Read log"), "eye", may_read_log),
    ("desk:words", _("Words"), "chat-left-text", _tries_words),
)
_OF_ADMINISTRATORS = (
    ("desk:models", _("Classifier"), "stars"),
    ("desk:words", _("Words"), "chat-left-text"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    label: str | Promise
    icon: str
    is_here: bool
    # What waits for a person there.
    count: int = 0


def menu_of(request: HttpRequest) -> list[Entry]:
    """The entries for whoever asks. Without a desk (``guard.DeskRequest.by``) that is the administration at most."""
    by: Actor | None = getattr(request, "by", None)
    if by is not None:
        return [_entry(request, name, label, icon) for name, label, icon, may in _ENTRIES if may(by)]
    user = getattr(request, "user", None)
    if user is None or not user.is_active:
        return []
    own = [_entry(request, *entry) for entry in _OF_ADMINISTRATORS] if user.role == Role.ADMIN else []
    administration = [_entry(request, "admin:index", _("Administration"), "gear")] if user.is_staff else []
    return [*own, *administration]


def _entry(request: HttpRequest, name: str, label: str | Promise, icon: str) -> Entry:
    url = reverse(name)
    count = COUNTS[name]() if name in COUNTS else 0
    return Entry(url, label, icon, is_here=request.path == url, count=count)
