"""Which words of a text may be told back to the person who wrote it, on pages and in mails: never who or where."""

import re
from collections.abc import Sequence

from classifiers.normalise import Token
from classifiers.types import PlaceFinding

_NAMING = """
    nazywam nazywa imię imie nazwisko pan pani pana panu panią pania panem państwo sąsiad sąsiadka p dr mgr inż
    name called mr mrs ms miss neighbour
    звати звуть ім'я прізвище пан пані пана сусід сусідка
"""
_CLOSING = "pozdrawiam pozdrowienia poważaniem powazaniem regards sincerely повагою вдячністю"
#: After one of these a name may follow, so many words long, whatever its case.
_BEFORE_NAMES = frozenset(_NAMING.split())
_NAME_WORDS = 3
#: After one of these only the signature follows.
_SIGN_OFFS = frozenset(_CLOSING.split())
_BEFORE_STREETS = frozenset({"ul", "al", "os", "pl", "вул", "просп"})
_ADDRESS_MARKS = ("@", "://", "www.")
_OPENS_SENTENCE = re.compile(r"(?:^|[.!?:;\n])[\s\"'„“(–-]*$")
_RUN = re.compile(r"\S+")
_LOOK_BACK = 40


def tellable(text: str, tokens: Sequence[Token], place: PlaceFinding | None) -> frozenset[int]:
    """The positions of the words that may be told.

    Only words of the lexicon of concepts, which holds things and happenings; of them none that has a digit, lies in
    the place found, in a web or mail address, after "ul.", among the words after "Pani" or "nazywam się", in the
    signature, or is written like a name: with a capital letter within a sentence.
    """
    runs = _RUN.finditer(text)
    hidden = [run.span() for run in runs if any(mark in run[0] for mark in _ADDRESS_MARKS)]
    if place is not None:
        hidden.append((place.start, place.end))
    allowed: list[int] = []
    named_until = -1
    for position, token in enumerate(tokens):
        if token.lower in _SIGN_OFFS:
            break
        if position > named_until and _is_plain(text, tokens, position, hidden):
            allowed.append(position)
        if token.lower in _BEFORE_NAMES:
            named_until = position + _NAME_WORDS
    return frozenset(allowed)


def _is_plain(text: str, tokens: Sequence[Token], position: int, hidden: Sequence[tuple[int, int]]) -> bool:
    token = tokens[position]
    return (
        bool(token.concepts)
        and not any(character.isdigit() for character in token.text)
        and not any(token.start < end and start < token.end for start, end in hidden)
        and not (position and tokens[position - 1].lower in _BEFORE_STREETS)
        and not _is_like_name(text, token)
    )


def _is_like_name(text: str, token: Token) -> bool:
    if not token.text[0].isupper() or token.text.isupper():
        return False
    return not _OPENS_SENTENCE.search(text[max(0, token.start - _LOOK_BACK) : token.start])
