"""The words as they are: the file, what stands in its place, and whether other words could stand there."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from django.template import Engine
from django.utils import translation
from django.utils.translation import gettext as _

from notifications.models import FRAME_KIND, NoticeKind, Wording
from notifications.placeholders import NotPlain, Used, compile_words, read_placeholders
from notifications.rendering import FRAME, NEEDED, WORDS, fill, part
from notifications.samples import samples_of

KINDS: Final = (*NoticeKind.values, FRAME_KIND)
TEXT_LENGTH: Final = 4000
# Known of every case, whatever is told of it.
_ALWAYS: Final = Used(
    values=frozenset({"reference", "city", "city_phone"}),
    conditions=frozenset({"is_mail", "is_sms", "is_call", "is_letter"}),
)
#: Stands in the header "From" of a mail.
_ONE_LINE: Final = "sender"
_PART: Final = re.compile(r"{% partialdef (\w+) %}(.*?){% endpartialdef %}", re.DOTALL)
Words = Mapping[str, str]


def parts_of(kind: str) -> tuple[str, ...]:
    """The parts of which the words of the kind are made, in the order in which they are read."""
    return FRAME if kind == FRAME_KIND else WORDS


def file_words(kind: str, language: str) -> dict[str, str]:
    """What the file says, by part."""
    template = Engine.get_default().get_template(f"notifications/{kind.lower()}/{language}.txt")
    found = {name: text.strip() for name, text in _PART.findall(template.source)}
    return {name: found[name] for name in parts_of(kind)}


def changed_words(kind: str, language: str) -> dict[str, str]:
    """What stands in place of the file, by part; only what differs from it."""
    return {row.part: row.text for row in Wording.objects.in_force(language, (kind,))}


def allowed_in(kind: str, language: str) -> Used:
    """What words of the kind may use: what their file uses, and what is known of every case."""
    used = _ALWAYS
    for text in file_words(kind, language).values():
        used |= read_placeholders(text)
    return used


def find_problems(kind: str, language: str, words: Words, *, on: date) -> dict[str, str]:
    """Why the words could not be used, by part; empty when they can. An empty part is the file's and always can."""
    allowed, found = allowed_in(kind, language), {}
    for name, text in words.items():
        try:
            _check_part(kind, language, name, text, allowed, on)
        except NotPlain as problem:
            found[name] = str(problem)
    return found


def find_missing(kind: str, language: str, words: Words) -> dict[str, list[str]]:
    """The facts that the file tells or asks about and the words do not, by part. The words can be used all the same."""
    of_file = file_words(kind, language)
    missing = {
        name: sorted(read_placeholders(of_file[name]).names - read_placeholders(text).names)
        for name, text in words.items()
        if text
    }
    return {name: names for name, names in missing.items() if names}


def _check_part(kind: str, language: str, name: str, text: str, allowed: Used, on: date) -> None:
    if not text:
        return
    if name == _ONE_LINE and "\n" in text.strip():
        raise NotPlain(_("The name of who writes stands in the head of a mail: it is one line."))
    used = read_placeholders(text)
    unknown = (used.values - allowed.values) | (used.days - allowed.days) | (used.conditions - allowed.names)
    if unknown:
        raise NotPlain(
            _("This notice does not know: %(names)s. It knows: %(known)s.")
            % {"names": _listed(unknown), "known": _listed(allowed.names)}
        )
    template = compile_words(text)
    for sample in samples_of(kind, language, on) if name in NEEDED else ():
        with translation.override(language):
            is_silent = not fill(template, sample.facts) and bool(part(sample.facts, kind, name, {}))
        if is_silent:
            raise NotPlain(
                _("It says nothing in this situation: %(situation)s.") % {"situation": sample.name}
            )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"facts.{name}" for name in sorted(names))
