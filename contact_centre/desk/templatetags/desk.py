"""``{% load desk %}``: the menu of whoever is signed in, and the badge of a case in the words of staff."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from cases.states import Outcome, Status
from contact_centre.desk.menu import menu_of
from contact_centre.web.templatetags.web import status

register = template.Library()


@register.inclusion_tag("desk/_menu.html", takes_context=True)
def desk_menu(context: Context) -> dict[str, object]:
    """The list items of the main menu."""
    return {"entries": menu_of(context["request"])}


@register.simple_tag
def case_status(code: str, outcome: str = "") -> SafeString:
    """The badge of a case with the words of the queue's filter and counters; ``{% status %}`` has the residents'."""
    is_resolved = code == Status.RESOLVED and outcome
    return status(code, outcome, str(Outcome(outcome).label if is_resolved else Status(code).label))
