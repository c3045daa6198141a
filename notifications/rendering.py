"""From facts to words: subject, text and HTML in the reader's language, all from one source.

``templates/notifications/<kind>/<language>.txt`` holds what is said, ``frame/<language>.txt`` what stands around
it in every notice, and ``layout/`` how mail, text message, letter and call are laid out. Text and HTML cannot drift
apart. What an administrator has written (``Wording``) is said in place of the file, as long as it can be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog
from django.template import Context, Engine, Template
from django.utils import translation

from notifications.facts import Facts, Quote, read_facts
from notifications.models import FRAME_KIND, Notice, NoticeChannel, Wording
from notifications.placeholders import compile_words

log = structlog.get_logger(__name__)
WORDS: Final = ("subject", "lead", "quoted", "then")
FRAME: Final = (
    "sender",
    "above",
    "greeting",
    "number",
    "pin",
    "pin_hint",
    "button",
    "link_hint",
    "merged",
    "answer",
    "phone",
    "privacy",
    "wishes",
    "more",
    "call",
)
# Without these a notice says nothing: words of ours that come out empty give way to the file.
NEEDED: Final = ("subject", "lead", *FRAME)
_FALLBACK = "pl"
# Words in place of the files, by kind (or FRAME_KIND) and part.
Ours = Mapping[tuple[str, str], str]
_TEXT_LAYOUT: Final[Mapping[str, str]] = {
    NoticeChannel.EMAIL: "mail.txt",
    NoticeChannel.SMS: "sms.txt",
    NoticeChannel.PHONE: "call.txt",
    NoticeChannel.LETTER: "letter.txt",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What is said, without its layout. ``then`` are paragraphs."""

    subject: str
    lead: str
    quoted: str
    then: list[str]
    quote: Quote | None
    frame: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice ready to be handed over; ``html`` is for mails only."""

    sender: str
    subject: str
    text: str
    html: str


def render(notice: Notice, at: datetime) -> Rendered:
    """The notice in its language, from what is known at this moment."""
    language = notice.spoken_language
    with translation.override(language):
        return compose(read_facts(notice, at), our_words(notice.kind, language))


def render_call(notice: Notice, at: datetime) -> Rendered:
    """The notice as it is said by phone, whatever its own channel: for one of us who tells what no machine could."""
    language = notice.spoken_language
    with translation.override(language):
        facts = replace(read_facts(notice, at), channel=NoticeChannel.PHONE)
        return compose(facts, our_words(notice.kind, language))


def our_words(kind: str, language: str) -> dict[tuple[str, str], str]:
    """What stands in place of the files for this kind of notice and for its frame."""
    rows = Wording.objects.in_force(language, (kind, FRAME_KIND))
    return {(row.kind, row.part): row.text for row in rows}


def compose(facts: Facts, ours: Ours) -> Rendered:
    """The facts laid out for their channel, in the active language."""
    words = say(facts, ours)
    return Rendered(
        # A line break would end a header.
        sender=facts.sender_name or " ".join(words.frame["sender"].split()),
        subject=f"[{facts.reference}] {words.subject}",
        text=_lay_out(_TEXT_LAYOUT[facts.channel], facts, words),
        html=_lay_out("mail.html", facts, words) if facts.is_mail else "",
    )


def say(facts: Facts, ours: Ours) -> Words:
    """The words for the facts in the active language."""
    said = {name: part(facts, facts.kind, name, ours) for name in WORDS}
    line = {name: " ".join(text.split()) for name, text in said.items()}
    frame = {name: part(facts, FRAME_KIND, name, ours) for name in FRAME}
    return Words(
        subject=line["subject"],
        lead=line["lead"],
        quoted=line["quoted"],
        then=[" ".join(text.split()) for text in said["then"].split("\n\n") if text.strip()],
        quote=facts.quote,
        frame=frame,
    )


def part(facts: Facts, kind: str, name: str, ours: Ours) -> str:
    """One part in the active language. Words of ours that cannot be read never hold a notice back."""
    if own := ours.get((kind, name)):
        try:
            said = fill(compile_words(own), facts)
        except Exception:
            log.exception("wording_broken", kind=kind, part=name, language=translation.get_language())
        else:
            if said or name not in NEEDED:
                return said
    language = translation.get_language() or _FALLBACK
    template = Engine.get_default().get_template(f"notifications/{kind.lower()}/{language}.txt#{name}")
    return fill(template, facts)


def fill(template: Template, facts: Facts) -> str:
    """The template as plain text: nothing is escaped here. ``strip`` gives back an unsafe string, so the HTML layout
    escapes it."""
    return template.render(Context({"facts": facts}, autoescape=False)).strip()


def _lay_out(layout: str, facts: Facts, words: Words) -> str:
    template = Engine.get_default().get_template(f"notifications/layout/{layout}")
    context = {"facts": facts, "words": words, "frame": words.frame}
    return template.render(Context(context, autoescape=layout.endswith(".html"))).strip() + "\n"
