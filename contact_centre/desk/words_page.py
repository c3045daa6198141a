"""What the pages on the words of notices show: which words are the city's own, and how words read in a case."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from notifications.channels.sms.segments import Length, measure
from notifications.facts import Facts, read_facts
from notifications.links import conceal, sample_tracking_url
from notifications.models import FRAME_KIND, Notice, NoticeChannel, NoticeKind, Wording
from notifications.rendering import Rendered, compose, our_words
from notifications.wordings import KINDS, Words, file_words
from routing.models.loaded import LANGUAGES


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind in one language; ``changed`` is how many parts differ from the file."""

    language: str
    changed: int


@dataclass(frozen=True, slots=True)
class Row:
    kind: str
    label: str | Promise
    cells: list[Cell]


def label_of(kind: str) -> str | Promise:
    """What a kind is called among people."""
    return _("Around every notice") if kind == FRAME_KIND else NoticeKind(kind).label


def rows() -> Iterator[Row]:
    """All kinds, the frame last, each in every language: one statement."""
    counts: dict[tuple[str, str], int] = {}
    for wording in Wording.objects.newest().exclude(text=""):
        key = (wording.kind, wording.language)
        counts[key] = counts.get(key, 0) + 1
    for kind in KINDS:
        cells = [Cell(language, counts.get((kind, language), 0)) for language in LANGUAGES]
        yield Row(kind.lower(), label_of(kind), cells)


def preview(kind: str, language: str, words: Words, facts: Facts, *, as_page: bool = False) -> Rendered:
    """The words around these facts, in place of what is said now; ``as_page``: as the mail, whatever the channel."""
    of_file = file_words(kind, language)
    own = {(kind, name): text for name, text in words.items() if text and text != of_file[name]}
    others = {key: text for key, text in our_words(facts.kind, language).items() if key[0] != kind}
    channel = NoticeChannel.EMAIL if as_page else facts.channel
    with translation.override(language):
        return compose(replace(facts, channel=channel), others | own)


def length_of(said: Rendered, facts: Facts) -> Length | None:
    """How long the words are as a text message; None where these facts go by another channel."""
    return measure(said.text.strip()) if facts.is_sms else None


def length_of_sample(kind: str, language: str, words: Words, facts: Facts) -> Length | None:
    """How long the words of a sample would be, with a link as long as a resident's own."""
    real = replace(facts, tracking_url=sample_tracking_url(facts.reference))
    return length_of(preview(kind, language, words, real), facts)


def last_notice(case: Case, kind: str) -> Notice | None:
    """The last notice of the kind to the case's own people; any notice will do for the frame."""
    notices = Notice.objects.filter(participant__case=case).select_related("event__case", "participant__case")
    if kind != FRAME_KIND:
        notices = notices.filter(kind=kind)
    return notices.order_by("-id").first()


def preview_notice(
    notice: Notice, kind: str, language: str, words: Words, at: datetime, *, as_page: bool = False
) -> tuple[Rendered, Length | None]:
    """The words in a real case, without key and PIN of the person; they count in the length of a text message."""
    with translation.override(language):
        facts = replace(read_facts(notice, at), language=language)
    said = preview(kind, language, words, facts, as_page=as_page)
    person = notice.participant
    shown = replace(said, text=conceal(said.text, person), html=conceal(said.html, person))
    return shown, length_of(said, facts)
