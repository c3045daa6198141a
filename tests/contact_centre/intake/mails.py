"""Mails as bytes, written here: what people and machines send, whole and broken."""

import base64
import io
import itertools

from PIL import Image

_NUMBERS = itertools.count(1)
US = "kontakt@kontakt.example"


def mail(
    text: str = "Dziura w jezdni na Dworcowej.",
    *,
    subject: str = "Dziura",
    sender: str = "Ana Nowak <ana@example.org>",
    to: str = US,
    message_id: str | None = None,
    **fields: str,
) -> bytes:
    """A plain mail in UTF-8. Each has a Message-ID of its own; ``fields`` are further header fields."""
    lines = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": "Tue, 17 Nov 2026 08:58:00 +0100",
        "Message-ID": message_id or f"<mail-{next(_NUMBERS)}@example.org>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{header}\r\n{text}\r\n".encode()


def multipart(*parts: bytes, kind: str = "mixed", subject: str = "Dziura", **fields: str) -> bytes:
    """A mail made of parts, each with its own header lines."""
    head = mail("", subject=subject, Content_Type=f'multipart/{kind}; boundary="=_b"', **fields)
    body = b"".join(b"--=_b\r\n" + one + b"\r\n" for one in parts)
    return head + body + b"--=_b--\r\n"


def text_part(text: str, kind: str = "plain") -> bytes:
    return f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{text}".encode()


def file_part(data: bytes, name: str, media_type: str = "application/octet-stream") -> bytes:
    head = (
        f"Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(data)


def photo(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(buffer, "JPEG")
    return buffer.getvalue()


BOUNCE = multipart(
    text_part("I'm sorry to have to inform you that your message could not be delivered."),
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
    b"Final-Recipient: rfc822; ana@example.org\r\nAction: failed\r\nStatus: 5.1.1",
    b"Content-Type: message/rfc822\r\n\r\nSubject: Twoja sprawa\r\n\r\nTekst",
    kind="report; report-type=delivery-status",
    sender="MAILER-DAEMON@mx.example.org",
    subject="Undelivered Mail Returned to Sender",
    Return_Path="<>",
)
READ_RECEIPT = multipart(
    text_part("Your message was displayed."),
    b"Content-Type: message/disposition-notification\r\n\r\nDisposition: manual-action; displayed",
    kind="report; report-type=disposition-notification",
    subject="Read: Twoja sprawa",
)
COMPLAINT = multipart(
    text_part("This is an abuse report."),
    b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1",
    kind="report; report-type=feedback-report",
    sender="fbl@provider.example",
)
VACATION = mail(
    "Jestem na urlopie do 30 listopada.",
    subject="Automatyczna odpowiedź: Twoja sprawa",
    Auto_Submitted="auto-replied (vacation)",
)
NEWSLETTER = mail("Nowości tygodnia", subject="Newsletter", List_Id="<news.example.org>", Precedence="bulk")
