"""A part that is not the text, as a file: what it says of itself, what its bytes say, and its bytes."""

from email.message import Message

from contact_centre.intake.mail import parameters, parts
from contact_centre.intake.mail.files import invitation, nested, sniffing
from contact_centre.intake.mail.types import MailFile


def file_of(part: Message, defects: list[str]) -> MailFile:
    """The file of a part. A mail inside the mail, and a part of parts, as it stands in the source."""
    kind = parts.media_type(part)
    is_mail = kind in nested.TYPES
    data = nested.source(part) if part.is_multipart() else parts.data(part, defects)
    return MailFile(
        name=parts.name(part),
        media_type=kind,
        data=data,
        sniffed_type="message/rfc822" if is_mail else sniffing.sniffed(data),
        disposition=parts.disposition(part)[:20],
        content_id=parts.content_id(part),
        summary=_summary(kind, data),
    )


def file_from(name: str, data: bytes) -> MailFile:
    """A file that was packed in another one, or in the text."""
    shown = " ".join("".join(c for c in name if c.isprintable()).split())
    kind = sniffing.sniffed(data)
    return MailFile(name=shown[:150], media_type=kind, data=data, sniffed_type=kind)


def parameter(part: Message, name: str) -> str:
    """A parameter of the part's type; empty when there is none."""
    return parameters.read(part, "Content-Type").get(name, "")


def _summary(kind: str, data: bytes) -> str:
    if kind in nested.TYPES:
        return nested.summary(data)
    return invitation.summary(data) if kind in invitation.TYPES else ""
