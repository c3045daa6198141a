"""What a mail that came back says: the machine-readable report (RFC 3464) and, where there is none, the letters that
known mail servers write. Tolerant: a report that breaks its own rules is read as far as it goes."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from contact_centre.intake.mail import address, headers, letters, parts
from contact_centre.intake.mail.status import failure_of, status_in
from contact_centre.intake.mail.types import DeliveryReport, Failure, Machine, Undelivered

_STATUS_PARTS: Final = ("message/delivery-status", "message/global-delivery-status")
_ENCLOSED: Final = (
    "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/rfc822-headers",
)  # fmt: skip
_NEW_RECIPIENT: Final = ("final-recipient", "original-recipient")
_GOOD_ACTIONS: Final = ("delivered", "relayed", "expanded")
_MAX_PARTS: Final = 200
_MAX_RECIPIENTS: Final = 100
_MAX_IDS: Final = 30
_WORDS: Final = 300
_TEXT: Final = 50_000
_FIELD: Final = re.compile(r"^([A-Za-z-]{3,40})[ \t]*:[ \t]*(.*)$")
_ID_LINE: Final = re.compile(r"^[>\s]*message-id:\s*<([^<>\s]{3,500})>", re.IGNORECASE | re.MULTILINE)
_XTEXT: Final = re.compile(r"\+([0-9A-F]{2})")
_UNICODE: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_COMMENT: Final = re.compile(r"\([^()]*\)")


def read(mail: Message, machine: Machine, text: str) -> DeliveryReport:
    """What the report says of each recipient, and which mails it is about; empty for any other mail."""
    if machine is not Machine.BOUNCE:
        return DeliveryReport()
    found = list(_walk(mail))
    recipients = [one for part in found if parts.media_type(part) in _STATUS_PARTS for one in _reported(part)]
    if not recipients:
        failed = [
            one for value in headers.raw_values(mail, "X-Failed-Recipients") for one in value.split(",")
        ]
        recipients = list(letters.read(text[:_TEXT], failed))
    return DeliveryReport(tuple(recipients[:_MAX_RECIPIENTS]), _ids(found, text[:_TEXT]))


def from_letter(text: str) -> DeliveryReport:
    """What a letter tells that came back to the return address of one of our mails, whatever it looks like."""
    return DeliveryReport(tuple(letters.read(text[:_TEXT])), _ids([], text[:_TEXT]))


def _walk(mail: Message) -> Iterator[Message]:
    for count, part in enumerate(mail.walk()):
        if count == _MAX_PARTS:
            return
        yield part


def _reported(part: Message) -> Iterator[Undelivered]:
    for block in _blocks(_lines(part)):
        one = _recipient(block)
        if one is not None:
            yield one


def _lines(part: Message) -> Iterator[tuple[str, str] | None]:
    """The fields of the report; None for an empty line."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload:
            yield None
            if isinstance(block, Message):
                yield from ((name.lower(), headers.unfold(str(value))) for name, value in block.raw_items())
                # A line that is no field ends the header of a block for the parser, not for us.
                yield from _fields_in(str(block.get_payload() or ""))
        return
    yield from _fields_in(parts.text(part)[0])


def _fields_in(text: str) -> Iterator[tuple[str, str] | None]:
    for line in re.sub(r"\r?\n[ \t]+(?=\S)", " ", text[:_TEXT]).splitlines():
        field = _FIELD.match(line)
        if field:
            yield field[1].lower(), field[2]
        elif not line.strip():
            yield None


def _blocks(lines: Iterator[tuple[str, str] | None]) -> Iterator[dict[str, str]]:
    """The fields of each recipient. Empty lines between them may be missing, or stand where they should not."""
    block: dict[str, str] = {}
    is_after_gap = False
    for line in lines:
        if line is None:
            is_after_gap = True
            continue
        name, value = line
        is_next = name in block or (is_after_gap and name in _NEW_RECIPIENT and "final-recipient" in block)
        if is_next:
            yield block
            block = {}
        block[name] = value.strip()
        is_after_gap = False
    yield block


def _recipient(block: dict[str, str]) -> Undelivered | None:
    found = _address(block.get("final-recipient", "")) or _address(block.get("original-recipient", ""))
    if not found:
        return None
    action = _COMMENT.sub("", block.get("action", "")).strip().lower()
    words = headers.decode(
        block.get("diagnostic-code", "").partition(";")[2] or block.get("diagnostic-code", "")
    )
    words = " ".join("".join(c for c in words if c.isprintable()).split())[:_WORDS]
    status = status_in(block.get("status", ""), words)
    if action in _GOOD_ACTIONS:
        return Undelivered(found, Failure.NONE, is_final=False, status=status, words=words)
    is_final = action == "failed" or (action != "delayed" and not status.startswith("4"))
    return Undelivered(found, failure_of(status, words), is_final=is_final, status=status, words=words)


def _address(value: str) -> str:
    """The address of a ``type; address`` field, in the form in which addresses are compared."""
    kind, semicolon, text = value.partition(";")
    text = (text if semicolon else kind).strip()
    if kind.strip().lower() == "utf-8":
        text = _UNICODE.sub(lambda code: _character(code[1]), text)
    mailbox = address.read(_XTEXT.sub(lambda code: chr(int(code[1], 16)), text) if "@" not in text else text)
    return mailbox.key if mailbox else ""


def _character(digits: str) -> str:
    code = int(digits, 16)
    is_one = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_one else ""


def _ids(found: list[Message], text: str) -> tuple[str, ...]:
    """The ids of the mail that came back, and of what it answered, wherever the report encloses them."""
    ids: list[str] = []
    for part in found:
        if parts.media_type(part) not in _ENCLOSED:
            continue
        enclosed = next(iter(parts.children(part)), None)
        if enclosed is not None:
            for name in ("Message-ID", "In-Reply-To", "References"):
                ids += headers.message_ids(headers.raw_values(enclosed, name))
        else:
            ids += _ID_LINE.findall(parts.text(part)[0][:_TEXT])
    ids += _ID_LINE.findall(text)
    return tuple(dict.fromkeys(map(headers.shown, ids)))[:_MAX_IDS]
