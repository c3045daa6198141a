"""Personal data in a text: where it stands, and the text without it. For public texts and for training data.

What is found is what a form betrays or what a word announces ("nazywam się", "mieszkam przy"). A name without such
a sign stays: a person reads a text before it is published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from classifiers.normalise import make_even
from classifiers.personal_names import find_names
from classifiers.personal_numbers import find_numbers
from classifiers.personal_papers import find_papers
from classifiers.personal_places import find_homes
from classifiers.personal_signed import find_signed_homes
from classifiers.spans import Span
from classifiers.types import DEFAULT_LANGUAGE

#: What stands in place of each kind, by language. Where two findings overlap, the kind named first here wins.
MARKERS: Final = {
    "EMAIL": {"pl": "e-mail", "en": "e-mail", "uk": "електронна пошта"},
    "ACCOUNT": {"pl": "numer konta", "en": "account number", "uk": "номер рахунку"},
    "PESEL": {"pl": "PESEL", "en": "PESEL", "uk": "PESEL"},
    "DOCUMENT": {"pl": "numer dokumentu", "en": "document number", "uk": "номер документа"},
    "NIP": {"pl": "NIP", "en": "NIP", "uk": "NIP"},
    "REGON": {"pl": "REGON", "en": "REGON", "uk": "REGON"},
    "PLATE": {"pl": "numer rejestracyjny", "en": "number plate", "uk": "номерний знак"},
    "PHONE": {"pl": "telefon", "en": "phone", "uk": "телефон"},
    "ADDRESS": {"pl": "adres", "en": "address", "uk": "адреса"},
    "NAME": {"pl": "imię i nazwisko", "en": "name", "uk": "ім’я"},
}
KINDS: Final = tuple(MARKERS)
_RANK: Final = {kind: rank for rank, kind in enumerate(KINDS)}
#: All of one length, so that no offset moves: blanks, dashes and digits of every kind as the plain ones.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | {chr(first + digit): str(digit) for first in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)}
    | {"＠": "@", "＋": "+", "．": "."}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with a marker in square brackets for each span; ``spans`` point into the text as it was given."""

    text: str
    spans: tuple[Span, ...]


def find_personal_data(text: str, language: str) -> tuple[Span, ...]:
    """The personal data in the text, in its order, without overlaps. Never raises; time grows with the length only.

    Every language's signs count in every text, because people mix them; the language decides where they differ.
    """
    even = make_even(text)
    plain = even.text.translate(_PLAIN)
    homes = (*find_homes(plain), *find_signed_homes(plain))
    found = [*find_numbers(plain), *find_papers(plain), *homes, *find_names(plain, language)]
    return tuple(Span(span.kind, *even.original_span(span.start, span.end)) for span in _apart(found))


def redact(text: str, language: str) -> Redacted:
    """The text with each piece of personal data replaced by its kind in that language: "[telefon]"."""
    spans = find_personal_data(text, language)
    pieces: list[str] = []
    at = 0
    for span in spans:
        words = MARKERS[span.kind]
        pieces += (text[at : span.start], f"[{words.get(language, words[DEFAULT_LANGUAGE])}]")
        at = span.end
    return Redacted("".join((*pieces, text[at:])), spans)


def _apart(found: Iterable[Span]) -> list[Span]:
    """Overlapping findings as one, as long as both together: nothing of the weaker one may be left over."""
    apart: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if apart and span.start < apart[-1].end:
            last = apart[-1]
            kind = min(last.kind, span.kind, key=_RANK.__getitem__)
            apart[-1] = Span(kind, last.start, max(last.end, span.end))
        else:
            apart.append(span)
    return apart
