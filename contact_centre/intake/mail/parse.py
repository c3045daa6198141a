"""A mail read from its bytes. Never raises: what is wrong with a mail is noted as defects, and its text is found
some other way."""

import hashlib
import re
import unicodedata
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Final

from contact_centre.intake.mail import address, attachments, body, bounces, envelope, headers, machines
from contact_centre.intake.mail.reply import strip_quotes
from contact_centre.intake.mail.subject import in_one_line
from contact_centre.intake.mail.types import Mailbox, MailFile, ParsedMail

# What is read of a mail; the rest stays in the raw mail.
MAX_BYTES: Final = 25 * 1024 * 1024
MAX_TEXT: Final = 100_000
# Defects that say that words of the mail are missing from its text.
CUT_TEXT: Final = "text_cut"
CUT_MAIL: Final = frozenset({"truncated", "too_many_parts", "too_deep"})
# The parser of the standard library tries every open boundary on every line: this bounds the tries.
MAX_BOUNDARIES: Final = 500
MAX_TRIES: Final = 20_000_000
_BOUNDARY: Final = re.compile(rb"boundary", re.IGNORECASE)
_MBOX_LINE: Final = re.compile(rb"\A>?From [^\r\n]*\r?\n")
_FIELD: Final = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
# A gateway may leave one line before the header; more would be words of somebody.
_GARBAGE_LINES: Final = 1


def parse(raw: bytes) -> ParsedMail:
    """Everything that can be read of the mail."""
    defects: list[str] = []
    source = _repaired(raw, defects)
    try:
        return _read(source, defects)
    except Exception as error:  # noqa: BLE001 - no mail may stop the queue; the raw mail is kept
        return _bare(source, [*defects, f"unreadable:{type(error).__name__}"])


def _repaired(raw: bytes, defects: list[str]) -> bytes:
    """The bytes from their first header field on, of a length that can be read."""
    source = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n \t")
    source = _MBOX_LINE.sub(b"", source)
    if b"\n" not in source:
        source = source.replace(b"\r", b"\n")
    if len(source) > MAX_BYTES:
        defects.append("truncated")
        source = source[:MAX_BYTES]
    return _from_first_field(source, defects)


def _from_first_field(source: bytes, defects: list[str]) -> bytes:
    """Skip a line of garbage before the header; without any header the whole is text."""
    position = 0
    for _ in range(_GARBAGE_LINES + 1):
        if _FIELD.match(source, position):
            if position:
                defects.append("garbage_before_header")
            return source[position:]
        position = source.find(b"\n", position) + 1
        if not position:
            break
    defects.append("no_header")
    return b"\n" + source


def _read(source: bytes, defects: list[str]) -> ParsedMail:
    boundaries = len(_BOUNDARY.findall(source))
    if boundaries > MAX_BOUNDARIES or boundaries * source.count(b"\n") > MAX_TRIES:
        return _bare(source, [*defects, "too_many_parts"])
    mail = BytesParser(policy=policy.compat32).parsebytes(source)
    defects += sorted({type(defect).__name__ for part in mail.walk() for defect in part.defects})
    found = body.read(mail)
    text = _clean(found.text, defects)
    return _parsed(mail, text, attachments.read(found.files), [*defects, *found.defects])


def _bare(source: bytes, defects: list[str]) -> ParsedMail:
    """The header alone, and everything below it as text: for what the parser cannot take apart."""
    mail = BytesParser(policy=policy.compat32).parsebytes(source, headersonly=True)
    end = re.search(rb"\r?\n\r?\n", source)
    text = source[end.end() :] if end else source
    if len(text) > MAX_TEXT:
        defects = [*defects, CUT_TEXT]
    return _parsed(mail, _clean(text[:MAX_TEXT].decode("utf-8", "replace"), defects), (), defects)


def _parsed(mail: Message, text: str, files: tuple[MailFile, ...], defects: list[str]) -> ParsedMail:
    sender = address.sender(mail)
    subject = in_one_line(_clean(headers.text_value(mail, "Subject"), defects))
    ids = headers.message_ids(headers.raw_values(mail, "Message-ID")[:1])
    machine = machines.read(mail, sender, subject)
    return ParsedMail(
        message_id=ids[0] if ids else "",
        content_digest=_digest(mail, sender, subject, text, files),
        sender=sender,
        recipients=address.recipients(mail),
        subject=subject,
        text=text,
        reply=strip_quotes(text),
        files=files,
        in_reply_to=headers.message_ids(headers.raw_values(mail, "In-Reply-To")),
        references=headers.message_ids(headers.raw_values(mail, "References")),
        machine=machine,
        hops=machines.hops(mail),
        defects=tuple(dict.fromkeys(defects)),
        envelope=envelope.read(mail),
        report=bounces.read(mail, machine, text),
    )


def _digest(
    mail: Message, sender: Mailbox | None, subject: str, text: str, files: tuple[MailFile, ...]
) -> str:
    """What makes two mails with one Message-ID the same mail; the way they took does not count."""
    said = [sender.key if sender else "", headers.raw_value(mail, "Date"), subject, text]
    said += [hashlib.sha256(file.data).hexdigest() for file in files]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogateescape")).hexdigest()


def _clean(text: str, defects: list[str]) -> str:
    """Text that both engines can keep, in one form of Unicode and of bounded length."""
    if len(text) > MAX_TEXT:
        defects.append(CUT_TEXT)
        text = text[:MAX_TEXT]
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        c for c in lines if c in "\n\t" or (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff")
    )
    return unicodedata.normalize("NFC", kept).strip()
