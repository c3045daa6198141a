"""The read log, for the data protection officer and the head of the centre."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases.access import NoAccess
from cases.queries.finding import find_case_for_staff
from cases.queries.readings import readings_for
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.desk.readings import in_words
from contact_centre.web.pages import page_of


@require_GET
@for_case_workers
def show_readings(request: DeskRequest) -> HttpResponse:
    """Who read what, when and why: of all cases, or of the one whose number is given."""
    reference = request.GET.get("reference", "").strip()[:32]
    rows = readings_for(request.user, request.by)
    is_unknown = False
    if reference:
        try:
            case = find_case_for_staff(request.user, reference, request.by)
        except NoAccess:
            is_unknown, rows = True, rows.none()
        else:
            reference, rows = case.reference, readings_for(request.user, request.by, case)
    logs, older_url = page_of(rows, request)
    context = {
        "readings": in_words(logs),
        "reference": reference,
        "is_unknown": is_unknown,
        "older_url": older_url,
    }
    return render(request, "desk/readings.html", context)
