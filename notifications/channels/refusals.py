"""What a failed hand-over of a mail is about: this person and these words, this moment, or the mail system itself.

Only what is about the person or the words ends a notice. A mail system that refuses us (no relaying, a blocklist, an
account that is not verified or has no credit) would refuse everybody else's notice too, and takes it when it is put
right.
"""

import re
from enum import Enum
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Final

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailSerializationError
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import BadHeaderError

from notifications.models import SuppressionReason
from notifications.suppression import status_in, verdict_on


class About(Enum):
    """Whom a failure is about, and so what follows."""

    MAIL = "this person or these words: no other try helps"
    MOMENT = "this person for now: the mail system is at work, and is asked again"
    RELAY = "the mail system: it may be away, another one is asked meanwhile"
    ACCOUNT = "us: it takes nothing until an administrator puts that right; another one is asked meanwhile"
    OURSELVES = "none of them: our own fault, tried again"


_PERMANENT: Final = 500
_TOO_LARGE: Final = 413
_UNAUTHORISED: Final = (401, 402, 403)
_NOT_UNDERSTOOD: Final = (400, 422)
# Replies to a recipient that mean her, where no status code says more (RFC 5321, 4.2.3).
_NO_SUCH_PERSON: Final = (501, 550, 551, 552, 553)
_OVER_SIZE: Final = 552
_SIZE: Final = ("2.3", "3.4")
# Subjects of a status code (RFC 3463): address, mailbox. Of the addresses these two are ours.
_ADDRESS: Final = ("1", "2")
_SENDER: Final = ("1.7", "1.8")
_CONTENT: Final = "6"
# The same replies are given for what has nothing to do with the recipient.
_ABOUT_US: Final = re.compile(r"rela[yi]|authenti|block|blacklist|policy|reputation", re.IGNORECASE)
_ABOUT_WORDS: Final = re.compile(r"\b(spam|virus|malware|phishing|content)\b", re.IGNORECASE)


def about(error: Exception, address: str) -> About:
    """What the failure is about; ``address`` is the person's."""
    if isinstance(error, AnymailRecipientsRefused | AnymailSerializationError):
        return About.MAIL
    if isinstance(error, AnymailAPIError):
        return _of_provider(error, address)
    if isinstance(error, ImproperlyConfigured):
        return About.ACCOUNT
    if isinstance(error, SMTPException):
        return _of_smtp(error, address)
    if isinstance(error, OSError):
        return About.RELAY
    return About.MAIL if _cannot_be_written(error, address) else About.OURSELVES


def _cannot_be_written(error: Exception, address: str) -> bool:
    """Whether her address, or a header, has no form in a mail. Our own address has none either where it is set wrong,
    and no notice may end for that."""
    if isinstance(error, BadHeaderError):
        return True
    return isinstance(error, ValueError) and (address.lower() in str(error).lower() or not address.isascii())


def _of_provider(error: AnymailAPIError, address: str) -> About:
    """Providers say what is wrong in words of their own: one that names the person means her."""
    if error.status_code == _TOO_LARGE:
        return About.MAIL
    if error.status_code in _UNAUTHORISED:
        return About.ACCOUNT
    if error.status_code not in _NOT_UNDERSTOOD:
        return About.RELAY
    said = str(error)
    is_hers = address.lower() in said.lower() or _is_of_mail(status_in(said))
    return About.MAIL if is_hers else About.ACCOUNT


def _of_smtp(error: SMTPException, address: str) -> About:
    if isinstance(error, SMTPRecipientsRefused):
        return _of_recipient(error)
    if isinstance(error, SMTPNotSupportedError) and not address.isascii():
        return About.MAIL
    if not isinstance(error, SMTPResponseException):
        return About.RELAY
    status = status_in(str(error))
    if error.smtp_code == _OVER_SIZE or status.partition(".")[2] in _SIZE:
        return About.MAIL
    if isinstance(error, SMTPDataError):
        return _of_words(error, status)
    is_for_good = isinstance(error, SMTPAuthenticationError) or error.smtp_code >= _PERMANENT
    return About.ACCOUNT if is_for_good else About.RELAY


def _of_recipient(error: SMTPRecipientsRefused) -> About:
    replies = list(error.recipients.values())
    if any(code < _PERMANENT for code, _ in replies):
        return About.MOMENT
    status = status_in(str(error))
    if status:
        return About.MAIL if _is_of_mail(status) else About.ACCOUNT
    is_hers = all(
        code in _NO_SUCH_PERSON and not _ABOUT_US.search(said.decode(errors="replace"))
        for code, said in replies
    )
    return About.MAIL if is_hers else About.ACCOUNT


def _of_words(error: SMTPDataError, status: str) -> About:
    if error.smtp_code < _PERMANENT:
        return About.MOMENT
    is_of_words = _is_of_mail(status) or _ABOUT_WORDS.search(str(error.smtp_error))
    return About.MAIL if is_of_words else About.ACCOUNT


def _is_of_mail(status: str) -> bool:
    """Whether a status code is about the recipient, the size or the words."""
    detail = status.partition(".")[2]
    subject = detail.partition(".")[0]
    is_of_address = subject in _ADDRESS and detail not in _SENDER
    is_dead = verdict_on(status) == SuppressionReason.DEAD
    return is_of_address or is_dead or detail in _SIZE or subject == _CONTENT
