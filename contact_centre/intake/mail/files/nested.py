"""A mail inside a mail: kept as a file, its header read for people, its words never taken for the mail's own."""

from email.message import Message
from typing import Final

from contact_centre.intake.mail import headers, parts, tree

TYPES: Final = frozenset({"message/rfc822", "message/global"})
_LENGTH: Final = 300
_FIELDS: Final = ("From", "Date", "Subject")


def source(part: Message) -> bytes:
    """The inner mail as it stands in the outer one, also where a program encoded it against the rules."""
    # On the way every line ends with CR and LF; a file of a program of Unix does not.
    is_unix = any(b"\n" in parts.source(one).replace(b"\r\n", b"") for one in part.walk())
    inner = b"".join(_as_sent(child, b"\n" if is_unix else b"\r\n") for child in parts.children(part))
    encoding = headers.raw_value(part, "Content-Transfer-Encoding").lower()
    if encoding.startswith(("base64", "quoted")):
        body = inner.lstrip()
        copy = tree.Part()
        copy.set_raw("Content-Transfer-Encoding", encoding)
        copy.set_payload(body.decode("ascii", "surrogateescape"))
        return parts.data(copy) if b":" not in body.split(b"\n", 1)[0] else inner
    return inner


def _as_sent(part: Message, end: bytes) -> bytes:
    """The part as it stood in the source. The standard library would fold its header anew, in quadratic time."""
    head = b"".join(_bytes(f"{name}: {value}") + end for name, value in part.raw_items()) + end
    children = parts.children(part)
    boundary = part.get_boundary()
    if not (children and boundary):
        return head + (b"".join(_as_sent(child, end) for child in children) or parts.source(part))
    line = end + b"--" + _bytes(boundary)
    inside = b"".join(line + end + _as_sent(child, end) for child in children)
    # Nothing before the first boundary is not the same as an empty line before it.
    before = b"" if part.preamble is None else _bytes(part.preamble)
    inside = inside.removeprefix(end) if part.preamble is None else inside
    return head + before + inside + line + b"--" + end + _bytes(part.epilogue or "")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def summary(source: bytes) -> str:
    """Who wrote it, when and about what, in one line."""
    header = tree.read_header(source[:65_536])
    said = (headers.text_value(header, name) for name in _FIELDS)
    return " · ".join("".join(c for c in one if c.isprintable()) for one in said if one)[:_LENGTH]
