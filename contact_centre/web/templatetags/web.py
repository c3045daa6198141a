"""``{% load web %}``: icons, badges and navigation links. docs/components.md shows each in use."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from contact_centre.web import badges
from contact_centre.web.badges import Badge

# As ``ChoiceWidget.optgroups`` gives them: the name of a group or None, its options, its number.
OptGroups = Iterable[tuple[str | None, Iterable[Mapping[str, Any]], int]]
# Characters that turn the order of what stands around them, by the names that Unicode gives them; but
# what ends a turn, "PDF" there, would be taken for a document.
_TURNS = {
    ord(mark): f"⟨{name}⟩"
    for mark, name in {
        "\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "POP",
        "\u202d": "LRO", "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
    }.items()
}  # fmt: skip
SPRITE = "vendor/bootstrap-icons/icons.svg"

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


@register.simple_tag
def status(code: str, outcome: str = "", label: str = "") -> SafeString:
    """The badge of a case's status, or of its outcome once resolved; ``label`` says it in fuller words."""
    return _badge(badges.status_badge(code, outcome), label)


@register.simple_tag
def urgency(code: str, label: str = "") -> SafeString:
    """The badge of an urgency."""
    return _badge(badges.URGENCIES[code], label)


@register.simple_tag
def channel(code: str, label: str = "") -> SafeString:
    """The mark of a channel, without a frame."""
    return _badge(badges.CHANNELS[code], label)


@register.filter
def unbroken(reference: str) -> SafeString:
    """The number of a case inside a sentence: it stays on one line."""
    return format_html('<span class="reference">{}</span>', reference)


@register.filter
def turns_shown(words: str) -> str:
    """Words of others with the unseen characters that would turn their order in sight: they hide what is said."""
    return str(words).translate(_TURNS)


@register.simple_tag
def short_time(at: datetime) -> SafeString:
    """A moment as ``web/_time.html`` says it, but shorter: for the rows of a list."""
    here = timezone.localtime(at)
    words = date_format(here, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), words)


@register.inclusion_tag("web/_nav_link.html", takes_context=True)
def nav_link(context: Context, url_name: str, label: str, icon_name: str) -> dict[str, object]:
    """A link of the navigation that knows whether it leads to the page we are on."""
    url = reverse(url_name)
    return {"url": url, "label": label, "icon_name": icon_name, "is_here": context["request"].path == url}


@register.simple_tag
def options(optgroups: OptGroups) -> SafeString:
    """What stands inside a ``<select>``, as Django's own template draws it, without a template for each option."""
    return format_html_join("", "{}", ((_group(name, options),) for name, options, _index in optgroups))


def _group(name: str | None, options: Iterable[Mapping[str, Any]]) -> SafeString:
    drawn = format_html_join(
        "",
        '\n<option value="{}"{}>{}</option>',
        ((one["value"], flatatt(one["attrs"]) if one["attrs"] else "", one["label"]) for one in options),
    )
    return format_html('\n<optgroup label="{}">{}\n</optgroup>', name, drawn) if name else drawn


def _badge(badge: Badge, label: str) -> SafeString:
    """Drawn here: a list has three a row, and a template for each would be most of the page's time."""
    return format_html(
        '<span class="status status-{}">{}<span>{}</span></span>',
        badge.tone,
        icon(badge.icon),
        label or badge.label,
    )
