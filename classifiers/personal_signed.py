"""The home address that stands under a letter: street and number, postcode and town on its last lines.

Only what stands under the words that end a letter, or under a name on a line of its own: the last line may as well be
the place of the matter.
"""

import re
from collections.abc import Iterator
from typing import Final

from classifiers.first_names import FIRST_NAMES
from classifiers.normalise import fold
from classifiers.spans import Span

_LAST_CHARACTERS, _MOST_PIECES = 400, 9
_PIECE: Final = re.compile(r"[^\n,;]+")
_FLAT: Final = r"(?:m\.?|lok\.?|lokal|mieszkanie|flat|apt\.?|apartment|кв\.?)\s?\d{1,4}[a-z]?"
_NUMBER: Final = rf"\d{{1,4}}\s?[a-zA-Zа-я]?(?:\s?/\s?\d{{1,4}}[a-z]?|\s{_FLAT})?"
_PREFIX: Final = r"(?:(?:ul|al|os|pl|вул|просп|бул)\.\s?|(?:ulica|aleja|osiedle|plac|вулиця|площа)\s)"
_CAPITAL: Final = r"(?-i:[A-ZĄĆĘŁŃÓŚŹŻА-ЯІЇЄҐ])[\w'’.\-]{1,30}"
_NAME: Final = rf"(?:\d{{1,2}}\s)?{_CAPITAL}(?:\s{_CAPITAL}){{0,2}}"
_TOWN: Final = r"\d\d-\d{3}(?:\s[^\W\d_][\w\-]{1,30}){1,3}"
_ADDRESS: Final = re.compile(
    rf"(?:{_PREFIX}{_NAME}\s(?:nr\s)?{_NUMBER}|(?P<first>{_CAPITAL})(?:\s{_CAPITAL}){{0,2}}\s{_NUMBER}"
    rf"|\d{{1,2}}\s{_NAME}\s{_NUMBER}|{_NUMBER}\s{_NAME})(?:\s{_TOWN})?|{_TOWN}|{_FLAT}",
    re.IGNORECASE,
)
#: Numbers that stand behind these are no houses.
_NO_STREET: Final = re.compile(
    r"(?:tel|kom|fax|mob|phone|nip|regon|krs|pok|room|autobus|bus|linia|line|klasa|szko|przedszk|zlobek|oddzial|grupa"
    r"|sprawa|numer|nr|no|dnia|rok|blok|kabinet|тел|школ|автобус|дитяч)",
)
_REACHED_AT: Final = re.compile(
    r"(?:(?:tel|kom|mob|phone|e-?mail|тел)\b.*|[\d\s+()\-]{7,20}|\S+@\S+)", re.IGNORECASE
)
_CLOSING: Final = re.compile(
    r"(?:^|[.!?]\s+)"
    r"(?:--|z (?:poważaniem|powazaniem|wyrazami szacunku)|(?:łączę )?wyrazy szacunku|pozdrowienia"
    r"|(?:serdecznie )?pozdrawiamy?|(?:kind |best |warm )?(?:regards|wishes)|yours (?:sincerely|faithfully|truly)"
    r"|sincerely|thanks|(?:з|із) повагою|щиро ваш[аі]?)"
    r"(?!\w)(?:\s[^\W\d_][\w.'’\-]*){0,4}\W*$",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(rf"{_CAPITAL}(?:\s{_CAPITAL}){{1,2}}")


def find_signed_homes(text: str) -> Iterator[Span]:
    """The addresses between the end of a letter and the end of the text."""
    start = max(0, len(text) - _LAST_CHARACTERS)
    pieces = list(_PIECE.finditer(text, start))[-_MOST_PIECES:]
    under: list[Span] = []
    for piece in reversed(pieces):
        words = piece[0].strip()
        at = piece.start() + len(piece[0]) - len(piece[0].lstrip())
        if not words or _REACHED_AT.fullmatch(words):
            continue
        if _is_address(words.rstrip(".")):
            under.append(Span("ADDRESS", at, at + len(words.rstrip("."))))
        elif _is_end_of_letter(text, words, at):
            yield from _joined(text, under[::-1])
            return
        elif not _is_person(words):
            return


def _is_address(words: str) -> bool:
    found = _ADDRESS.fullmatch(words)
    return found is not None and not (found["first"] and _NO_STREET.match(fold(found["first"])))


def _is_end_of_letter(text: str, words: str, at: int) -> bool:
    """The closing words, or a name that fills a line of its own which is not the first."""
    if _CLOSING.search(words):
        return True
    before, after = text[:at].rstrip(" "), text[at + len(words) :].lstrip(" ,")
    return before.endswith("\n") and after.startswith("\n") and _is_person(words)


def _is_person(words: str) -> bool:
    return _PERSON.fullmatch(words) is not None and any(fold(word) in FIRST_NAMES for word in words.split())


def _joined(text: str, spans: list[Span]) -> Iterator[Span]:
    """Addresses with nothing but commas and ends of lines between them as one."""
    last: Span | None = None
    for span in spans:
        if last and not text[last.end : span.start].strip(" ,;.\r\n"):
            last = Span(span.kind, last.start, span.end)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
