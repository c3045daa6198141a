"""Which parts of a mail are its text, and which are files."""

import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from contact_centre.intake.mail import html_text, parts

MAX_DEPTH: Final = 30
MAX_PARTS: Final = 1000
_PLAIN: Final = "text/plain"
_HTML: Final = "text/html"
# What programs put into the plain part when they mean "look at the other one".
_NO_PLAIN: Final = re.compile(
    r"(?:your|this) (?:(?:e-?)?mail )?(?:client|reader|program) (?:cannot|does not|can't)|html-?(?:e-?mail|format)"
    r"|nie obsługuje (?:formatu )?html|view (?:this|it) in (?:your|a) browser",
    re.IGNORECASE,
)
_NO_PLAIN_LENGTH: Final = 300


@dataclass(slots=True)
class Body:
    """What the walk collects: pieces of text in their order, the parts that are files, and what was odd."""

    pieces: list[str] = field(default_factory=list)
    files: list[Message] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    seen: int = 0

    @property
    def text(self) -> str:
        return "\n\n".join(piece for piece in self.pieces if piece.strip())

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def read(mail: Message) -> Body:
    """Walk the mail once. The text of a mail is never taken from a mail inside it."""
    body = Body()
    if _is_text(mail):
        # A mail that is nothing but a text file is its text.
        _add_text(mail, body)
    else:
        _walk(mail, body, depth=0)
    return body


def _walk(part: Message, body: Body, *, depth: int) -> None:
    body.seen += 1
    if body.seen > MAX_PARTS or depth > MAX_DEPTH:
        body.note("too_many_parts" if body.seen > MAX_PARTS else "too_deep")
        return
    kind = parts.media_type(part)
    if kind == "multipart/alternative":
        _choose(parts.children(part), body, depth)
    elif kind == "multipart/related":
        _related(part, body, depth)
    elif kind.startswith("multipart/"):
        _multipart(part, body, depth)
    elif _is_text(part) and not _is_file(part):
        _add_text(part, body)
    else:
        body.files.append(part)


def _multipart(part: Message, body: Body, depth: int) -> None:
    children = parts.children(part)
    if not children:
        # A multipart whose boundary never came: what is there is its text.
        body.note("no_parts")
        payload = part.get_payload()
        body.pieces.append(_repaired(payload) if isinstance(payload, str) else "")
    for child in children:
        _walk(child, body, depth=depth + 1)


def _choose(alternatives: list[Message], body: Body, depth: int) -> None:
    """Take the plain text, or the richest other one when the plain one is empty; files stay files."""
    found = [_read_one(part, body, depth) for part in alternatives]
    for one in found:
        body.files += one.files
    texts = [
        (one.text, has_plain) for one, has_plain in zip(found, map(_has_plain, alternatives), strict=True)
    ]
    plain = next((text for text, is_plain in texts if is_plain and _says_something(text)), None)
    rich = next((text for text, _ in reversed(texts) if text.strip()), "")
    body.pieces.append(plain if plain is not None else rich)


def _read_one(part: Message, body: Body, depth: int) -> Body:
    one = Body(seen=body.seen)
    _walk(part, one, depth=depth + 1)
    body.seen = one.seen
    for defect in one.defects:
        body.note(defect)
    return one


def _related(part: Message, body: Body, depth: int) -> None:
    """The root is the text; whatever else is there belongs to it as files."""
    for position, child in enumerate(parts.children(part)):
        if position == 0 or parts.media_type(child).startswith("multipart/"):
            _walk(child, body, depth=depth + 1)
        else:
            body.seen += 1
            body.files.append(child)


def _has_plain(part: Message) -> bool:
    return any(parts.media_type(one) == _PLAIN for one in (part, *parts.children(part)))


def _says_something(text: str) -> bool:
    return bool(text.strip()) and not (len(text) < _NO_PLAIN_LENGTH and _NO_PLAIN.search(text))


def _is_text(part: Message) -> bool:
    return parts.media_type(part) in (_PLAIN, _HTML) and not part.is_multipart()


def _is_file(part: Message) -> bool:
    return parts.disposition(part) == "attachment" or bool(parts.name(part))


def _add_text(part: Message, body: Body) -> None:
    text, is_as_declared = parts.text(part)
    if not is_as_declared:
        body.note("charset_guessed")
    body.pieces.append(html_text.to_text(text) if parts.media_type(part) == _HTML else text)


def _repaired(payload: str) -> str:
    return payload.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
