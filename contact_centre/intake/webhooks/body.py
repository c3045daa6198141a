"""The body of a webhook, read once and whole: a mail with its files is larger than a field of a form may be.

How much may come at all is decided in front of Django (``contact_centre/web/spool.py``), for everybody.
"""

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from io import BytesIO
from typing import Final
from urllib.parse import unquote_to_bytes

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_MAX_FIELDS: Final = 1000


class BadForm(ValueError):
    """The body is no form."""


def read_whole(request: HttpRequest) -> dict[str, bytes]:
    """The fields of the form as bytes, if the body is one; ``body``, ``POST`` and ``FILES`` work as always.

    Raises BadForm. Django's own reading refuses a field of more than 2.5 MB, and decodes a raw mail as if all of it
    were in one charset.
    """
    body = request.read()
    request._body = body
    request._stream = BytesIO(body)
    fields: dict[str, bytes] = {}
    files: MultiValueDict[str, SimpleUploadedFile] = MultiValueDict()
    if request.content_type == _URLENCODED:
        fields = {_text(name): value for name, value in _pairs(body)}
    elif request.content_type == _MULTIPART:
        for part in _parts(request, body):
            _sort(part, fields, files)
    post = QueryDict(mutable=True)
    for name, value in fields.items():
        post[name] = _text(value)
    request._post, request._files = post, files  # type: ignore[attr-defined]
    return fields


def _pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """``urllib`` decodes what it has taken apart."""
    for pair in body.split(b"&", _MAX_FIELDS):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)


def _parts(request: HttpRequest, body: bytes) -> list[Message]:
    head = b"Content-Type: " + request.META["CONTENT_TYPE"].encode("latin-1") + b"\r\n\r\n"
    parts = BytesParser(policy=HTTP).parsebytes(head + body).get_payload()
    if not isinstance(parts, list) or len(parts) > _MAX_FIELDS:
        raise BadForm("no parts, or too many")
    return [part for part in parts if isinstance(part, Message)]


def _sort(part: Message, fields: dict[str, bytes], files: "MultiValueDict[str, SimpleUploadedFile]") -> None:
    name = part.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        return
    filename = part.get_filename()
    data = part.get_payload(decode=True)
    content = data if isinstance(data, bytes) else b""
    if filename is None:
        fields[name] = content
    else:
        files.appendlist(name, SimpleUploadedFile(filename or "file", content, part.get_content_type()))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
