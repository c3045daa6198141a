"""Codes and numbers that several models share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models import Urgency


class Channel(models.TextChoices):
    WEB = "WEB", _("web form")
    EMAIL = "EMAIL", _("e-mail")
    PHONE = "PHONE", _("phone")
    COUNTER = "COUNTER", _("in person")
    LETTER = "LETTER", _("letter")


URGENCY_RANK = {Urgency.DANGER: 0, Urgency.URGENT: 1, Urgency.NORMAL: 2}
# Reopening by the resident is possible until this many days after the answer.
REOPEN_DAYS = 14
