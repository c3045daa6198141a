"""The desk has a sentence for every kind of event."""

import pytest
from django.urls import reverse

from cases.models import EventKind
from contact_centre.desk.timeline import _FAILURES, _SENTENCES
from contact_centre.intake.mail.types import Failure
from notifications.delivery import _NOTED
from notifications.models import FailureReason
from routing.models import Role
from tests.factories import make_settled_case


def test_every_kind_of_event_has_its_sentence():
    assert set(_SENTENCES) == set(EventKind.values)


def test_every_reason_why_a_notice_did_not_arrive_has_its_words():
    assert {*Failure, *_NOTED.values(), FailureReason.HELD} - {Failure.NONE} == set(_FAILURES)


@pytest.mark.django_db
def test_a_decision_names_the_clocks_that_it_put_an_end_to(desk, take, in_english):
    """DOMAIN §0.4 and §0.9: the old clock stays in the history, and what the resident was told."""
    case = make_settled_case()
    page = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference]))
    assert page.context["lines"][0].detail == ""
    decided = {"category": "legal.complaint", "urgency": "NORMAL"}
    take(Role.DISPATCHER, case, "classify", kind="COMPLAINT", **decided)
    take(Role.DISPATCHER, case, "classify", kind="PETITION", **decided)
    latest, before = desk(Role.DISPATCHER).get(page.wsgi_request.path).context["lines"][:2]
    assert (
        latest.detail == "Term of law until then: 17 December 2026. The resident was told: 17 December 2026."
    )
    assert before.detail == (
        "Our promise until then: 24 November 2026, 15:30. The resident was told: 24 November 2026."
    )
