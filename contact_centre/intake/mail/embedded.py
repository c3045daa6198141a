"""Files that old programs wrote into the text itself: uuencode and yEnc. A block that is not whole stays text."""

import binascii
import re
from dataclasses import dataclass
from typing import Final

_UU_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
_UU_END: Final = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_UU_LINE: Final = re.compile(rb"[ -`]{1,90}")
_Y_BEGIN: Final = re.compile(rb"^=ybegin ([^\r\n]{0,200}?)name=([^\r\n]{1,200})\r?\n", re.MULTILINE)
_Y_END: Final = re.compile(rb"^=yend[ \t][^\r\n]{0,200}\r?$", re.MULTILINE)
_Y_ESCAPED: Final = re.compile(rb"=([\x00-\xff])", re.DOTALL)
_Y_TABLE: Final = bytes((code - 42) % 256 for code in range(256))
_MAX_BLOCKS: Final = 30


@dataclass(frozen=True, slots=True)
class Block:
    name: bytes
    data: bytes


def taken_out(text: bytes) -> tuple[bytes, list[Block]]:
    """The text without the files in it, and the files."""
    text, first = _without(text, _UU_BEGIN, _UU_END, 1)
    text, second = _without(text, _Y_BEGIN, _Y_END, 2)
    return text, first + second


def uudecoded(data: bytes) -> bytes | None:
    """The file of a part that is one uuencoded block; None when it is not whole."""
    _rest, blocks = _without(data, _UU_BEGIN, _UU_END, 1)
    return blocks[0].data if blocks else None


def _without(
    text: bytes, begin: re.Pattern[bytes], end: re.Pattern[bytes], name: int
) -> tuple[bytes, list[Block]]:
    kept: list[bytes] = []
    blocks: list[Block] = []
    position = searched = 0
    closing = end.search(text)
    while len(blocks) < _MAX_BLOCKS and (opening := begin.search(text, searched)):
        searched = opening.end()
        # Every byte is looked at once: an end is looked for only behind the last one.
        if closing is not None and closing.start() < searched:
            closing = end.search(text, searched)
        if closing is None:
            break
        if begin.search(text, searched, closing.start()):
            # Another one begins first: this one has no end of its own.
            continue
        inside = text[searched : closing.start()]
        data = _uu(inside) if begin is _UU_BEGIN else _yenc(opening[1], inside)
        if data is not None:
            kept.append(text[position : opening.start()])
            blocks.append(Block(opening[name].strip(), data))
            position = searched = closing.end()
    return b"".join((*kept, text[position:])), blocks


def _uu(inside: bytes) -> bytes | None:
    lines = [line for line in inside.splitlines() if line.strip(b" `")]
    data: list[bytes] = []
    for line in lines:
        length = (line[0] - 32) & 63
        if not _UU_LINE.fullmatch(line) or not (length * 4 + 2) // 3 + 1 <= len(line) + 2 <= 92:
            return None
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some programs write more letters than the length says.
            try:
                data.append(binascii.a2b_uu(line[: (length * 4 + 5) // 3 + 1]))
            except binascii.Error:
                return None
    return b"".join(data) if data else None


def _yenc(head: bytes, inside: bytes) -> bytes | None:
    if b"part=" in head:
        # One piece of a file that came in several mails: never put together.
        return None
    lines = b"".join(inside.splitlines())
    plain = _Y_ESCAPED.sub(lambda found: bytes([(found[1][0] - 64) % 256]), lines)
    return plain.translate(_Y_TABLE)
