"""House and flat numbers around a name: "12a/5", "nr 7 m. 3", "no. 7 flat 3", "буд. 7 кв. 3", "blok 7 przy Polnej"."""

import re
from dataclasses import dataclass

_LETTER = r"(?:[a-zа-я]|(?-i:\s[A-HА-Е]))?"
_NUMBER = rf"\d{{1,4}}{_LETTER}(?:\s?/\s?\d{{1,4}}[a-zA-Z]?|-\d{{1,4}}[a-zA-Z]?)?"
_FLAT_WORD = r"(?:m|mieszk\w*|lok\w*|flat|apt|apartment|unit|кв|квартира)"
_BUILDING = r"(?:nr|numer\w*|no|number|blok\w*|block|bud(?:yn\w*)?|dom\w*|house|building|буд\w*|номер\w*|№|#)"
_NO_HOUSE = r"(?!\d\d-\d{3}\b)"

_AFTER = re.compile(
    rf"(?:[\s,]{{1,3}}|(?<=[^\W\d_])(?=\d))(?:{_BUILDING}\.?\s{{0,2}}){{0,2}}{_NO_HOUSE}(?P<number>{_NUMBER})(?![:.]?\d)(?:(?!\w)|(?=m\d))"
    rf"(?:\s*,?\s*{_FLAT_WORD}\.?\s{{0,2}}(?:nr\.?\s{{0,2}})?(?P<flat>\d{{1,4}}[a-zA-Z]?)(?!\w))?",
    re.IGNORECASE,
)
#: "12 Dworcowa", "flat 3, 12 Dworcowa": the English order.
_BEFORE = re.compile(
    rf"(?:\b{_FLAT_WORD}\.?\s(?P<flat>\d{{1,4}}[a-z]?)\s?,\s?)?(?<![\w/.:,-])(?P<number>\d{{1,4}}[a-zA-Z]?(?:/\d{{1,4}}[a-zA-Z]?)?)"
    r"\s(?:ul\.?\s?)?$",
    re.IGNORECASE,
)
#: "blok 7 przy Polnej", "w budynku nr 5 na ulicy Polnej".
_BUILDING_BEFORE = re.compile(
    rf"(?<!\w){_BUILDING}\.?\s{{0,2}}(?:{_BUILDING}\.?\s{{0,2}})?(?P<number>{_NUMBER})"
    r"\s(?:na|przy|w|on|at|in|на|по)\s(?:ul\w*\.?\s?|os\w*\.?\s?|al\w*\.?\s?|вул\w*\.?\s?)?$",
    re.IGNORECASE,
)
#: A number before one of these counts something else ("na Polnej 3 dni nie ma wody").
_COUNTED = re.compile(
    r"\s*(?:dni|dzie|doby|tygod|mies|lat|rok|razy|godz|min|dnia|osob|osób|szt|metr|km|m[ ,.]|zł|aut|samoch|dziur|drzew|"
    r"lamp|latar|ławek|kosz|day|week|month|year|hour|time|people|car|tree|lamp|pothole|metre|meter|"
    r"дн|тижд|місяц|рок|год|раз|люд|авт|метр|дерев)"
)
_LOOK_BACK = 40


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A number as it was written, without blanks, and where it stands; ``flat`` is empty where none is told."""

    number: str
    start: int
    end: int
    flat: str = ""
    flat_start: int = 0
    flat_end: int = 0


def find_number(text: str, start: int, end: int) -> HouseNumber | None:
    """The house number that belongs to the name at ``start`` to ``end``."""
    after = _AFTER.match(text, end)
    if after and not (after["flat"] is None and _COUNTED.match(text, after.end("number"))):
        return _found(after)
    window = max(0, start - _LOOK_BACK)
    before = _BUILDING_BEFORE.search(text, window, start) or _BEFORE.search(text, window, start)
    return _found(before) if before else None


def _found(match: re.Match[str]) -> HouseNumber:
    number = re.sub(r"\s", "", match["number"])
    flat = match.groupdict().get("flat")
    if flat:
        return HouseNumber(number, *match.span("number"), flat, *match.span("flat"))
    slash = match["number"].find("/")
    if slash < 0:
        return HouseNumber(number, *match.span("number"))
    flat = match["number"][slash + 1 :].strip()
    return HouseNumber(
        number, *match.span("number"), flat, match.end("number") - len(flat), match.end("number")
    )
