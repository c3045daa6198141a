"""Numbers and addresses that lead to a person: PESEL, NIP, REGON, accounts, phones, e-mail.

Each pattern begins at a boundary and is bounded in length, so that the time grows with the text and no faster.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from stdnum import iban
from stdnum.exceptions import ValidationError
from stdnum.pl import nip, pesel, regon

from classifiers.spans import Span

_EMAIL: Final = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64}(?:@|\s?[(\[](?:at|małpa)[)\]]\s?|\s(?:małpa|malpa)\s)"
    r"[\w\-]{1,63}(?:(?:\.|\s?[(\[](?:dot|kropka)[)\]]\s?|\skropka\s)[\w\-]{1,63}){1,5}",
    re.IGNORECASE,
)
_PESEL: Final = re.compile(r"(?<![\w+])(?<!\d[.,/\-])\d{6}[ \-]?\d{5}(?!\w)(?![.,/\-]\d)")
_NIP: Final = re.compile(
    r"(?<!\w)(?<!\d[.,/\-])(?:PL ?)?(?:\d{10}|\d{3}[ \-]\d{3}[ \-]\d\d[ \-]\d\d"
    r"|\d{3}[ \-]\d\d[ \-]\d\d[ \-]\d{3})"
    r"(?!\w)(?![.,/\-]\d)"
)
_REGON: Final = re.compile(r"(?<!\w)(?:\d{14}|\d{9}|\d{3}[ \-]\d{3}[ \-]\d{3})(?!\w)")
_POLISH_ACCOUNT: Final = re.compile(r"(?<![\w\-])(?:PL ?)?\d\d(?:[ \-]?\d{4}){6}(?!\w)", re.IGNORECASE)
_IBAN: Final = re.compile(r"(?<![\w\-])[A-Z]{2}\d\d(?:[ \-]?[A-Z0-9]{4}){2,7}(?:[ \-]?[A-Z0-9]{1,3})?(?!\w)")

_GAP: Final = r"[ .\-/()]{0,3}"
_START: Final = r"(?<![\w+])(?<!\d[.,:/\-])"
_END: Final = r"(?!\w)(?![.,:/\-]\d)"
_INTERNATIONAL: Final = re.compile(
    rf"(?<![\w+])(?:\(?\+{_GAP}|00 ?)(?:48(?:{_GAP}\d){{9}}|380(?:{_GAP}\d){{9}}"
    rf"|[1-9](?:{_GAP}\d){{7,13}}){_END}"
)
_NATIONAL: Final = re.compile(
    # A dot alone makes a decimal number: with dots every part is set off.
    _START + r"(?:48[ \-]?)?(?P<number>\d{3}(?:[ \-/]{0,3}\d{3}[ \-/]{0,3}\d{3}|\.\d{3}\.\d{3})"
    r"|\d{3}(?:[ \-/]\d\d){3}|\d{3}(?:\.\d\d){3}"
    r"|\(?(?:0[ \-]?)?\d\d\)?(?:[ \-/]{1,3}\d{3}[ .\-/]?\d\d[ .\-/]?\d\d|\.\d{3}\.\d\d\.\d\d))" + _END
)
_WITH_NOUGHT: Final = re.compile(rf"{_START}\(?0[ \-]?[1-9]\d(?:[ \-/()]{{0,2}}\d){{7,8}}?{_END}")
_ANNOUNCED: Final = re.compile(
    r"\b(?:tel|telefon\w{0,3}|telefoniczny|kom|komórk\w{1,2}|komork\w{1,2}|phone|mobile|cell|call (?:me"
    r"|us)(?: (?:at|on))?"
    r"|whatsapp|viber|sms|zadzwo\w{1,5}|dzwoni\w{1,3}|oddzwoni\w{1,3}|тел|телефон\w{0,2}|моб|дзвоніть)\b"
    r"[\s.:]{0,3}(?:(?:kom|nr|numer|number|no|to|is|pod|na|at|on|номер|за номером)\b[\s.:]{0,3}){0,2}"
    rf"(?P<number>\d(?:{_GAP}\d){{6,12}})(?!\w)",
    re.IGNORECASE,
)
_CODES: Final = """
    12 13 14 15 16 17 18 22 23 24 25 29 32 33 34 39 41 42 43 44 45 46 47 48 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 81 82 83 84 85 86 87 88 89 91 94 95
