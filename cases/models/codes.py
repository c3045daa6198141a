"""Codes and numbers that several models share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models import Urgency


class Channel(models.TextChoices):
    WEB = "WEB", _("web form")
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")
    PHONE = "PHONE", _("phone")
    COUNTER = "COUNTER", _("in person")
    LETTER = "LETTER", _("letter")


class Held(models.TextChoices):
    """Why the machine left a case for a person."""

    LANGUAGE = "LANGUAGE", _("it seems to be in none of the languages that the system reads")
    NO_CATEGORY = "NO_CATEGORY", _("there are no words in it that we know")
    UNSURE = "UNSURE", _("its words are not clear enough: no category is as sure as it has to be")
    OTHER_CATEGORY = "OTHER_CATEGORY", _("its words clearly speak for another category than the one chosen")
    LEGAL = "LEGAL", _("it may be a matter of law")
    NO_CASE = "NO_CASE", _("it may be no matter for the city at all")
    NO_DEPARTMENT = "NO_DEPARTMENT", _("no rule and no category names a department for it")
    KEPT_AWAY = "KEPT_AWAY", _("its department is kept away from the case")
    PERSON_FIRST = "PERSON_FIRST", _("a person was faster")


URGENCY_RANK = {Urgency.DANGER: 0, Urgency.URGENT: 1, Urgency.NORMAL: 2}
# Reopening by the resident is possible until this many days after the answer.
REOPEN_DAYS = 14
