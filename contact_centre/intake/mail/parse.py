"""A mail read from its bytes. Never raises: what is wrong with a mail is noted as defects, and its text is found
some other way."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from email.message import Message
from typing import Final
from urllib.parse import unquote

from contact_centre.intake.mail import address, body, bounces, charset, envelope, headers, machines, tree
from contact_centre.intake.mail.body import CUT_TEXT
from contact_centre.intake.mail.html_text import QUOTE_MARK
from contact_centre.intake.mail.repair import repaired
from contact_centre.intake.mail.reply import strip_quotes
from contact_centre.intake.mail.subject import in_one_line, is_forward
from contact_centre.intake.mail.types import Mailbox, MailFile, ParsedMail
from notifications.links import reply_marks_in, without_reply_marks

__all__ = ["CUT_MAIL", "CUT_TEXT", "MAX_TEXT", "SEALED", "parse"]

MAX_TEXT: Final = 100_000
# Defects that say that words of the mail are missing from its text.
CUT_MAIL: Final = frozenset({"truncated", "too_many_parts", "too_deep", "too_much_decoded"})
# Stands among the defects for what a person must be told: the mail is signed (not checked) or encrypted.
SEALED: Final = "sealed:"
_CID: Final = re.compile(r"cid:([^\s\"'<>)]{1,255})", re.IGNORECASE)
_CALENDAR: Final = "text/calendar"
_PGP: Final = "-----BEGIN PGP "


def parse(raw: bytes) -> ParsedMail:
    """Everything that can be read of the mail."""
    defects: list[str] = []
    found = repaired(raw, defects)
    try:
        return _read(found.source, found.early, defects)
    except tree.TooManyParts:
        return _bare(found.source, [*defects, "too_many_parts"])
    except Exception as error:  # noqa: BLE001 - no mail may stop the queue; the raw mail is kept
        return _bare(found.source, [*defects, f"unreadable:{type(error).__name__}"])


def _read(source: bytes, early: bytes, defects: list[str]) -> ParsedMail:
    mail = tree.read(source)
    defects += sorted({type(defect).__name__ for part in mail.walk() for defect in part.defects})
    found = body.read(mail)
    if early:
        found.pieces.insert(0, charset.decode(early)[0].replace(QUOTE_MARK, ""))
    files = _with_inline(found.files, found.html)
    marked = _clean(found.text, defects) or _from_calendar(files)
    sealed = [f"{SEALED}{seal}" for seal in found.seals]
    read = _parsed(mail, marked, files, [*defects, *found.defects, *sealed])
    marks = dict.fromkeys([*read.marks, *reply_marks_in(found.html[-body.MAX_MARKUP :])])
    return replace(read, html=found.html, seals=tuple(found.seals), marks=tuple(marks))


def _with_inline(files: Iterable[MailFile], html: str) -> tuple[MailFile, ...]:
    """The files, those marked as inline that the page of the mail shows."""
    shown = {unquote(name).lower() for name in _CID.findall(html)}
    return tuple(replace(file, is_inline=file.content_id.lower() in shown) for file in files)


def _from_calendar(files: Iterable[MailFile]) -> str:
    """An invitation that came without a word is said in one line."""
    return next((file.summary for file in files if file.media_type == _CALENDAR and file.summary), "")


def _bare(source: bytes, defects: list[str]) -> ParsedMail:
    """The header alone, and everything below it as text: for what the parser cannot take apart."""
    mail = tree.read_header(source)
    end = re.search(rb"\r?\n\r?\n", source)
    text = source[end.end() :] if end else source
    if len(text) > MAX_TEXT:
        defects = [*defects, CUT_TEXT]
    words = text[:MAX_TEXT].decode("utf-8", "replace").replace(QUOTE_MARK, "")
    return _parsed(mail, _clean(words, defects), (), defects)


def _parsed(mail: Message, marked: str, files: tuple[MailFile, ...], defects: list[str]) -> ParsedMail:
    """``marked``: the text with the marks where a page said that a quotation begins."""
    sender = address.sender(mail)
    subject = in_one_line(_clean(headers.text_value(mail, "Subject"), defects))
    ids = headers.message_ids(headers.raw_values(mail, "Message-ID")[:1])
    marks = reply_marks_in(marked)
    marked = without_reply_marks(marked)
    text = _without_marks(marked)
    machine = machines.read(mail, sender, subject, text)
    return ParsedMail(
        message_id=ids[0] if ids else "",
        content_digest=_digest(mail, sender, subject, text, files),
        sender=sender,
        recipients=address.recipients(mail),
        subject=subject,
        text=text,
        reply=_without_marks(strip_quotes(marked, is_forward=is_forward(subject))),
        files=files,
        in_reply_to=headers.message_ids(headers.raw_values(mail, "In-Reply-To")),
        references=headers.message_ids(headers.raw_values(mail, "References")),
        machine=machine,
        hops=machines.hops(mail),
        defects=tuple(dict.fromkeys(defects)),
        envelope=envelope.read(mail),
        report=bounces.read(mail, machine, text),
        marks=tuple(marks),
    )


def _without_marks(text: str) -> str:
    return text.replace(f"{QUOTE_MARK}\n", "").replace(QUOTE_MARK, "").strip() if QUOTE_MARK in text else text


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
    # A seal of PGP holds for these very characters.
    return (kept if _PGP in kept else unicodedata.normalize("NFC", kept)).strip()
