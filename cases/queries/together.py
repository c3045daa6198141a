"""The cases that one mail opened, one for each department that it was addressed to, and the keys that tell them.

The first has the key of the mail; each of the others has it with its department behind it, so that a mail that is read
again finds all of them.
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from cases.models import Case
from cases.models.case_set import CaseQuerySet
from cases.models.message import MAIL_KEY
from cases.queries.sql import begins_with

_SIGN: Final = ":"


def key_for(mail_key: str, department_id: int) -> str:
    """Under which key the case of a further department knows the mail."""
    return f"{mail_key}{_SIGN}{department_id}"


def mail_key_of(key: str) -> str:
    """The key of the mail, whichever of its cases or messages has this one."""
    return _SIGN.join(key.split(_SIGN)[:2])


def is_further(key: str) -> bool:
    """Whether the key is that of a case which a mail opened beside its first."""
    return mail_key_of(key) != key


def of_mail(mail_key: str) -> Q:
    """What the keys of a mail's cases, or of the messages that it became, have in common."""
    return Q(source_key=mail_key) | begins_with("source_key", f"{mail_key}{_SIGN}")


def opened_by_mail(mail_key: str) -> CaseQuerySet:
    """The cases of a mail, the first of them first."""
    return Case.objects.filter(of_mail(mail_key)).order_by("id")


def further_cases(mail_keys: Iterable[str]) -> CaseQuerySet:
    """The cases that these mails opened beside their first, the oldest first."""
    further = (begins_with("source_key", f"{key}{_SIGN}") for key in mail_keys)
    return Case.objects.filter(reduce(or_, further, Q(pk=None))).order_by("id")


def opened_beside(case: Case) -> CaseQuerySet:
    """The other cases that the mail opened which opened this one; none for a case of another channel."""
    if not case.source_key.startswith(MAIL_KEY):
        return Case.objects.none()
    return opened_by_mail(mail_key_of(case.source_key)).exclude(pk=case.pk)
