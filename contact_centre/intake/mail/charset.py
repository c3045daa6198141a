"""Bytes to text, whatever was declared: never an error, and a guess that knows our three languages."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

from charset_normalizer import from_bytes

# Names that programs write, and what they mean by them.
_ALIASES: Final = {
    "ansi": "cp1252",
    "cp-850": "cp850",
    "cp-1250": "cp1250",
    "cp-1251": "cp1251",
    "cp-1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-gb2312": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "latin-2": "iso-8859-2",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "x-euc-jp": "euc_jp",
    "x-gb18030": "gb18030",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "x-utf-8": "utf-8",
    "win-1250": "cp1250",
    "x-gbk": "gb18030",
    "x-mac-ce": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-sjis": "cp932",
    "x-windows-1250": "cp1250",
}
# Names that say nothing ("default", "unknown-8bit", "x-unknown" ...) are no codecs: they count as no declaration.
# Codecs of Python that are no charsets of mails: they would apply escapes or take for ever.
_NOT_CHARSETS: Final = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}
# The codes 80 to 9F are controls in these; who uses them means the Windows charset beside it.
_WINDOWS_TWIN: Final = {"iso8859-1": "cp1252", "iso8859-2": "cp1250", "iso8859-9": "cp1254"}
_CONTROLS: Final = re.compile(rb"[\x80-\x9f]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_POLISH: Final = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_CYRILLIC: Final = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъ")
_WESTERN: Final = frozenset("äöüßÄÖÜéèêëàâáçñóíúôîïåøæÉ")
_MARKS_OF_TEXT: Final = frozenset("„”“’‘–—…«»§°€\xa0")
# Order decides between equals: what is usual in the city first.
_GUESSES: Final = (
    ("cp1250", _POLISH),
    ("iso8859-2", _POLISH),
    ("cp1251", _CYRILLIC),
    ("koi8-u", _CYRILLIC),
    ("cp1252", _WESTERN),
)
_WORD: Final = re.compile(r"\w+")
_GUESS_BYTES: Final = 20_000
# From this share of plausible letters on it is a text of ours; below, the detector is asked about the whole world.
_SURE: Final = 0.5
_DETECTED_BYTES: Final = 4_000
# Fewer bytes beyond ASCII say nothing to a detector that knows no language.
_LEAST_DETECTED: Final = 8
_ASCII_LETTER: Final = re.compile(r"[a-zA-Z]")


def decode(data: bytes, declared: str = "") -> tuple[str, bool]:
    """The text, and whether the declared charset (none: ASCII or UTF-8) explained it without a guess."""
    for position, name in enumerate(_candidates(data, declared)):
        try:
            return _text(data, name), position == 0 or name == "ascii"
        except (LookupError, ValueError):
            continue
    return data.decode(_guess(data), "replace"), False


def _text(data: bytes, name: str) -> str:
    text = data.decode(name)
    if name == "utf-7":
        # The only charset that can say half a character, which nothing can keep.
        text.encode()
    return text


def _candidates(data: bytes, declared: str) -> Iterator[str]:
    name = _codec(declared)
    if name:
        yield _WINDOWS_TWIN[name] if name in _WINDOWS_TWIN and _CONTROLS.search(data) else name
    yield from (codec for mark, codec in _MARKS if data.startswith(mark))
    yield "utf-8"


def _codec(declared: str) -> str:
    """Python's name of the charset; empty when there is none."""
    name = declared.strip().strip("\"'").lower().removeprefix("charset=").split("*")[0].strip()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        return ""
    return "" if found.replace("-", "_") in _NOT_CHARSETS else found


def _guess(data: bytes) -> str:
    """Our languages first; for whatever is not theirs the detector of all charsets; else the Windows charset."""
    sample = data[:_GUESS_BYTES]
    scores = [(_score(sample, name, letters), -i, name) for i, (name, letters) in enumerate(_GUESSES)]
    best, _, name = max(scores)
    if best >= _SURE:
        return name
    return _detected(sample) or (name if best > 0 else "cp1252")


def _detected(sample: bytes) -> str:
    if sum(byte > 0x7F for byte in sample) < _LEAST_DETECTED:
        return ""
    found = from_bytes(sample[:_DETECTED_BYTES], enable_fallback=False, language_threshold=0.2).best()
    return found.encoding if found is not None and found.language != "Unknown" else ""


def _score(sample: bytes, name: str, letters: frozenset[str]) -> float:
    """Which share of the characters beyond ASCII are letters of the language, in words that are of one alphabet."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return 0.0
    beyond = [c for c in text if c > "\x7f"]
    good = sum(c in _MARKS_OF_TEXT for c in beyond)
    for word in _WORD.findall(text):
        is_mixed = letters is _CYRILLIC and bool(_ASCII_LETTER.search(word))
        # Capitals stand first in a word: the other Cyrillic charset has them everywhere.
        shape = word.lower() if word[1:].islower() or letters is not _CYRILLIC else word
        good += 0 if is_mixed else sum(c > "\x7f" and c in letters for c in shape)
    return good / len(beyond) if beyond else 0.0