"""
#: The area codes of Poland and the beginnings of its mobile numbers.
_BEGINNINGS: Final = frozenset(_CODES.split())
_FREE_LINES: Final = ("800", "801")
_DATE: Final = re.compile(r"\d{1,2}[ .\-/]\d{1,2}[ .\-/](?:19|20)\d\d|(?:19|20)\d\d[.\-/]\d\d[.\-/]\d\d")
_COUNTED: Final = re.compile(
    r"\s?(?:zł|zl|pln|eur|euro|€|\$|£|usd|gbp|грн|uah|тис|млн|tys|mln|mld|osób|osob|m2|m²|km|kwh|szt|%)",
    re.IGNORECASE,
)
_MONEY_BEFORE: Final = re.compile(r"(?:[€$£]|\b(?:kwot\w{0,2}|koszt\w{0,3}|EUR|PLN|USD))\s?$", re.IGNORECASE)
#: A number after one of these is the number of a thing.
_OF_A_THING: Final = re.compile(
    r"\b(?:spraw\w{0,3}|zgłosze\w{1,4}|zglosze\w{1,4}|wnios\w{1,4}|licznik\w{0,3}|faktur\w{0,2}|działk\w{1,3}"
    r"|klient\w{0,2}"
    r"|zlece\w{1,4}|umow\w{1,2}|decyzj\w{1,2}|krs|bdo|seryjn\w{1,3}(?: \w{1,15})?|serial|księg\w{1,3}"
    r"|lamp\w{0,2}|słup\w{0,3}|case|ticket"
    r"|reference|meter"
    r"|invoice|order|receipt|lamp|справ\w{1,2}|лічильник\w{0,3}|звернення|договор\w{0,2}|ліхтар\w{0,2})\b"
    r"[\s.:#]{0,3}(?:(?:nr|numer|no|number|номер|id)\b[\s.:#]{0,3})?$|№\s?$",
    re.IGNORECASE,
)  # fmt: skip
_LABELS: Final = {
    kind: re.compile(
        rf"\b(?:{words})\b\W{{0,3}}(?:(?:nr|numer|number|to|is|no)\b\W{{0,3}}){{0,2}}$", re.IGNORECASE
    )
    for kind, words in {
        "PESEL": r"pesel\w{0,2}|песель",
        "NIP": r"nip\w{0,3}",
        "REGON": r"regon\w{0,2}",
        "ACCOUNT": r"kont\w{1,2}|rachun\w{1,5}|bankow\w{1,3}|account|iban|рахун\w{1,4}",
    }.items()
}
_BEFORE: Final = 40
_FIRST_YEAR: Final = 1900


def find_numbers(text: str) -> Iterator[Span]:
    """Every number and e-mail address that leads to a person; they may overlap."""
    yield from (Span("EMAIL", *match.span()) for match in _EMAIL.finditer(text))
    yield from (Span("PESEL", *match.span()) for match in _PESEL.finditer(text) if _is_pesel(text, match))
    yield from (Span("NIP", *match.span()) for match in _NIP.finditer(text) if _is_nip(text, match))
    yield from (Span("REGON", *match.span()) for match in _REGON.finditer(text) if _is_regon(text, match))
    yield from _accounts(text)
    yield from _phones(text)


def _before(text: str, start: int) -> str:
    return text[max(0, start - _BEFORE) : start]


def _is_labelled(kind: str, text: str, start: int) -> bool:
    return _LABELS[kind].search(_before(text, start)) is not None


def _is_pesel(text: str, match: re.Match[str]) -> bool:
    """With the word before it any eleven digits, for people mistype; else check digit and day of birth count."""
    if _is_labelled("PESEL", text, match.start()):
        return True
    if not pesel.is_valid(match[0]):
        return False
    return _FIRST_YEAR <= pesel.get_birth_date(match[0]).year <= datetime.now(UTC).year


def _is_nip(text: str, match: re.Match[str]) -> bool:
    if _is_labelled("NIP", text, match.start()):
        return True
    return (
        bool(nip.is_valid(match[0]))
        and match[0][0] != "0"
        and not _OF_A_THING.search(_before(text, match.start()))
    )


def _is_regon(text: str, match: re.Match[str]) -> bool:
    """Nine digits are a phone number more often than not: they need the word before them."""
    if _is_labelled("REGON", text, match.start()):
        return True
    return len(match[0]) == 14 and bool(regon.is_valid(match[0]))


def _accounts(text: str) -> Iterator[Span]:
    for match in _POLISH_ACCOUNT.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        is_grouped = len(match[0]) - len(digits) >= 6
        if is_grouped or _is_iban(f"PL{digits}") or _is_labelled("ACCOUNT", text, match.start()):
            yield Span("ACCOUNT", *match.span())
    for match in _IBAN.finditer(text):
        # Words in capitals may follow: the longest beginning that is an account counts.
        ends = [match.end(), *(match.start() + gap.start() for gap in re.finditer(r"[ \-]", match[0]))]
        right = [end for end in ends if _is_iban(text[match.start() : end])]
        if right:
            yield Span("ACCOUNT", match.start(), max(right))


def _is_iban(number: str) -> bool:
    try:
        iban.validate(number, check_country=False)
    except (ValidationError, ValueError):
        return False
    return True


def _phones(text: str) -> Iterator[Span]:
    yield from (Span("PHONE", *match.span()) for match in _INTERNATIONAL.finditer(text))
    for match in _NATIONAL.finditer(text):
        digits = re.sub(r"\D", "", match["number"]).lstrip("0")
        if (
            digits[:2] in _BEGINNINGS
            and len(digits) == 9
            and not digits.startswith(_FREE_LINES)
            and _is_free(text, match)
        ):
            yield Span("PHONE", *match.span())
    for match in _WITH_NOUGHT.finditer(text):
        if not _DATE.match(match[0]) and _is_free(text, match):
            yield Span("PHONE", *match.span())
    for match in _ANNOUNCED.finditer(text):
        is_date, is_free_line = _DATE.match(match["number"]), match["number"].startswith(_FREE_LINES)
        if not is_date and not is_free_line and not _COUNTED.match(text, match.end()):
            yield Span("PHONE", *match.span("number"))


def _is_free(text: str, match: re.Match[str]) -> bool:
    """Whether nothing around the number says that it counts money or numbers a thing."""
    before = _before(text, match.start())
    is_taken = _COUNTED.match(text, match.end()) or _MONEY_BEFORE.search(before) or _OF_A_THING.search(before)
    return not is_taken and not _is_labelled("REGON", text, match.start())
