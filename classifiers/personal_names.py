"""Names that a word or the place in a letter announces: "nazywam się …", "Pani …", the last lines.

A name as such is not looked for: half the streets of a city are called after somebody.
"""

import re
from collections.abc import Iterator
from typing import Final

from classifiers.first_names import FIRST_NAMES
from classifiers.normalise import fold
from classifiers.spans import Span

_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['’ʼ\-](?=[^\W\d_])){0,40}")
_BETWEEN: Final = re.compile(r"[ \t]{1,3}|\.[ \t]{0,3}(?=[^\W\d_])")
#: After these comes a name whatever its letters are.
_INTRODUCED: Final = re.compile(
    r"\b(?:nazywam si[ęe]|mam na imi[ęe]|moje imi[ęe] to|my name is|my name's|мене (?:звати|звуть)"
    r"|моє ім['’ʼ]я|меня зовут"
    r"|imi[ęe] i nazwisko|прізвище та ім['’ʼ]я|піб)\b[\s:\-]{1,3}",
    re.IGNORECASE,
)
#: Before a colon, as in forms and phone notes. What follows may also be the matter.
_FIELD: Final = re.compile(
    r"^\W{0,3}(?:zgłaszając[ay]|zglaszajac[ay]|zgłosiła?|dzwoniła?|wnioskodawc[ay]|skarżąc[ay]|full name|name"
    r"|caller"
    r"|reported by|заявни(?:к|ця))\s?:\s{0,2}",
    re.IGNORECASE | re.MULTILINE,
)
_TITLE: Final = re.compile(
    r"\b(?:[Pp]an(?:i|a|u|em|ią|ie|ia)?|[Pp]aństw(?:o|a|u|em)|PAN(?:I|A|U|EM|IĄ)?|PAŃSTW[OA]|(?:Mr|Mrs"
    r"|Ms)\b\.?|Miss|Mister"
    r"|[Пп]ан(?:а|у|ові|ом|е|і|ію|ів|ове)?|ПАН(?:І|А)?)(?<=[\w.])[ \t]{1,3}"
    r"|(?<![\w.])(?<!\d )(?<![IVX] )p\.[ \t]?(?=[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]{2})"
    r"|\b(?:[Ss]ąsiad(?:a|em|owi|ka|ki|kę|ką|ce)?|[Ll]okator(?:a|em|ka|ki|kę|ką)?|[Nn]eighbou?r|[Сс]усід(?:а"
    r"|ка|ом)?)[ \t]"
)
_SAYS_WHO: Final = re.compile(
    r"\b(?:jestem|tu|tutaj|ja|mówi|mowi|pisze|dzwoni|dzwonił|dzwoniła|podpisan[ay]|i am|i'm|this is|я|це"
    r"|пише)[ \t]",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"\b(?P<sure>z (?:poważaniem|powazaniem|wyrazami szacunku)|wyrazy szacunku"
    r"|(?:serdecznie )?pozdrawiam(?:y)?|pozdrowienia"
    r"|(?:kind|best|warm) (?:regards|wishes)|regards|yours (?:sincerely|faithfully|truly)|sincerely"
    r"|(?:з|із) повагою|с уважением|щиро ваш[аі]?)\b|\b(?:dziękuję|dziekuje|dzięki|z góry dziękuję|thanks"
    r"|thank you|many thanks"
    r"|cheers|дякую|спасибі)\b|^-- ?$",
    re.IGNORECASE | re.MULTILINE,
)
_AFTER_CLOSING: Final = re.compile(
    r"(?:[ \t]{1,3}(?:serdecznie|gorąco|ciepło|za pomoc|yours|very much|in advance"
    r"|заздалегідь))?[\s,.!;:\-–*]{1,8}"
    r"(?:(?:mgr|inż|dr|lek|prof|hab)\.?[ \t]){0,3}",
    re.IGNORECASE,
)
_AND: Final = re.compile(r"\s(?:i|oraz|and|&|та|і|й)\s", re.IGNORECASE)
_LINE_ENDS: Final = re.compile(
    r"[ \t]*(?:$|(?:i|oraz|and|&|та|і|й)\s|[\r\n,.;(]|\W{0,3}(?:tel|kom|nr|ul|os|e-?mail|phone|mob|тел)\b"
    r"|[ \t]\+?\d)",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(r"(?<![\w.'’\-])(?=(?P<first>[^\W\d_]{3,20}) (?P<second>[^\W\d_][\w'’\-]{2,40}))")
#: After these a name is that of a place.
_OF_A_PLACE: Final = re.compile(
    r"\b(?:ul|al|os|pl|im|św|sw|imienia|ulic\w|alej\w|rond\w{1,2}|plac\w{0,3}|park\w{0,3}|skwer\w{0,3}"
    r"|pomnik\w{0,3}"
    r"|szkoł\w|вул|вулиц\w|імені|ім|пам['’]ятник\w{0,2})\.?\s$",
    re.IGNORECASE,
)
#: The end of a text: a line, or the last sentence, that is a name and at most a number after it.
_LAST: Final = re.compile(r"(?:^|[.!?]\s{1,2}|\n)[ \t]{0,4}(?=[^\W\d_])")
_LAST_LINES: Final = 4
_LAST_CHARACTERS: Final = 200
_OFFICES: Final = re.compile(
    r"(?:prezyden|burmistrz|wojt|dyrekt|kierown|redaktor|radn|urzedni|naczeln|sekretar|minist|komendan|doktor"
    r"|dr$|mecenas"
    r"|profesor|prof$|inspek|inz$|mgr$|prezes|przewodnicz|konsultan|strazni|policjan|kierowc|sedzi|wojewod"
    r"|posel|posl"
    r"|pelnomocni|mayor|director|councillor|officer|manager|президент|мер$|директор|начальни|депутат|голов"
    r"|водi|водій)"
)
#: Words with a capital that are no names: beginnings of sentences, groups, offices, courtesy.
_NO_NAME: Final = re.compile(
    r"(?:pan|pani|panie|panowie|panstw\w*|mieszka\w*|lokator\w*|sasied\w*|sasiad\w*|rodzic\w*|uzytkowni\w*"
    r"|pasazer\w*"
    r"|wspoln\w*|zarzad\w*|rada|rady|urzad\w*|urzed\w*|wydzial\w*|miast\w*|straz\w*|stowarzysz\w*|firma"
    r"|komitet\w*|grupa|zespol"
    r"|obywatel\w*|emeryt\w*|wlasciciel\w*|dzial|biuro|spoldziel\w*|szkola|przedszkol\w*|czytelni\w*|polsk\w*"
    r"|polak\w*"
    r"|prosze|dzien|dobry|chcial\w*|zglasza\w*|pisze|mieszkam\w*|mam|mamy|jestem|jestesmy|moj\w*|nasz\w*|od"
    r"|do|na|w|z|ze|i|a|o"
    r"|przy|pod|za|po|nie|tak|jak|czy|to|ten|ta|te|jest|sa|sie|tel|telefon|ul|ulic\w*|os|al|pl|nr|kto|co"
    r"|gdzie|kiedy|dlaczego"
    r"|serdecznie|goraco|wszyst\w*|jeszcze|raz|milego|zycze|dziekuj\w*|pozdrawia\w*|klat\w*|blok\w*|parter\w*"
    r"|dziur\w*|bog|boz\w*"
    r"|the|and|is|are|a|an|not|in|at|on|of|from|for|to|we|our|all|residents?|tenants?|neighbou?rs?|team"
    r"|please|there|this|that"
    r"|it|my|me|living|sorry|sure|writing|polish|ukrainian|worried|important|withheld|regards|yours|private"
    r"|unknown|anonymous|again|word"
    r"|мешкан\w*|жител\w*|сусід\w*|сусид\w*|у|в|з|і|и|та|на|по|не|це|я|ми|ви|мені|прошу|добр\w*|скажіть|живу"
    r"|маю|є|або"
    r"|україн\w*|украін\w*|студент\w*)$"
)
_SURNAME: Final = re.compile(
    r".{2,}(?:ski|cki|dzki|ska|cka|dzka|skiego|ckiego|skiej|ckiej|ską|wicz|czyk|czak|enko|енко|чук|ський|ська)$"
)
_MOST_WORDS: Final = 3


def find_names(text: str, language: str) -> Iterator[Span]:
    """Names after an introduction, a title or a closing, and in the last lines; they may overlap."""
    for match in _INTRODUCED.finditer(text):
        yield from _as_span(_capitals(text, match.end()) or _two_words(text, match.end()))
    for match in _FIELD.finditer(text):
        yield from _as_span(_capitals(text, match.end()) or _small_known(text, match.end()))
    for match in _TITLE.finditer(text):
        # "pan" is a thing for the kitchen in English.
        if not (language == "en" and match[0].startswith("pan")):
            yield from _as_span(_titled(text, match))
    for match in _SAYS_WHO.finditer(text):
        yield from _as_span(_known(text, match.end()))
    if language != "en":
        yield from _full_names(text)
    yield from _signed(text)
    yield from _last_lines(text)


def _as_span(found: tuple[int, int] | None) -> Iterator[Span]:
    if found:
        yield Span("NAME", *found)


def _is_name_like(word: str) -> bool:
    is_abbreviation = len(word) < 3 and word.isupper()
    return word[0].isupper() and len(word) > 1 and not is_abbreviation and not _NO_NAME.match(fold(word))


def _words(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """The words of the line from there on, while nothing but blanks and dots of initials is between them."""
    match = _WORD.match(text, at)
    while match:
        yield match[0], match.start(), match.end()
        between = _BETWEEN.match(text, match.end())
        if not between or (between[0][0] == "." and len(match[0]) > 1):
            return
        match = _WORD.match(text, between.end())


def _capitals(text: str, at: int) -> tuple[int, int] | None:
    """Up to three words with a capital, initials among them."""
    start = end = None
    for number, (word, begin, finish) in enumerate(_words(text, at)):
        is_initial = len(word) == 1 and word.isupper() and text[finish : finish + 1] == "."
        if number == _MOST_WORDS or not (is_initial or _is_name_like(word)):
            break
        start, end = begin if start is None else start, finish
        if word.isupper() and not is_initial and number == 1:
            break  # In a text of capitals every word has one.
    return None if start is None or end is None else (start, end)


def _two_words(text: str, at: int) -> tuple[int, int] | None:
    """One or two words in small letters: a second one counts only after a known first name."""
    found: tuple[int, int] | None = None
    for number, (word, begin, finish) in enumerate(_words(text, at)):
        if number == 2 or len(word) < 2 or _NO_NAME.match(fold(word)):
            break
        found = (found[0] if found else begin, finish)
        if fold(word) not in FIRST_NAMES:
            break
    return found


def _titled(text: str, title: re.Match[str]) -> tuple[int, int] | None:
    at = title.end()
    for word, begin, _ in _words(text, at):
        at = begin
        if not _OFFICES.match(fold(word)):
            break
    found = _capitals(text, at)
    if found and title[0].strip().isupper() and len(title[0].strip()) > 1:
        first = text[found[0] : found[1]].split(maxsplit=1)[0]
        is_sure = fold(first) in FIRST_NAMES or _SURNAME.fullmatch(first.lower())
        return found if is_sure else None
    return None if found and _OFFICES.match(fold(text[found[0] : found[1]])) else found


def _known(text: str, at: int) -> tuple[int, int] | None:
    """A name that begins with a known first name."""
    found = _capitals(text, at)
    return found if found and fold(text[found[0] : found[1]].split(maxsplit=1)[0]) in FIRST_NAMES else None


def _full_names(text: str) -> Iterator[Span]:
    """First name and surname in the nominative: streets bear theirs in the genitive, but for English ones."""
    for pair in _PAIR.finditer(text):
        first, second = pair["first"], pair["second"]
        if not (first[0].isupper() and second[0].isupper() and fold(first) in FIRST_NAMES):
            continue
        is_surname = _SURNAME.fullmatch(second.lower()) if second.isupper() else _is_name_like(second)
        if is_surname and not _OF_A_PLACE.search(text[max(0, pair.start() - 20) : pair.start()]):
            yield Span("NAME", pair.start("first"), pair.end("second"))


def _signed(text: str) -> Iterator[Span]:
    for closing in _CLOSING.finditer(text):
        gap = _AFTER_CLOSING.match(text, closing.end())
        if not gap:
            continue
        is_sure = closing["sure"] or closing[0].startswith("--")
        found = (_capitals(text, gap.end()) if is_sure else _known(text, gap.end())) or _small_known(
            text, gap.end()
        )
        while found and _LINE_ENDS.match(text, found[1]):
            yield Span("NAME", *found)
            joined = _AND.match(text, found[1])
            found = _known(text, joined.end()) if joined else None


def _small_known(text: str, at: int) -> tuple[int, int] | None:
    """A known first name in small letters, and the word after it when that ends the line."""
    words = [word for word, _ in zip(_words(text, at), range(3), strict=False)]
    if words and len(words) < 3 and fold(words[0][0]) in FIRST_NAMES:
        return words[0][1], words[-1][2]
    return None


def _last_lines(text: str) -> Iterator[Span]:
    """A known first name and another word with a capital that fill one of the last lines or the last sentence."""
    end = len(text.rstrip())
    start = max(0, end - _LAST_CHARACTERS)
    tail = text[start:end]
    if start == 0 and "\n" not in tail and not re.search(r"[.!?]\s", tail):
        return
    lines = tail.split("\n")
    first = len("\n".join(lines[:-_LAST_LINES]))
    for opening in _LAST.finditer(tail, first):
        found = _capitals(tail, opening.end())
        if not found or not _fills_line(tail, found):
            continue
        words = tail[found[0] : found[1]].split()
        if len(words) > 1 and (fold(words[0]) in FIRST_NAMES or fold(words[-1]) in FIRST_NAMES):
            yield Span("NAME", start + found[0], start + found[1])


def _fills_line(tail: str, found: tuple[int, int]) -> bool:
    """Nothing after the name but a phone number or the like."""
    rest = tail[found[1] :].split("\n", 1)[0]
    return re.fullmatch(r"[\s,.;]*(?:(?:tel|kom|mob|phone|тел)\W{0,3})?[\d +()\-]*", rest) is not None
