"""The page of one case, and its changing parts when the open page asks for them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.access import get_case_for_staff
from cases.models import ReadReason
from cases.services.privacy import log_list_reading
from contact_centre.desk.case_page import case_context
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.desk.step_list import BY_NAME


@require_GET
@for_case_workers
def show_case(request: DeskRequest, reference: str) -> HttpResponse:
    """The case. Every look of a person is written to the read log; of a page that stays open and refreshes itself, one
    look an hour."""
    case = get_case_for_staff(request.user, reference, request.by)
    is_part = bool(request.htmx and not request.htmx.history_restore_request)
    log_list_reading(
        case_ids=[case.pk],
        user=request.user,
        reason=ReadReason.CASE_PAGE,
        at=timezone.now(),
        is_refresh=is_part,
    )
    if is_part:
        return render(request, "desk/case_live.html", case_context(request, case))
    done = request.GET.get("done", "")
    context = case_context(request, case) | {"done": done if done in BY_NAME else ""}
    return render(request, "desk/case.html", context)
