"""What a person wrote in a mail, without the mails quoted in it, her signature and what programs add. In doubt
everything is kept.

A cut is made only at a line that a mail program writes before a quotation, and only when nothing but quotation
follows: words between quotations are answers to them. Whatever is cut is only folded: the whole text is kept.
"""

import re
from typing import Final

from contact_centre.intake.mail.endings import without_ending
from contact_centre.intake.mail.html_text import QUOTE_MARK
from contact_centre.intake.mail.quoted import QuotedLines

# "On ... wrote:" in the languages of the house; programs break it over two or three lines.
_WROTE: Final = re.compile(
    r"^(?:"
    r"(?:w dniu|dnia)\b.{4,300}?\b(?:pisze|napisał(?:\(a\)|a|/a)?|napisal(?:\(a\)|a)?)\s*:"
    r"|(?:pon|wt|śr|czw|pt|sob|niedz|nd)\.?,.{4,300}?\bnapisał(?:\(a\)|a)?\s*:"
    r"|(?:on|le)\b.{4,300}?\b(?:wrote|schrieb|a écrit)\s*:"
    r"|am\b.{4,300}?\bschrieb\b.{0,200}?:"
    r"|(?:пн|вт|ср|чт|пт|сб|нд|вс)\.?,.{4,300}?(?:пише|пишет|написав|написала|написал)\b.{0,80}?:"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}.{2,200}?(?:пише|пишет|написав(?:\(ла\))?|написал(?:\(а\))?|wrote|pisze)\s*:"
    r"|\d{4}-\d{2}-\d{2}.{2,200}?(?:wrote|pisze|napisał(?:\(a\)|a)?|schrieb)\s*:"
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
# Any short passage with a year that ends so: dates stand in too many forms to name them all.
_WROTE_ON: Final = re.compile(
    r"^(?=.{0,300}\b(?:19|20)\d\d\b).{8,300}?(?:"
    r"\b(?:wrote|pisze|napisał(?:\(a\)|a)?|schrieb|пише|написав|написала|пишет|написал(?:\(а\)|а)?)\s*:"
    r"|\bschrieb am .{4,60}:|<\s*[^<>\s]+@[^<>\s]+>\s*:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_ZOHO: Final = re.compile(r"^-{2,}\s*on .{4,300} wrote\s*-{2,}$", re.IGNORECASE)
# Without marked lines below, only what a person would not write herself is taken for a program's line.
_CERTAIN: Final = re.compile(r"\d{1,2}[:.]\d{2}\b|\S@\S")
_WROTE_LINES: Final = 3
_WROTE_LENGTH: Final = 1000
_SEPARATOR: Final = re.compile(
    r"^\s*-{2,}\s*(?:original message|wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości"
    r"|ursprüngliche nachricht|оригінальне повідомлення|вихідне повідомлення)\s*-{2,}\s*$",
    re.IGNORECASE,
)
# What we, and others, ask people to write above; it stands unquoted where a program does not mark what it quotes.
_ABOVE: Final = re.compile(
    r"^[\s#*=_~-]*(?:(?:please )?(?:write|type|reply)(?: your (?:reply|answer))? above this line"
    r"|(?:prosimy |proszę )?(?:pisać|odpowiadać|pisz|napisz)(?: odpowiedź)? (?:powyżej|nad) t(?:ej|ą) lini(?:i|ą)"
    r"|bitte (?:oberhalb|über) dieser (?:zeile|linie) (?:schreiben|antworten)"
    r"|(?:будь ласка, )?(?:пишіть|відповідайте)(?: відповідь)? (?:вище|над) ц(?:ієї|ією) ліні(?:ї|єю))[\s.#*=_~-]*$",
    re.IGNORECASE,
)
# What follows was not answered but passed on: it is what the mail is about.
_FORWARDED: Final = re.compile(
    r"^[\s>-]*(?:begin forwarded message|forwarded message|wiadomość przekazana|przekazana wiadomość"
    r"|treść przekazanej wiadomości|weitergeleitete nachricht|anfang der weitergeleiteten nachricht"
    r"|переслане повідомлення|початок пересланого)",
    re.IGNORECASE,
)
_PGP: Final = "-----BEGIN PGP "
# The block that Outlook puts before a quotation: these fields on neighbouring lines.
_FROM: Final = re.compile(r"^\s*\*?(?:from|od|von|від|от)\*?\s*:\*?\s*\S", re.IGNORECASE)
_SENT: Final = re.compile(
    r"^\s*\*?(?:sent|date|wysłano|wysłane|data|gesendet|datum|надіслано|дата|отправлено)\*?\s*:\*?\s*\S",
    re.IGNORECASE,
)
_TO: Final = re.compile(r"^\s*\*?(?:to|do|an|кому|subject|temat|betreff|тема)\*?\s*:\*?\s*\S", re.IGNORECASE)
_BLOCK_LINES: Final = 6
_MARK_LINES: Final = 6
_RULE: Final = re.compile(r"^\s*[_-]{5,}\s*$")


def strip_quotes(text: str, *, is_forward: bool = False) -> str:
    """The person's own words; the whole text when no mark is certain, or when nothing would be left.

    ``text`` may hold marks of ``html_text``; they count as certain, and go with what is cut or stay. ``is_forward``:
    the subject says that the mail was passed on, so that the same marks stand around what it is about.
    """
    if _PGP in text:
        return text
    lines = text.split("\n")
    cut = len(lines) if is_forward else _first_mark(lines)
    if cut is None:
        cut = _quoted_end(lines)
    kept = without_ending(lines[:cut])
    return kept if kept.replace(QUOTE_MARK, "").strip() else text.strip()


def _first_mark(lines: list[str]) -> int | None:
    quoted = QuotedLines(lines)
    for index, line in enumerate(lines):
        if _FORWARDED.match(line) or (QUOTE_MARK in line and _FORWARDED.match(_next_words(lines, index))):
            return None
        length = _wrote_length(lines, index)
        # Words that stand right above the program's line are not part of it.
        if length > 1 and _wrote_length(lines, index + 1):
            continue
        if length and _ends_the_words(lines, index, length, quoted):
            return index
        if _is_certain(lines, index) and quoted.is_one_quotation(index + 1):
            return index - 1 if index and _RULE.match(lines[index - 1]) else index
    return None


def _next_words(lines: list[str], index: int) -> str:
    """The first line with words below a mark; pages put the same mark around what they quote and what they pass on."""
    below = (line for line in lines[index : index + _MARK_LINES] if line.replace(QUOTE_MARK, "").strip("> "))
    return next(below, "")


def _is_certain(lines: list[str], index: int) -> bool:
    line = lines[index]
    is_mark = QUOTE_MARK in line or _ABOVE.match(line) or _SEPARATOR.match(line)
    return bool(is_mark) or _is_header_block(lines, index)


def _wrote_length(lines: list[str], index: int) -> int:
    """How many lines the "wrote" line takes at this place; 0 when it is none."""
    for length in range(1, _WROTE_LINES + 1):
        taken = lines[index : index + length]
        if not all(line.strip() for line in taken):
            return 0
        joined = " ".join(line.strip() for line in taken)
        # All of them end so, and none is longer: most lines need no search at all.
        if len(joined) > _WROTE_LENGTH or not joined.endswith((":", "-")):
            continue
        if any(mark.match(joined) for mark in (_WROTE, _WROTE_ON, _ZOHO)):
            return length
    return 0


def _ends_the_words(lines: list[str], index: int, length: int, quoted: QuotedLines) -> bool:
    """Whether what follows is one quotation: all of it marked, or none of it (programs that do not mark)."""
    start = index + length
    if quoted.has_any(start):
        return quoted.is_one_quotation(start)
    return bool(_CERTAIN.search(" ".join(lines[index:start])))


def _is_header_block(lines: list[str], index: int) -> bool:
    if not _FROM.match(lines[index]):
        return False
    block = lines[index + 1 : index + _BLOCK_LINES]
    return any(_SENT.match(line) for line in block) and any(_TO.match(line) for line in block)


def _quoted_end(lines: list[str]) -> int:
    """Where a marked quotation at the very end begins; the end of the text when there is none."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    has_quotation = any(line.lstrip().startswith(">") for line in lines[end:])
    is_answered = any(line.lstrip().startswith(">") for line in lines[:end])
    return end if has_quotation and not is_answered else len(lines)
