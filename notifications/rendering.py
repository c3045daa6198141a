"""From facts to words: subject, text and HTML in the reader's language, all from one source.

``templates/notifications/<kind>/<language>.txt`` holds what is said, ``frame/<language>.txt`` what stands around
it in every notice, and ``layout/`` how mail, text message, letter and call are laid out. Text and HTML cannot drift
apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.template import Context, Engine
from django.utils import translation

from notifications.facts import Facts, Quote, read_facts
from notifications.models import Notice, NoticeChannel

WORDS: Final = ("subject", "lead", "quoted", "then")
FRAME: Final = (
    "sender",
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
    "more",
    "call",
)
_FALLBACK = "pl"
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
    with translation.override(notice.spoken_language):
        facts = read_facts(notice, at)
        words = say(facts)
        is_mail = notice.channel == NoticeChannel.EMAIL
        return Rendered(
            sender=facts.sender_name or words.frame["sender"],
            subject=f"[{facts.reference}] {words.subject}",
            text=_lay_out(_TEXT_LAYOUT[notice.channel], facts, words),
            html=_lay_out("mail.html", facts, words) if is_mail else "",
        )


def say(facts: Facts) -> Words:
    """The words for the facts in the active language."""
    language = translation.get_language() or _FALLBACK
    context = {"facts": facts}
    said = {name: _part(facts.kind.lower(), language, name, context) for name in WORDS}
    line = {name: " ".join(text.split()) for name, text in said.items()}
    frame = {name: _part("frame", language, name, context) for name in FRAME}
    return Words(
        subject=line["subject"],
        lead=line["lead"],
        quoted=line["quoted"],
        then=[" ".join(part.split()) for part in said["then"].split("\n\n") if part.strip()],
        quote=facts.quote,
        frame=frame,
    )


def _part(folder: str, language: str, name: str, context: dict[str, Any]) -> str:
    template = Engine.get_default().get_template(f"notifications/{folder}/{language}.txt#{name}")
    # Plain text: nothing is escaped here. ``strip`` gives back an unsafe string, so the HTML layout escapes it.
    return template.render(Context(context, autoescape=False)).strip()


def _lay_out(layout: str, facts: Facts, words: Words) -> str:
    template = Engine.get_default().get_template(f"notifications/layout/{layout}")
    context = {"facts": facts, "words": words, "frame": words.frame}
    return template.render(Context(context, autoescape=layout.endswith(".html"))).strip() + "\n"
