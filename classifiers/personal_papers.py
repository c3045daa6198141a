"""Number plates and identity documents."""

import re
from collections.abc import Iterator
from typing import Final

from classifiers.spans import Span

#: Two letters of the district and five signs, or three letters and four or five: the patterns now in use.
_POLISH_PLATE: Final = re.compile(
    r"(?<![\w\-/.])(?P<area>[BCDEFGKLNOPRSTWZ][A-Z]{1,2})(?P<gap>[ \-]?)(?P<rest>[0-9A-Z]{4,5})(?![\w])(?![\-/]\d)"
)
_REST: Final = {
    2: re.compile(r"\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2}|\d[A-Z]\d{3}|\d[A-Z]{2}\d{2}|\d{2}[A-Z]{2}\d"),
    3: re.compile(
        r"\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2}|[A-Z]\d{3}|\d\d[A-Z]{2}|\d[A-Z]\d\d|\d\d[A-Z]\d|\d[A-Z]{2}\d"
        r"|[A-Z]{2}\d\d"
        r"|\d[A-Z]\d{3}|[A-Z]\d{2}[A-Z]{2}|[A-Z]{2}\d{3}"
    ),
}
_ABBREVIATIONS: Final = """
    PL BDO CEO CIT DPS EAN GPS KRS KRK NBP NFZ NIP NIK OSP PCK PGE PIN PIT PKO PKP PKS POZ PSE PUK PZU RP SMS SP TIR
    TV TVN TVP ZDM ZGM ZUS
"""
#: What looks like a district before a number and is none; "PL" stands before postal codes.
_NO_AREA: Final = frozenset(_ABBREVIATIONS.split())
_LETTER: Final = "[A-ZА-ЯІЇЄ]"
_SMALL_WORDS: Final = "(?:nr|no|od|do|na|po|za|at|to|of|is|it|on|in|ul|os|al|из|від|до|на|по|за)"
_ANNOUNCED_PLATE: Final = re.compile(
    r"\b(?:rej|rejestracyjn\w{1,4}|rejestracj\w{1,3}|tablic\w{0,4}|blach\w{0,3}|plates?|registration|reg"
    r"|номер\w{0,3}|номерн\w{2,3}|держномер\w{0,2})\b[\s.:,\"„]{0,3}"
    r"(?:(?:nr|numer\w{0,3}|rej|auta|samochodu|pojazdu|numbers?|no|is|of|знак\w{0,3}|машини|авто|автомобіля)\b"
    r"[\s.:,\"„]{0,3}){0,3}"
    rf"(?P<plate>(?!{_SMALL_WORDS}\b){_LETTER}{{1,3}}(?:[ \-]{_LETTER}{{1,2}})?[ \-]?"
    rf"\d[\dA-ZА-ЯІЇЄ]{{1,4}}(?:[ \-](?-i:{_LETTER}{{1,3}})|{_LETTER}{{1,3}})?"
    rf"|\d{{1,4}}[ \-]?{_LETTER}{{2,3}}[ \-]?\d{{0,4}})(?!\w)(?![\-/]\d)",
    re.IGNORECASE,
)
_POLISH_CARD: Final = re.compile(r"(?<!\w)[A-Z]{3} ?\d{6}(?!\w)")
_POLISH_PASSPORT: Final = re.compile(r"(?<!\w)[A-Z]{2} ?\d{7}(?!\w)")
_CARD_WEIGHTS: Final = (7, 3, 1, 9, 7, 3, 1, 7, 3)
_PASSPORT_WEIGHTS: Final = (7, 3, 9, 1, 7, 3, 1, 7, 3)
_ANNOUNCED_DOCUMENT: Final = re.compile(
    r"\b(?:dow[oó]d\w{0,4}|mdowod\w{0,3}|paszport\w{0,3}|legitymacj\w{1,2}|praw\w jazdy|kart\w{1,2} pobytu"
    r"|passport"
    r"|id card|identity card|residence card|driving licen[cs]e|паспорт\w{0,2}|посвідчення"
    r"|картк\w{1,2} побиту)\b[\s.:,]{0,3}"
    r"(?:(?:osobist\w{1,4}|seri\w{1,2}|i|a|nr|numer\w{0,3}|number|no|is|about|to|серія|номер\w{0,2}|та"
    r"|№)(?!\w)[\s.:,]{0,3}){0,4}"
    rf"(?P<number>{_LETTER}{{2,3}}[ \-]?\d{{6,7}}|{_LETTER}?\d{{8,9}}|\d{{5}}/\d\d/\d{{4}})(?!\w)",
    re.IGNORECASE,
)  # fmt: skip


def find_papers(text: str) -> Iterator[Span]:
    """Every number plate and every number of an identity document; they may overlap."""
    yield from (
        Span("PLATE", *match.span()) for match in _POLISH_PLATE.finditer(text) if _is_polish_plate(match)
    )
    for match in _ANNOUNCED_PLATE.finditer(text):
        if len(re.sub(r"\W", "", match["plate"])) >= 4:
            yield Span("PLATE", *match.span("plate"))
    for pattern, weights in ((_POLISH_CARD, _CARD_WEIGHTS), (_POLISH_PASSPORT, _PASSPORT_WEIGHTS)):
        for match in pattern.finditer(text):
            if _is_right(match[0].replace(" ", ""), weights):
                yield Span("DOCUMENT", *match.span())
    yield from (Span("DOCUMENT", *match.span("number")) for match in _ANNOUNCED_DOCUMENT.finditer(text))


def _is_polish_plate(match: re.Match[str]) -> bool:
    area = match["area"]
    # Without a gap the letters may belong to either side: "PN1234A", "PKNA123".
    splits = (
        [(area, match["rest"])]
        if match["gap"]
        else [(area, match["rest"]), (area[:2], area[2:] + match["rest"])]
    )
    return any(
        len(left) > 1 and left not in _NO_AREA and _REST[len(left)].fullmatch(right) is not None
        for left, right in splits
    )


def _is_right(number: str, weights: tuple[int, ...]) -> bool:
    """The check digit of Polish documents: letters count from ten, the weighted sum is divisible by ten."""
    return sum(weight * int(sign, 36) for weight, sign in zip(weights, number, strict=True)) % 10 == 0
