"""Which parts of a mail are its text, and which are files."""

import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Final

from contact_centre.intake.mail import charset, embedded, html_text, parts, tree
from contact_centre.intake.mail.files import nested, reading, smime, tnef
from contact_centre.intake.mail.types import MailFile, Seal

MAX_DEPTH: Final = 30
MAX_PARTS: Final = 1000
# Base64 and its kin shrink when they are decoded; what grows in spite of that is meant to.
MAX_DECODED: Final = 64 * 1024 * 1024
# Of a longer page the end is not read; its words are more than a message holds.
MAX_MARKUP: Final = 1_500_000
CUT_TEXT: Final = "text_cut"
_MAX_SEALS: Final = 3
_PLAIN: Final = "text/plain"
_HTML: Final = "text/html"
# What programs put into the plain part when they mean "look at the other one".
_NO_PLAIN: Final = re.compile(
    r"(?:your|this) (?:(?:e-?)?mail )?(?:client|reader|program) (?:cannot|does not|can't)|html-?(?:e-?mail|format)"
    r"|nie obsługuje (?:formatu )?html|view (?:this|it) in (?:your|a) browser",
    re.IGNORECASE,
)
_NO_PLAIN_LENGTH: Final = 300
# Text written for programs: nobody's words.
_PGP: Final = re.compile(r"^-----BEGIN PGP (SIGNED )?MESSAGE-----[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class Body:
    """What the walk collects: pieces of text in their order, pages as sent, files, and what was odd."""

    pieces: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    files: list[MailFile] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)
    # Texts that have a name and are not declared a file. They are files, and the text too where there is no other.
    named: list[Message] = field(default_factory=list)
    seen: int = 0
    decoded: int = 0
    opened: int = 0

    @property
    def text(self) -> str:
        return "\n\n".join(piece for piece in self.pieces if piece.strip())

    def add_words(self, text: str) -> None:
        """Text as somebody wrote it: what only our reader of pages may write is taken out."""
        self.pieces.append(text.replace(html_text.QUOTE_MARK, ""))

    def add_page(self, markup: str) -> None:
        """A page as it was sent, and its words as far as they can be read in time."""
        markup = markup.replace("\0", "")
        self.pages.append(markup)
        lean = html_text.without_data(markup)
        if len(lean) > MAX_MARKUP:
            self.note(CUT_TEXT)
        self.pieces.append(html_text.to_text(lean[:MAX_MARKUP]))

    @property
    def html(self) -> str:
        return "\n<hr>\n".join(self.pages)

    def note(self, *defects: str) -> None:
        self.defects += (defect for defect in dict.fromkeys(defects) if defect not in self.defects)

    def seal(self, *seals: Seal) -> None:
        self.seals += (seal for seal in dict.fromkeys(seals) if seal not in self.seals)


def read(mail: Message) -> Body:
    """Walk the mail once. The text of a mail is never taken from a mail inside it."""
    body = Body()
    if _is_text(mail):
        # A mail that is nothing but a text file is its text.
        _add_text(mail, body)
    else:
        _walk(mail, body, depth=0)
    if body.named and not body.text.strip():
        _add_text(body.named[0], body)
    return body


def _walk(part: Message, body: Body, *, depth: int) -> None:
    body.seen += 1
    if body.seen > MAX_PARTS or depth > MAX_DEPTH or body.decoded > MAX_DECODED:
        body.note(_excess(body))
        return
    kind = parts.media_type(part)
    if kind == "multipart/alternative":
        _choose(_children(part, body), body, depth)
    elif kind == "multipart/related":
        _related(part, body, depth)
    elif kind.startswith("multipart/"):
        _multipart(part, kind, body, depth)
    elif _is_text(part) and not _is_file(part):
        _add_text(part, body)
    elif kind in smime.TYPES:
        _sealed(part, body, depth)
    elif kind in tnef.TYPES or _is_winmail(part):
        _unpack(part, body)
    else:
        _add_file(part, body)


def _excess(body: Body) -> str:
    if body.seen > MAX_PARTS:
        return "too_many_parts"
    return "too_much_decoded" if body.decoded > MAX_DECODED else "too_deep"


def _children(part: Message, body: Body) -> list[Message]:
    children = parts.children(part)
    if children:
        return children
    # A multipart whose declared boundary never came: perhaps another one did.
    found = tree.found_parts(parts.source(part))
    body.note("boundary_guessed" if found else "no_parts")
    return found


def _multipart(part: Message, kind: str, body: Body, depth: int) -> None:
    if kind in ("multipart/signed", "multipart/encrypted"):
        body.seal(Seal.SIGNED if kind == "multipart/signed" else Seal.ENCRYPTED)
    children = _children(part, body)
    if not children:
        text, is_as_declared = charset.decode(parts.source(part))
        body.add_words(text)
        if not is_as_declared:
            body.note("charset_guessed")
    for child in children:
        _walk(child, body, depth=depth + 1)


