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


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as written; ``key`` is the form in which addresses are compared."""

    name: str
    address: str
    key: str


@dataclass(frozen=True, slots=True)
class MailFile:
    """A part that is not the text."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as read. ``text`` is all of its text, ``reply`` what is left of it without quoted mails."""

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
