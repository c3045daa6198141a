"""Forms of names: what the dictionary knows of a word, the forms that a name takes, Latin sounds of Cyrillic words."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import morfeusz2

from classifiers.lemmas import cut_ending
from classifiers.normalise import fold

_morfeusz = morfeusz2.Morfeusz(expand_tags=True, generate=False)
_one_at_a_time = threading.Lock()
_MAX_LENGTH = 40
_GIVEN_NAME, _SURNAME = "imię", "nazwisko"
#: An adjective as the name of a street, where the dictionary does not know it ("Wądolska", "Turkusowa").
_ADJECTIVE = re.compile(r"(?:ow|sk|ck|dzk|[lnr])a$")

_CYRILLIC = str.maketrans(
    dict(zip("абвгґдеєзиіїйклмнопрстуфхцьыэё", "abwhgdeeziiijklmnoprstufhc iee", strict=True))
    | {"ж": "z", "ч": "c", "ш": "s", "щ": "sc", "ю": "u", "я": "a", "ъ": "", "'": "", "ʼ": "", "’": ""}
)
#: Ukrainian writes one letter for "g" and "h"; "j" is heard in the vowel beside it.
_ALIKE = str.maketrans({"g": "h", "j": "", " ": ""})
_POLISH_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ą", "on"), ("ę", "en"), ("ó", "u"), ("ch", "h"), ("sz", "s"), ("cz", "c"), ("[rd]z|[rd]ż|dź", "z"),
        ("i(?=[aeou])", ""), ("y", "i"), ("v", "w"),
    )
]  # fmt: skip
_TAIL = re.compile(r"(?:[eo]ho|[eo]mu|im|ih|[aeiou]+)$")


@dataclass(frozen=True, slots=True)
class WordReading:
    """One way to read a word: what it is, in which number, case and gender, and which kinds of name it may be."""

    part: str
    form: tuple[str, str, str]
    labels: frozenset[str]


@lru_cache(maxsize=65_536)
def readings(lower: str) -> tuple[WordReading, ...]:
    """How the Polish dictionary reads a word; nothing when it does not know it. Capitals do not matter."""
    if len(lower) > _MAX_LENGTH or not lower.isalpha() or is_cyrillic(lower):
        return ()
    with _one_at_a_time:
        analyses = _morfeusz.analyse(lower.capitalize())
    end = max((stop for _, stop, _ in analyses), default=0)
    return tuple(
        WordReading(parts[0], (*parts[1:4], "", "", "")[:3], frozenset(labels))
        for start, stop, (_, _, tag, labels, _) in analyses
        if start == 0 and stop == end and tag != "ign"
        for parts in (tag.split(":"),)
    )


def is_word(lower: str) -> bool:
    return bool(readings(lower))


def is_given_name(lower: str) -> bool:
    return any(_GIVEN_NAME in reading.labels for reading in readings(lower))


@lru_cache(maxsize=65_536)
def is_common(lower: str) -> bool:
    """Whether the word means something apart from names of people: "wolności" does, "mickiewicza" does not."""
    return any("nazwa_pospolita" in r.labels or not r.labels for r in readings(lower))


@lru_cache(maxsize=65_536)
def agree(adjective: str, noun: str) -> bool:
    """Whether the two may belong together: "polnej drodze" do, "polnej latarnia" do not."""
    forms = {r.form for r in readings(adjective) if r.part == "adj"}
    return any(r.form in forms for r in readings(noun) if r.part in ("subst", "adj"))


@lru_cache(maxsize=4_096)
def is_fixed(lower: str) -> bool:
    """Whether a word of a name stands in the genitive, as those of people do: then it never changes."""
    found = readings(lower)
    nominative = any(r.form[:2] == ("sg", "nom") and r.part in ("subst", "adj") for r in found)
    return not nominative and any(r.form[1] == "gen" for r in found)


def forms_of(lower: str) -> frozenset[str]:
    """The forms, folded, that surely mean this word of a name; nouns may have more (see ``stem``)."""
    folded = fold(lower)
    forms = {folded}
    if any(r.form[:2] == ("pl", "nom") for r in readings(lower)):  # "Stawy": "na Stawach"
        forms |= {f"{folded.rstrip('aeiouy')}{tail}" for tail in ("ach", "ami", "om")}
    if not is_fixed(lower) and _is_adjective(lower):
        forms |= set(_adjective_forms(folded))
    return frozenset(forms)


def is_noun(lower: str) -> bool:
    """Whether a word of a name takes the endings of a noun."""
    return not is_fixed(lower) and not _is_adjective(lower)


def _is_adjective(lower: str) -> bool:
    found = readings(lower)
    if not found:
        return bool(_ADJECTIVE.search(fold(lower)))
    return any(r.part == "adj" and r.form[1] == "nom" for r in found)


def _adjective_forms(folded: str) -> Iterator[str]:
    stem, ending = folded[:-1], folded[-1]
    soft = stem.removesuffix("i")
    tails = {
        "a": "ej iej",
        "y": "ego emu ym",
        "i": "iego iemu im ego",
        "e": "ego iego emu iemu ym im ych ich ymi imi",
    }
    for tail in tails.get(ending, "").split():
        yield (soft if tail[0] == "i" else stem) + tail


def stem(folded: str) -> str:
    """What is left of a word when its ending is cut."""
    return cut_ending(folded, "pl")


def is_cyrillic(lower: str) -> bool:
    return "\u0400" <= lower[0] <= "\u04ff"


@lru_cache(maxsize=65_536)
def sound(lower: str) -> str:
    """How a Polish or Ukrainian word sounds, roughly, without its ending: "Дворцовій" like "Dworcowa"."""
    if is_cyrillic(lower):
        heard = lower.translate(_CYRILLIC)
    else:
        heard = lower
        for pattern, plain in _POLISH_SOUNDS:
            heard = pattern.sub(plain, heard)
        heard = fold(heard)
    heard = re.sub(r"(.)\1", r"\1", heard.translate(_ALIKE))
    cut = _TAIL.sub("", heard)
    return cut if len(cut) >= 3 else heard
