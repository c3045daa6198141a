"""A mail inside a mail: kept as a file, its header read for people, its words never taken for the mail's own."""

from email import policy
from email.message import Message
from typing import Final

from contact_centre.intake.mail import headers, parts, tree

TYPES: Final = frozenset({"message/rfc822", "message/global"})
_LENGTH: Final = 300
_FIELDS: Final = ("From", "Date", "Subject")
_AS_SENT: Final = policy.compat32.clone(max_line_length=None, mangle_from_=False)
_WITH_CR: Final = _AS_SENT.clone(linesep="\r\n")


def source(part: Message) -> bytes:
    """The inner mail as it stands in the outer one, also where a program encoded it against the rules."""
    # On the way every line ends with CR and LF; a file of a program of Unix does not.
    is_unix = any(b"\n" in parts.source(one).replace(b"\r\n", b"") for one in part.walk())
    rules = _AS_SENT if is_unix else _WITH_CR
    inner = b"\n".join(child.as_bytes(policy=rules) for child in parts.children(part))
    encoding = headers.raw_value(part, "Content-Transfer-Encoding").lower()
    if encoding.startswith(("base64", "quoted")):
        body = inner.lstrip()
        copy = tree.Part()
        copy.set_raw("Content-Transfer-Encoding", encoding)
        copy.set_payload(body.decode("ascii", "surrogateescape"))
        return parts.data(copy) if b":" not in body.split(b"\n", 1)[0] else inner
    return inner


def summary(source: bytes) -> str:
    """Who wrote it, when and about what, in one line."""
    header = tree.read_header(source[:65_536])
    said = (headers.text_value(header, name) for name in _FIELDS)
    return " · ".join("".join(c for c in one if c.isprintable()) for one in said if one)[:_LENGTH]
