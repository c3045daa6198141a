"""A letter as a tagged PDF (PDF/UA-1), made from the very words that the page of the notice shows."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

import structlog
import typst

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
    if not notice.may_be_printed(at):
        raise NoLetter(notice.pk)
    said = {"letter": json.dumps(asdict(read_letter(notice)))}
    try:
        return _compile(said, "ua-1")
    except typst.TypstError as error:
        log.warning("letter_without_standard", notice_id=notice.pk, error=str(error)[:200])
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
