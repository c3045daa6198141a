"""``{% load web %}``: icons, badges and navigation links. docs/components.md shows each in use."""

from functools import cache

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contact_centre.web import badges
from contact_centre.web.badges import Badge

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


@register.inclusion_tag("web/_status.html")
def status(code: str, outcome: str = "", label: str = "") -> dict[str, object]:
    """The badge of a case's status, or of its outcome once resolved; ``label`` says it in fuller words."""
    return _badge(badges.status_badge(code, outcome), label)


@register.inclusion_tag("web/_status.html")
def urgency(code: str, label: str = "") -> dict[str, object]:
    """The badge of an urgency."""
    return _badge(badges.URGENCIES[code], label)


@register.inclusion_tag("web/_status.html")
def channel(code: str, label: str = "") -> dict[str, object]:
    """The mark of a channel, without a frame."""
    return _badge(badges.CHANNELS[code], label)


@register.inclusion_tag("web/_nav_link.html", takes_context=True)
def nav_link(context: Context, url_name: str, label: str, icon_name: str) -> dict[str, object]:
    """A link of the navigation that knows whether it leads to the page we are on."""
    url = reverse(url_name)
    return {"url": url, "label": label, "icon_name": icon_name, "is_here": context["request"].path == url}


def _badge(badge: Badge, label: str) -> dict[str, object]:
    return {"tone": badge.tone, "icon_name": badge.icon, "label": label or badge.label}
