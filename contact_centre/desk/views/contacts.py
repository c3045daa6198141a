"""Calls, visits and letters: what was said, and whom somebody still has to call back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.models import Contact, ReadReason
from cases.queries.contacts import call_backs_due, contacts_for_staff, get_contact_for_staff
from cases.services.contacts import CannotCallBack, mark_contact_called_back
from cases.services.privacy import log_list_reading
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.web.pages import page_of


@require_GET
@for_case_workers
def show_contacts(request: DeskRequest) -> HttpResponse:
    """The contacts that the person may see, the newest first; with ``due`` those who wait to be called back."""
    rows = contacts_for_staff(request.user, request.by)
    is_due = bool(request.GET.get("due"))
    if is_due:
        rows = rows.filter(pk__in=call_backs_due(request.user, request.by).values("pk"))
    contacts, older_url = page_of(rows, request)
    _log(request, contacts)
    context = {"contacts": contacts, "is_due": is_due, "older_url": older_url}
    return render(request, "desk/contacts.html", context)


@require_POST
@for_case_workers
def call_back(request: DeskRequest, contact_id: int) -> HttpResponse:
    """Note that the promised call was made."""
    contact = get_contact_for_staff(request.user, request.by, contact_id)
    try:
        mark_contact_called_back(contact_id=contact.pk, by=request.by, at=timezone.now())
    except CannotCallBack:
        messages.error(request, _("Nobody has to be called back here any more."))
    else:
        messages.success(request, _("Noted: the person was called back."))
    return redirect(f"{reverse('desk:contacts')}?due=on")


def _log(request: DeskRequest, contacts: list[Contact]) -> None:
    """One reading for each case on the page, and one for the contacts that have none."""
    cases = {case.pk for contact in contacts for case in contact.cases.all()}
    has_others = any(not contact.cases.all() for contact in contacts)
    log_list_reading(
        case_ids=[*sorted(cases), *([None] if has_others else [])],
        user=request.user,
        reason=ReadReason.CONTACTS,
        at=timezone.now(),
        detail=f"{contacts[-1].pk}–{contacts[0].pk}" if contacts else "",
    )
