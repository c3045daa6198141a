"""What is known of a mail once it is read."""

from dataclasses import dataclass
from enum import StrEnum


class Machine(StrEnum):
    """Who is at the other end, as far as the mail shows it."""

    NO = "NO"
    BOUNCE = "BOUNCE"
    AUTO_REPLY = "AUTO_REPLY"
    READ_RECEIPT = "READ_RECEIPT"
    FEEDBACK_REPORT = "FEEDBACK_REPORT"
    # Lists, newsletters and programs: what they say may be a request, but nothing is sent back.
    OTHER = "OTHER"


class Seal(StrEnum):
    """Cryptography around a mail. Nothing is checked or opened here: it is named for whoever reads the case."""

    SIGNED = "SIGNED"
    ENCRYPTED = "ENCRYPTED"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as written; ``key`` is the form in which addresses are compared."""

    name: str
    address: str
    key: str


@dataclass(frozen=True, slots=True)
class MailFile:
    """A part that is not the text. ``media_type`` is what the sender says it is, ``sniffed_type`` what its bytes say.

    ``summary`` is one line for people: of an invitation, or of a mail inside the mail.
    """

    name: str
    media_type: str
    data: bytes
    sniffed_type: str = ""
    disposition: str = ""
    content_id: str = ""
    is_inline: bool = False
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The header fields as they came, the topmost first, names in lower case."""

    fields: tuple[tuple[str, str], ...] = ()

    def values(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for key, value in self.fields if key == name.lower()]

    def first(self, name: str) -> str | None:
        """The topmost value of a field; None where it is missing."""
        return next(iter(self.values(name)), None)


class Failure(StrEnum):
    """What became of a mail of ours for one recipient. ``DEAD``: the address does not exist; ``REFUSED``: it does."""

    DEAD = "DEAD"
    REFUSED = "REFUSED"
    TEMPORARY = "TEMPORARY"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One recipient of a report. ``is_final``: nobody tries any more. ``status`` is an enhanced code (RFC 3463)."""

    address: str
    failure: Failure
    is_final: bool
    status: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail that came back tells: of whom, and of which mails (their ids, the surest first)."""

    recipients: tuple[Undelivered, ...] = ()
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as read. ``text`` is all of its text, ``reply`` what the person wrote of it: without quoted mails,
    signature and the sentences that programs add. ``html`` is the page as it was sent. ``marks`` are the reply tokens
    of hidden marks in quoted pages of ours; they stand neither in ``text`` nor in ``reply``."""

    message_id: str
    content_digest: str
    sender: Mailbox | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    reply: str
    files: tuple[MailFile, ...]
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    machine: Machine
    hops: int
    defects: tuple[str, ...]
    html: str = ""
    seals: tuple[Seal, ...] = ()
    envelope: Envelope = Envelope()
    report: DeliveryReport = DeliveryReport()
    marks: tuple[str, ...] = ()
