"""Home addresses that a person gives as her own. A street named as the place of a matter is none."""

import re
from collections.abc import Iterator
from typing import Final

from classifiers.normalise import fold
from classifiers.places.words import MONTHS
from classifiers.spans import Span

#: Words that make what follows one's own address, up to the preposition.
_OWN: Final = re.compile(
    r"\b(?:mieszkam|mieszkamy|zamieszka[łl]\w{0,3}|zam\.|zameldowan\w{1,2}|m[oó]j adres|nasz adres"
    r"|adres(?:em)? zamieszkania"
    r"|adres domowy|adres do (?:korespondencji|doręczeń|doreczen)|adres korespondencyjny"
    r"|i live|we live|i'm living|my (?:home )?address|our address|home address"
    r"|проживаю|проживаємо|мешкаю|мешкаємо|живу|живемо|моя адреса|наша адреса|адреса проживання"
    r"|прописан\w{0,2})"
    r"(?:[\s:,.\-]{1,3}(?:(?:w|in|у|в)\s[^\W\d_]{3,20},?(?=\s(?:przy|na|ul|os|al|pod|at|on|на|по|вул)(?!\w))"
    r"|pod adresem|pod|przy|na|w|to|jest|obecnie|tu|tutaj|at|on|in|is|за адресою|за|по|на|в|у|це)(?!\w)){0,3}"
    r"[\s:,.\-]{1,3}",
    re.IGNORECASE,
)
_PREFIX: Final = (
    r"(?:(?:ul|al|os|pl|вул|просп|бул)\.\s?"
    r"|(?:ulic[aąyę]|alei|alej[aię]|osiedl[ue]|plac[u]?|вулиц[яюі]|площ[аі])\s)"
)
_NAME: Final = r"(?:\d{1,2}\s)?[^\W\d_][\w'’.\-]{1,30}(?:\s[^\W\d_][\w'’.\-]{1,30}){0,2}"
_FLAT: Final = (
    r"(?:\s?[/]\s?\d{1,4}[a-z]?|,?\s?(?:m|m\.|lok\.|lokal|mieszkania|flat|apt\.?|кв\.?)\s?\d{1,4}[a-z]?)"
)
_HOUSE: Final = rf"(?:nr\s|no\.?\s|буд\.?\s)?\d{{1,4}}(?:\s?[a-zа-я](?!\w|\.?\s?\d))?{_FLAT}?(?![\w:])"
_CAPITALS: Final = r"(?-i:[A-ZĄĆĘŁŃÓŚŹŻ])[\w'’\-]{1,30}(?:\s(?-i:[A-ZĄĆĘŁŃÓŚŹŻ])[\w'’\-]{1,30}){0,2}"
_TOWN: Final = r"(?:,?\s{1,2}\d\d-\d{3}\s[^\W\d_]{2,30})?"
_STREET_FIRST: Final = re.compile(rf"{_PREFIX}?(?P<name>{_NAME})(?:,\s|\s){_HOUSE}{_TOWN}", re.IGNORECASE)
_HOUSE_FIRST: Final = re.compile(
    r"\d{1,4}[a-z]?(?:/\d{1,4})?,?(?:\s[^\W\d_][\w'’.\-]{0,30}){0,3}"
    rf"\s(?:street|st|road|rd|avenue|lane|square|drive)(?!\w)(?:,\sflat\s\d{{1,4}})?{_TOWN}",
    re.IGNORECASE,
)
#: "14 Dworcowa, flat 3": the English order, but the name of the street as it is.
_HOUSE_BEFORE_NAME: Final = re.compile(
    rf"\d{{1,4}}[a-z]?(?:/\d{{1,4}})?,?\s(?:ul\.?\s)?(?P<street>{_CAPITALS}(?=,?\s?{_FLAT}|\s?[,.;:!)\n]|\s?$"
    rf"|\s(?:in|and|where|near|on|but|which|since|for)\s)|[^\W\d_][\w'’\-]{{2,30}}(?=,?\s(?:flat|apt)\b))"
    rf"{_FLAT}?{_TOWN}",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"[\s\-]{0,2}(?:dni|dzie|doby|tyg|mies|lat|rok|razy|godz|min|osób|osob|tys|metr|piętr|pietr|piętrz|day"
    r"|week|month|year"
    r"|hour|time|floor|min|people|дн|тижд|місяц|рок|годин|раз|поверс|метр|хвилин|°|stopni)",
    re.IGNORECASE,
)
_SMALL_WORDS: Final = """
    od do i a na w z ze po około ok ponad już tu tutaj mam mamy jest są że przez roku się nie przy obok koło bo bloku
    blok nr numer piętrze pietrze for since and the over about near with have is are
    no number flat
    вже від до і та на з у в не понад близько біля поруч має є номер будинок
"""
#: Between the street and its number stands no word of a sentence.
_SENTENCE: Final = frozenset(_SMALL_WORDS.split())


def find_homes(text: str) -> Iterator[Span]:
    """Addresses with a house number that follow "mieszkam", "my address", "проживаю" and the like."""
    for own in _OWN.finditer(text):
        for form in (_HOUSE_FIRST, _STREET_FIRST, _HOUSE_BEFORE_NAME):
            match = form.match(text, own.end())
            if match and _is_home(text, match):
                yield Span("ADDRESS", *match.span())
                break


def _is_home(text: str, match: re.Match[str]) -> bool:
    name = match.groupdict().get("name") or ""
    street = match.groupdict().get("street") or ""
    if fold(street) in MONTHS and match.end("street") == match.end():
        return False  # "3 Maja" is a street without a house.
    is_sentence = any(word.strip(".").lower() in _SENTENCE for word in name.split())
    return not is_sentence and not _COUNTED.match(text, match.end())
