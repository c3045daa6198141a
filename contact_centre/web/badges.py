"""The mark, the tone and the words for every code that people see as a badge.

Words are those of the resident pages; where more is known (a department, a date), or where staff read, the caller
gives them."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Badge:
    """One badge: a tone (a class of parts.css), an icon of the sprite, and words."""

    tone: str
    icon: str
    label: str | Promise


STATUSES: Final[dict[str, Badge]] = {
    "NEW": Badge("new", "inbox", pgettext_lazy("status", "Received")),
    "ASSIGNED": Badge("new", "arrow-right", pgettext_lazy("status", "Passed on")),
    "IN_PROGRESS": Badge("work", "tools", pgettext_lazy("status", "In progress")),
    "PLANNED": Badge("work", "calendar-event", pgettext_lazy("status", "Planned")),
    "WAITING_RESIDENT": Badge("wait", "question-circle", pgettext_lazy("status", "Waiting for a reply")),
    "WAITING_OTHER": Badge("wait", "hourglass-split", pgettext_lazy("status", "Waiting for another body")),
    "RESOLVED": Badge("done", "check-circle", pgettext_lazy("status", "Resolved")),
    "CLOSED": Badge("quiet", "lock", pgettext_lazy("status", "Closed")),
    "MERGED": Badge("quiet", "sign-merge-right", pgettext_lazy("status", "Merged with another report")),
    "WITHDRAWN": Badge("quiet", "arrow-return-left", pgettext_lazy("status", "Withdrawn")),
}

OUTCOMES: Final[dict[str, Badge]] = {
    "DONE": Badge("done", "check-circle-fill", pgettext_lazy("outcome", "Done")),
    "ANSWERED": Badge("done", "chat-left-text", pgettext_lazy("outcome", "Answered")),
    "NOT_CONFIRMED": Badge("quiet", "eye-slash", pgettext_lazy("outcome", "Not found on site")),
    "DECLINED": Badge("danger", "x-circle", pgettext_lazy("outcome", "We cannot do this")),
    "UNEXAMINED": Badge("quiet", "dash-circle", pgettext_lazy("outcome", "Not examined")),
    "FORWARDED": Badge(
        "work", "box-arrow-up-right", pgettext_lazy("outcome", "Forwarded to another authority")
    ),
    "SPAM": Badge("quiet", "slash-circle", pgettext_lazy("outcome", "Spam")),
}

URGENCIES: Final[dict[str, Badge]] = {
    "NORMAL": Badge("plain", "circle", pgettext_lazy("urgency", "Normal")),
    "URGENT": Badge("wait", "exclamation-circle-fill", pgettext_lazy("urgency", "Urgent")),
    "DANGER": Badge("solid", "exclamation-triangle-fill", pgettext_lazy("urgency", "Danger")),
}

CHANNELS: Final[dict[str, Badge]] = {
    "WEB": Badge("plain", "globe2", _("web form")),
    "EMAIL": Badge("plain", "envelope", _("e-mail")),
    "SMS": Badge("plain", "chat-left-text", _("text message")),
    "PHONE": Badge("plain", "telephone", _("phone")),
    "COUNTER": Badge("plain", "person", _("in person")),
    "LETTER": Badge("plain", "mailbox", _("letter")),
}


def status_badge(status: str, outcome: str = "") -> Badge:
    """The badge of a case: a resolved case is shown by its outcome. Raises KeyError for a code we do not have."""
    return OUTCOMES[outcome] if status == "RESOLVED" and outcome else STATUSES[status]
