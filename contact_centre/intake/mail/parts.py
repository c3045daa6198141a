"""One part of a mail: what it says it is, its bytes and its text. Odd declarations are repaired here."""

from email.message import Message
from typing import Final

from contact_centre.intake.mail import charset, headers, parameters, transfer

_NAME_LENGTH: Final = 150


def media_type(part: Message) -> str:
    """``type/subtype`` in lower case; ``text/plain`` where nothing usable is declared."""
    return str(part.get_content_type()).lower()


def disposition(part: Message) -> str:
    """``inline``, ``attachment`` or nothing."""
    declared = headers.raw_value(part, "Content-Disposition").split(";")[0]
    return headers.shown(declared).strip().lower()


def content_id(part: Message) -> str:
    """The name by which HTML of the same mail may show the part; empty when there is none."""
    return headers.shown(headers.raw_value(part, "Content-ID")).strip("<> ")[:255]


def name(part: Message) -> str:
    """The file name, decoded whichever way it was encoded; empty when there is none."""
    declared = parameters.read(part, "Content-Disposition").get("filename", "") or parameters.read(
        part, "Content-Type"
    ).get("name", "")
    shown = "".join(c for c in declared if c.isprintable() or c.isspace())
    return " ".join(shown.split())[:_NAME_LENGTH]


def data(part: Message, defects: list[str] | None = None) -> bytes:
    """The bytes of a part that is not made of parts; what was wrong with them is added to ``defects``."""
    if part.is_multipart():
        return b""
    found, wrong = transfer.decoded(source(part), headers.raw_value(part, "Content-Transfer-Encoding"))
    if defects is not None:
        defects += (defect for defect in wrong if defect not in defects)
    return found


def source(part: Message) -> bytes:
    """What stands below the header of a part, as it was sent."""
    # The public way to it would decode it by the declared charset.
    payload = getattr(part, "_payload", None)
    if not isinstance(payload, str):
        return b""
    try:
        return payload.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return payload.encode("utf-8", "surrogateescape")


def declared_charset(part: Message) -> str:
    """As it was written, or nothing."""
    return parameters.read(part, "Content-Type").get("charset", "")


def text(part: Message) -> tuple[str, bool]:
    """The text of a part, and whether its declared charset explained it."""
    return charset.decode(data(part), declared_charset(part))


def children(part: Message) -> list[Message]:
    """The parts of a multipart; nothing for other parts."""
    payload = part.get_payload() if part.is_multipart() else []
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
