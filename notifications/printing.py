"""Letters as a tagged PDF (PDF/UA-1), made from the very words that the pages of the notices show."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

import structlog
import typst
from django.utils.translation import gettext

from notifications.links import reveal
from notifications.models import Notice

log = structlog.get_logger(__name__)
_LAYOUT: Final = Path(__file__).parent / "templates" / "notifications" / "layout" / "letter.typ"


@dataclass(frozen=True, slots=True)
class Letter:
    """What ``layout/letter.typ`` lays out; a block is a list of lines."""

    title: str
    sender: str
    language: str
    head: list[str]
    address: list[str]
    paragraphs: list[list[str]]


class NoLetter(Exception):
    """The notice is no letter, or was printed too long ago."""


def print_letter(notice: Notice, at: datetime) -> bytes:
    """The letter with the resident's link and PIN. Raises NoLetter.

    A character that no font of ours has stands as an empty box, and the file then claims no standard.
    """
    return print_letters([notice], at)


def print_letters(notices: Sequence[Notice], at: datetime) -> bytes:
    """All these letters in one file, each on a sheet of its own, also where both sides are printed. Raises NoLetter."""
    if not notices or not all(notice.may_be_printed(at) for notice in notices):
        raise NoLetter(*(notice.pk for notice in notices))
    letters = [read_letter(notice) for notice in notices]
    title = letters[0].title if len(letters) == 1 else gettext("Letters")
    said = {"letters": json.dumps([asdict(letter) for letter in letters]), "title": title}
    try:
        return _compile(said, "ua-1")
    except typst.TypstError as error:
        ids = [notice.pk for notice in notices]
        log.warning("letter_without_standard", notice_ids=ids, error=str(error)[:200])
        return _compile(said, None)


def read_letter(notice: Notice) -> Letter:
    """The blocks of ``layout/letter.txt``: who writes and when, to whom, and what. Every line of the text is there."""
    text = reveal(notice.body, notice.participant)
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text.strip())]
    head, address, *paragraphs = [*blocks, [""], [""]][: max(len(blocks), 2)]
    return Letter(notice.subject, head[0], notice.spoken_language, head, address, paragraphs)


def _compile(said: dict[str, str], standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        _layout(), format="pdf", sys_inputs=said, pdf_standards=standard, ignore_system_fonts=True
    )


@cache
def _layout() -> bytes:
    return _LAYOUT.read_bytes()
