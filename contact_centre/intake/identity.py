"""Who wrote a mail, as far as one may rely on it, and which addresses are ours."""

import re
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from cases.queries.sql import Question, finds_a_row
from contact_centre.intake.addresses import mailbox_of
from contact_centre.intake.mail import address, envelope
from contact_centre.intake.mail.authentication import Verdict, verdict
from contact_centre.intake.mail.types import Mailbox, ParsedMail
from notifications.links import read_bounce_address

_LIST_FIELDS: Final = ("List-Id", "List-Post", "Mailing-List")
_MUNGED_NAME: Final = re.compile(r"\bvia\b|\bprzez\b|\büber\b", re.IGNORECASE)
_OF_STAFF: Final = "SELECT 1 FROM routing_user WHERE is_active AND UPPER(email) = UPPER(%s) LIMIT 1"
_REPLY: Final = re.compile(r"reply\+([a-z0-9.]{5,64})@(.+)")


@dataclass(frozen=True, slots=True)
class Identity:
    """``writer`` is who wrote; ``is_weak``: only a field that anybody may write says so. ``verdict`` is about From."""

    writer: Mailbox | None
    is_weak: bool
    verdict: Verdict

    @property
    def is_unverified(self) -> bool:
        return self.verdict is Verdict.FAIL

    @property
    def may_join(self) -> bool:
        """Whether the writer may be taken for a participant with the same address."""
        return self.writer is not None and not self.is_weak and not self.is_unverified


def identity_of(mail: ParsedMail) -> Identity:
    """The writer: From, or the field behind it where a list, a form of ours or a mailbox of ours stands in From."""
    domain = mail.sender.key.rpartition("@")[2] if mail.sender else ""
    found = verdict(mail.envelope, domain, settings.MAIL_AUTHSERV_ID)
    hidden = behind(mail)
    if hidden is not None:
        return Identity(hidden, is_weak=True, verdict=found)
    return Identity(mail.sender, is_weak=False, verdict=found)


def is_own_address(key: str) -> bool:
    """Whether mails to this address are ours to read, so that none can come from it."""
    return is_signed_address(key) or key in _channels() or mailbox_of(key) is not None


def is_reply_address(text: str) -> bool:
    """Whether the address is one that our mails come from."""
    return reply_token_in(text) is not None


def is_signed_address(key: str) -> bool:
    """Whether the address was made by us for one mail, so that no person ever writes from it."""
    return is_reply_address(key) or read_bounce_address(key) is not None


def reply_token_in(text: str) -> str | None:
    """The token of a reply address of ours; None where it is none. The token itself is not checked."""
    found = _REPLY.fullmatch(text.lower())
    return found[1] if found and found[2] == settings.MAIL_DOMAIN.lower() else None


def own_recipients(mail: ParsedMail) -> list[str]:
    """The addresses of ours that the mail went to, the surest first."""
    return [one for one in mail.recipients if is_own_address(one) or _domain(one) in own_domains()]


def own_domains() -> frozenset[str]:
    """Domains of which nobody else writes."""
    named = (settings.MAIL_DOMAIN, *(_domain(one) for one in _channels()), *settings.MAIL_OWN_DOMAINS)
    return frozenset(str(one).lower() for one in named)


def claims_to_be_us(mail: ParsedMail) -> bool:
    """Whether From names one of our people, or an address or a domain of ours."""
    if mail.sender is None:
        return False
    return _domain(mail.sender.key) in own_domains() or writes_as_us(mail) or is_of_staff(mail)


def is_of_staff(mail: ParsedMail) -> bool:
    """Whether the address of a person of ours stands in From; whether she wrote it is another question."""
    if mail.sender is None:
        return False
    question, values = question_of(mail.sender)
    return finds_a_row(question, *values)


def question_of(sender: Mailbox) -> Question:
    """What ``is_of_staff`` asks."""
    return _OF_STAFF, (sender.address,)


def is_gateway(mail: ParsedMail) -> bool:
    """Whether a form that we trust wrote for somebody else."""
    gateways = {address.key(one) for one in settings.MAIL_FORM_GATEWAYS}
    return mail.sender is not None and mail.sender.key in gateways


def writes_as_us(mail: ParsedMail) -> bool:
    """Whether a mailbox of ours stands in From: a form, a colleague, our own program, or somebody who pretends."""
    return mail.sender is not None and is_own_address(mail.sender.key)


def behind(mail: ParsedMail) -> Mailbox | None:
    """Who wrote, where From names a list, a form or a mailbox of ours and another field says it; else None."""
    if not (is_gateway(mail) or _is_munged(mail) or writes_as_us(mail)):
        return None
    for name in ("X-Original-From", "Reply-To"):
        found = envelope.mailbox(mail.envelope, name)
        if found is not None and found.key != (mail.sender.key if mail.sender else ""):
            return None if is_own_address(found.key) else found
    return None


def _is_munged(mail: ParsedMail) -> bool:
    """Whether a list wrote its own address into From, as lists do since DMARC."""
    if mail.sender is None or not any(mail.envelope.values(name) for name in _LIST_FIELDS):
        return False
    posts = " ".join(mail.envelope.values("List-Post")).lower()
    original = mail.envelope.first("X-Original-From") is not None
    return original or mail.sender.key in posts or bool(_MUNGED_NAME.search(mail.sender.name))


def _channels() -> frozenset[str]:
    return frozenset(address.key(one) for one in (settings.DEFAULT_FROM_EMAIL, settings.CITY_EMAIL))


def _domain(text: str) -> str:
    return text.rpartition("@")[2].lower()
