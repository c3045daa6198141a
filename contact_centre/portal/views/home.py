"""Pages that say something and ask nothing: home, privacy, accessibility."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contact_centre.web.city import emergency_numbers, privacy_clause
from routing.models import Group


def home(request: HttpRequest) -> HttpResponse:
    """What the centre is, and the ways into it."""
    groups = Group.objects.filter(categories__is_active=True).distinct().order_by("position", "id")
    return render(request, "portal/home.html", {"groups": groups, "numbers": emergency_numbers()})


def privacy(request: HttpRequest) -> HttpResponse:
    """The information clause in force."""
    return render(request, "portal/privacy.html", {"clause": privacy_clause()})


def accessibility(request: HttpRequest) -> HttpResponse:
    """The declaration of accessibility."""
    return render(request, "portal/accessibility.html")
