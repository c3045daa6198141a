"""``{% load desk %}``: the menu of whoever is signed in."""

from django import template
from django.template import Context

from contact_centre.desk.menu import menu_of

register = template.Library()


@register.inclusion_tag("desk/_menu.html", takes_context=True)
def desk_menu(context: Context) -> dict[str, object]:
    """The list items of the main menu."""
    return {"entries": menu_of(context["request"])}
