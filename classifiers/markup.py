"""Traces of HTML in a text: tags, comments, scripts and entities, and what to read in their place."""

import html
import re
from collections.abc import Iterator
from typing import Final

#: (start, end, what to read instead)
Edit = tuple[int, int, str]

_BLOCKS: Final = (
    "p|div|br|hr|li|ul|ol|tr|td|th|table|tbody|h[1-6]|blockquote|pre|section|article|header|footer"
)
_INLINE: Final = (
    "a|b|i|u|s|em|strong|small|big|sub|sup|span|font|img|center|code|abbr|html|body|head|meta|link|title|style|script"
    "|form|input|button|label|iframe|svg|o:p"
)
#: Known names only: "<3", "5 < 7" and "<jan@poczta.example>" are words of people.
_TAG: Final = re.compile(
    rf"</?(?P<name>(?P<block>{_BLOCKS})|{_INLINE})(?:\s[^<>]{{0,2000}})?/?>|<!--|<!doctype[^<>]{{0,200}}>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})


def find_markup(text: str) -> list[Edit]:
    """What is not words, in its order. A tag counts as a blank or the end of a line, an entity as its character."""
    edits = sorted([*_tags(text), *_entities(text)] if "<" in text else _entities(text))
    apart: list[Edit] = []
    for edit in edits:
        if not apart or edit[0] >= apart[-1][1]:
            apart.append(edit)
    return apart


def _tags(text: str) -> Iterator[Edit]:
    lower = text.lower()
    if len(lower) != len(text):  # A few letters of other scripts grow: then positions would be wrong.
        lower = text
    never_closed: set[str] = set()
    at = 0
    while match := _TAG.search(text, at):
        name = (match["name"] or "").lower()
        end = match.end()
        closing = (
            "-->" if match[0] == "<!--" else f"</{name}>" if name in _UNSEEN and match[0][1] != "/" else ""
        )
        found = lower.find(closing, end) if closing and closing not in never_closed else -1
        # What is never closed is left alone: better to read a script than to lose a letter.
        if found >= 0:
            end = found + len(closing)
        else:
            never_closed.add(closing)
        at = end
        yield match.start(), end, "\n" if match["block"] else " "


def _entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text):
        character = html.unescape(match[0])
        if len(character) == 1:
            yield (
                match.start(),
                match.end(),
                character if character.isprintable() or character == "\n" else " ",
            )
