"""A resident's whole way on the web: report, follow, answer, disagree. No password, no JavaScript."""

import html
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cases.actors import staff
from cases.models import Case, CaseEvent
from cases.services.endings import resolve_case
from cases.services.workflow import ask_resident, classify_case, route_case
from cases.states import Outcome
from routing.models import Category, Department, Kind, Role, Urgency
from tests.cast import staff_member

pytestmark = pytest.mark.django_db


def fields_of(page: str) -> dict[str, str]:
    """The hidden inputs of the last form of a page, as a browser would send them."""
    form = page[page.rindex("<form") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_from_a_report_to_a_reopened_case():
    cache.clear()
    browser = Client(enforce_csrf_checks=True)
    form = browser.get("/report/").content.decode()
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    typed = {
        "description": "Brak pokrywy studzienki przy przejściu.",
        "category": "road.manhole",
        "address": "Dworcowa 5",
        "email": "ana@example.org",
        "language": "pl",
    }

    confirmation = browser.post("/report/", fields_of(form) | typed | token, follow=True)

    case = Case.objects.get()
    assert case.reference in confirmation.content.decode()
    address = confirmation.redirect_chain[-1][0].removesuffix("received/")

    dispatcher, handler = (staff(staff_member(role)) for role in (Role.DISPATCHER, Role.HANDLER))
    now = timezone.now()
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="road.manhole"),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=dispatcher,
        at=now,
    )
    route_case(case_id=case.pk, department=Department.objects.get(code="zdm"), by=dispatcher, at=now)
    ask_resident(
        case_id=case.pk,
        question="Po której stronie ulicy?",
        answer_by=timezone.localdate(now) + timedelta(days=7),
        by=handler,
        at=now,
    )
    page = browser.get(address).content.decode()
    assert "Po której stronie ulicy?" in page

    browser.post(address, fields_of(page) | token | {"body": "Po stronie szkoły."})
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Pokrywa założona.", by=handler, at=now)
    assert "Pokrywa założona." in browser.get(address).content.decode()

    again = browser.get(f"{address}reopen/").content.decode()
    reason = {"reason": "Pokrywa znów zniknęła."}
    last = browser.post(f"{address}reopen/", fields_of(again) | token | reason, follow=True)

    assert "Pokrywa znów zniknęła." in last.content.decode()
    kinds = list(CaseEvent.objects.filter(case=case).order_by("id").values_list("kind", flat=True))
    assert kinds == [
        "RECEIVED",
        "CLASSIFIED",
        "ROUTED",
        "QUESTION_ASKED",
        "RESIDENT_REPLIED",
        "RESOLVED",
        "REOPENED",
    ]
    # Without a token of the form nothing is taken, and nothing is written.
    assert browser.post(address, {"body": "forged"}).status_code == 403
