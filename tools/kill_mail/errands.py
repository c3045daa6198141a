"""The mails of the runs, each another one: what is handed over, by which way, and what should come of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bench._mails import mail
from contact_centre.intake.trace import with_envelope

# In this order, again and again: a reply or a report of failure is about the case of the mail before it.
MIX: Final = ("plain", "photo", "reply", "alternative", "bounce")
OPENING: Final = ("plain", "photo", "alternative")
SMTP, PIPE = "smtp", "pipe"
WAYS: Final = (SMTP, PIPE)
STATES: Final = {
    "plain": "CASE_CREATED",
    "photo": "CASE_CREATED",
    "alternative": "CASE_CREATED",
    "reply": "CASE_UPDATED",
    "bounce": "BOUNCE_RECORDED",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever opened the last case: her address, where she answers, and where her confirmation comes back to."""

    email: str
    reply_to: str
    return_to: str
    notice_id: int


@dataclass(frozen=True, slots=True)
class Errand:
    """One mail on its way to us. ``about`` is whose case it is about, for a mail that opens none."""

    number: int
    kind: str
    way: str
    sender: str
    to: str
    raw: bytes = field(repr=False)
    about: Person | None = None

    @property
    def stored(self) -> bytes:
        """The bytes that we keep: the listener writes the envelope in front of them."""
        return with_envelope(self.raw, self.sender, [self.to]) if self.way == SMTP else self.raw

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.stored).hexdigest()

    @property
    def opens_a_case(self) -> bool:
        return self.kind in OPENING


def errand(number: int, way: str, us: str, last: Person | None) -> Errand:
    """The mail of this number. Nothing is about the first one, so it must open a case."""
    kind = MIX[number % len(MIX)]
    sender, to, about = f"ana.{number}@example.org", us, None
    if kind not in OPENING:
        assert last is not None, "the first mail opens a case"
        sender, to = (last.email, last.reply_to) if kind == "reply" else ("", last.return_to)
        about = last
    raw = mail(kind, number, datetime(2026, 11, 17, 9, tzinfo=UTC), to=to, sender=sender)
    return Errand(number, kind, way, sender, to, raw, about)
