"""Which passages of a letter its author did not write for us: quoted mail and the signature at the end.

The mail room has cut what it is sure of. This is the light second look that every text gets, also those that were
pasted into a form. In doubt a passage is read.
"""

import re
from collections.abc import Iterable
from typing import Final

from classifiers.spans import Span

QUOTE, SIGNATURE = "QUOTE", "SIGNATURE"

_LONGEST_MARK: Final = 300
_WROTE: Final = re.compile(
    r"\b(?:napisa[łl](?:\(a\)|/a|a)?|pisze|wrote|schrieb|пише|написа(?:в|ла|л)(?:\(ла\)|\(а\))?"
    r"|пишет)[^:\n]{0,100}:\s*$",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:.]\d\d\b|\S@\S")
_CERTAIN: Final = re.compile(r"\d{1,2}:\d\d\b|\S@\S")
_SEPARATOR: Final = re.compile(
    r"\s*-{2,}\s*(?:original message|forwarded message|wiadomość oryginalna|oryginalna wiadomość"
    r"|treść oryginalnej wiadomości|wiadomość przekazana|оригінальне повідомлення"
    r"|переслане повідомлення)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"\s*\*?(?:from|od|від|от)\*?\s*:\*?\s*\S", re.IGNORECASE)
_SENT: Final = re.compile(
    r"\s*\*?(?:sent|date|wysłano|wysłane|data|надіслано|дата|отправлено)\*?\s*:", re.IGNORECASE
)
_TO: Final = re.compile(r"\s*\*?(?:to|do|кому|subject|temat|тема)\*?\s*:", re.IGNORECASE)
_BLOCK_LINES: Final = 6
_CLOSING: Final = re.compile(
    r"\W*(?:z (?:poważaniem|powazaniem|wyrazami szacunku)|(?:łączę )?wyrazy szacunku"
    r"|(?:serdecznie )?pozdrawiamy?(?: serdecznie)?"
    r"|pozdrowienia|(?:kind |best |warm )?(?:regards|wishes)|yours (?:sincerely|faithfully|truly)|sincerely"
    r"|(?:з|із) повагою|щиро ваш[аі]?)\b(?:[\s,.\-–]+[^\W\d_][\w.'’\-]*){0,4}[\s,.!\-–]*$",
    re.IGNORECASE,
)
_DELIMITER: Final = re.compile(r"-- ?\r?$")
_DEVICE: Final = re.compile(
    r"\s*(?:wysłan[eoay] z (?:mojego |telefonu|iphone|ipad|smartfon|urządz|aplikacji|outlook|poczty)"
    r"|sent from my |sent from (?:mail|outlook|yahoo)"
    r"|get outlook for |pobierz (?:aplikację )?outlook|надіслано з |отправлено с )",
    re.IGNORECASE,
)
_REACHED_AT: Final = re.compile(
    r"@|www\.|\b(?:tel|kom|fax|mob|phone|тел)\b|(?:\d[\s\-()]{0,2}){7}", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_SIGNATURE_LINES, _SIGNATURE_LINE = 6, 70


def find_passages(text: str) -> tuple[Span, ...]:
    """Quotations and signatures, in order and apart; never so many that no word of the text is left."""
    if "\n" not in text:
        return ()
    lines = text.split("\n")
    quoted = _quoted_lines(lines)
    if not _has_words(lines, quoted):
        quoted = frozenset()
    signed = _signature_lines(lines, quoted)
    if not _has_words(lines, quoted | signed):
        signed = frozenset()
    return _as_spans(lines, {**dict.fromkeys(quoted, QUOTE), **dict.fromkeys(signed, SIGNATURE)})


def _has_words(lines: list[str], without: frozenset[int]) -> bool:
    return any(at not in without and _WORD.search(line) for at, line in enumerate(lines))


def _quoted_lines(lines: list[str]) -> frozenset[int]:
    marked = {at for at, line in enumerate(lines) if line.lstrip().startswith(">")}
    first_words = next((at for at, line in enumerate(lines) if _WORD.search(line)), len(lines))
    for at, line in enumerate(lines):
        if at in marked or len(line) > _LONGEST_MARK:
            continue
        if _SEPARATOR.match(line) or _is_header_block(lines, at):
            return frozenset(marked | _from(lines, at))
        length = _wrote_length(lines, at)
        if not length:
            continue
        following = next((n for n in range(at + length, len(lines)) if lines[n].strip()), None)
        if following in marked:
            marked.update(range(at, at + length))
        elif first_words < at and _CERTAIN.search(" ".join(lines[at : at + length])):
            return frozenset(marked | _from(lines, at))
    return frozenset(marked)


def _from(lines: list[str], at: int) -> set[int]:
    return set(range(at, len(lines)))


def _wrote_length(lines: list[str], at: int) -> int:
    """How many lines "On … wrote:" takes here, at most three; nought when it does not stand here."""
    for length in (1, 2, 3):
        taken = lines[at : at + length]
        joined = " ".join(line.strip() for line in taken)
        if len(joined) > _LONGEST_MARK or not all(line.strip() for line in taken):
            return 0
        if _WROTE.search(joined) and _DATED.search(joined):
            return length
    return 0


def _is_header_block(lines: list[str], at: int) -> bool:
    if not _FROM.match(lines[at]):
        return False
    block = lines[at + 1 : at + _BLOCK_LINES]
    return any(map(_SENT.match, block)) and any(map(_TO.match, block))


def _signature_lines(lines: list[str], quoted: frozenset[int]) -> frozenset[int]:
    own = [at for at, line in enumerate(lines) if at not in quoted and line.strip()]
    signed = {at for at in own[-2:] if _DEVICE.match(lines[at])}
    own = [at for at in own if at not in signed]
    last = own[-_SIGNATURE_LINES - 1 :]
    for place, at in enumerate(last):
        below = last[place + 1 :]
        if len(lines[at]) > _SIGNATURE_LINE:
            continue
        is_closing = _DELIMITER.match(lines[at]) or _CLOSING.match(lines[at])
        if is_closing and all(_belongs_to_signature(lines[n]) for n in below):
            return frozenset({*signed, at, *below})
    return frozenset(signed)


def _belongs_to_signature(line: str) -> bool:
    """A short line of names and numbers: at least half of its words begin with a capital."""
    words = _WORD.findall(line)
    if len(line) > _SIGNATURE_LINE or "?" in line or "!" in line:
        return False
    if _REACHED_AT.search(line):
        return True
    is_shouted = len(words) > 3 and line.isupper()
    return not is_shouted and 2 * sum(word[0].isupper() for word in words) >= len(words)


def _as_spans(lines: Iterable[str], kinds: dict[int, str]) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for at, line in enumerate(lines):
        end = start + len(line)
        kind = kinds.get(at)
        if kind and spans and spans[-1].kind == kind and spans[-1].end == start - 1:
            spans[-1] = Span(kind, spans[-1].start, end)
        elif kind:
            spans.append(Span(kind, start, end))
        start = end + 1
    return tuple(spans)
