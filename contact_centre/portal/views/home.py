"""Pages that say something and ask nothing: home, privacy, accessibility, how requests are sorted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cases.queries.fates import LEAST_CASES, fates_lately
from classifiers.store import serving
from classifiers.store.figures import serving_figures
from contact_centre.portal.quality import lately, measures
from contact_centre.web.city import emergency_numbers, privacy_clause
from contact_centre.web.wording import day
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


def sorting(request: HttpRequest) -> HttpResponse:
    """What the classifier does, never decides and learns from; how good the one that serves is, on texts of a test and
    in daily work."""
    figures = None if serving.is_without() else serving_figures(serving.stand_in())
    fates = fates_lately(timezone.now())
    context = {
        "figures": figures,
        "measures": list(measures(figures)) if figures else [],
        "made_on": day(timezone.localdate(figures.made_at)) if figures else "",
        "fates": fates,
        "lately": list(lately(fates)),
        "least_cases": LEAST_CASES,
    }
    return render(request, "portal/sorting.html", context)