def _choose(alternatives: list[Message], body: Body, depth: int) -> None:
    """Take the plain text, or the richest other one when the plain one is empty; files stay files."""
    found = [_read_one(part, body, depth) for part in alternatives]
    for one in found:
        body.files += one.files
        body.pages += one.pages
        body.named += one.named
    texts = [
        (one.text, has_plain) for one, has_plain in zip(found, map(_has_plain, alternatives), strict=True)
    ]
    plain = next((text for text, is_plain in texts if is_plain and _says_something(text)), None)
    rich = next((text for text, _ in reversed(texts) if text.strip()), "")
    body.pieces.append(plain if plain is not None else rich)


def _read_one(part: Message, body: Body, depth: int) -> Body:
    one = Body(seen=body.seen, decoded=body.decoded, opened=body.opened)
    _walk(part, one, depth=depth + 1)
    body.seen, body.decoded, body.opened = one.seen, one.decoded, one.opened
    body.note(*one.defects)
    body.seal(*one.seals)
    return one


def _related(part: Message, body: Body, depth: int) -> None:
    """The root is the text; whatever else is there belongs to it as files. A root that is no text is a file too."""
    children = _children(part, body)
    start = reading.parameter(part, "start").strip("<> ")
    named = (place for place, child in enumerate(children) if start and parts.content_id(child) == start)
    root = next(named, 0)
    for place, child in enumerate(children):
        if place == root or parts.media_type(child).startswith("multipart/"):
            _walk(child, body, depth=depth + 1)
        elif body.seen < MAX_PARTS:
            body.seen += 1
            _add_file(child, body)
        else:
            body.note("too_many_parts")
            return


def _sealed(part: Message, body: Body, depth: int) -> None:
    """S/MIME in one piece: the words inside a signature are shown; the piece itself is kept in any case."""
    _add_file(part, body)
    body.opened += 1
    if body.opened > _MAX_SEALS:
        body.note("too_many_seals")
        return
    inner, seal = smime.opened(body.files[-1].data)
    body.seal(*([seal] if seal else []))
    if inner:
        try:
            _walk(tree.read(inner), body, depth=depth + 1)
        except (tree.TooManyParts, RecursionError):
            body.note("too_many_parts")


def _unpack(part: Message, body: Body) -> None:
    file = reading.file_of(part, body.defects)
    body.decoded += len(file.data)
    unpacked = tnef.unpacked(file.data)
    if unpacked is None or not (unpacked.files or unpacked.text):
        body.note("tnef_not_unpacked")
        body.files.append(file)
        return
    body.decoded += sum(len(data) for _, data in unpacked.files)
    body.files += (reading.file_from(name, data) for name, data in unpacked.files)
    if unpacked.text and not body.text.strip():
        (body.add_page if unpacked.is_html else body.add_words)(unpacked.text)


def _is_winmail(part: Message) -> bool:
    """By its first bytes, whatever it is called."""
    is_multipart = part.is_multipart()
    return not is_multipart and parts.source(part)[:200].lstrip().startswith((tnef.MAGIC, b"eJ8+I"))


def _has_plain(part: Message) -> bool:
    return any(parts.media_type(one) == _PLAIN for one in (part, *parts.children(part)))


def _says_something(text: str) -> bool:
    return bool(text.strip()) and not (len(text) < _NO_PLAIN_LENGTH and _NO_PLAIN.search(text))


def _is_text(part: Message) -> bool:
    return parts.media_type(part) in (_PLAIN, _HTML) and not part.is_multipart()


def _is_file(part: Message) -> bool:
    return parts.disposition(part) == "attachment" or bool(parts.name(part))


def _add_file(part: Message, body: Body) -> None:
    if parts.media_type(part) in nested.TYPES and body.seen > MAX_PARTS:
        return
    file = reading.file_of(part, body.defects)
    body.decoded += len(file.data)
    body.files.append(file)
    if _is_text(part) and parts.disposition(part) != "attachment":
        body.named.append(part)


def _add_text(part: Message, body: Body) -> None:
    data, is_html = parts.data(part, body.defects), parts.media_type(part) == _HTML
    body.decoded += len(data)
    if not is_html:
        data, blocks = embedded.taken_out(data)
        body.files += (reading.file_from(charset.decode(block.name)[0], block.data) for block in blocks)
    text, is_as_declared = charset.decode(data, parts.declared_charset(part))
    if not is_as_declared:
        body.note("charset_guessed")
    if is_html:
        body.add_page(text)
        return
    if found := _PGP.search(text):
        body.seal(Seal.SIGNED if found[1] else Seal.ENCRYPTED)
    body.add_words(text)
