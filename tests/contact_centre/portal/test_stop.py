"""The end of a subscription by one click (RFC 8058): no login, no cookie, and nothing happens by only looking."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cases.actors import staff
from cases.models import CaseEvent, CaseParticipant
from cases.services.endings import reopen_case, resolve_case
from cases.states import Outcome
from notifications.links import read_unsubscribe_token, unsubscribe_url
from notifications.models import Notice
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_routed_case, reporter_of
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def follower() -> CaseParticipant:
    return CaseParticipant.objects.create(
        case=make_routed_case(),
        name="Ola",
        email="ola@example.org",
        channel="EMAIL",
        role="FOLLOWER",
        created_at=NOW,
    )


def address(participant: CaseParticipant) -> str:
    return unsubscribe_url(participant).removeprefix(settings.PUBLIC_URL)


def test_the_click_of_a_mail_program_ends_the_notices(follower, mailoutbox):
    # As a mail program sends it: no cookie, no token of a form.
    browser = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = browser.post(address(follower), ONE_CLICK)
        # Not a redirect (RFC 8058, 3.1).
        assert answer.status_code == 200

    follower.refresh_from_db()
    assert follower.detached_at is not None
    assert CaseEvent.objects.filter(kind="DETACHED").count() == 1
    later = timezone.now() + timedelta(minutes=10)
    plan_all(later)
    deliver_all(later + timedelta(minutes=1))
    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]
    assert Notice.objects.get(kind="LEFT").skip_reason == "UNSUBSCRIBED"


def test_looking_ends_nothing(follower, client):
    page = client.get(address(follower))

    assert page.status_code == 200
    assert "<form" in page.content.decode()
    assert "ola@example.org" not in page.content.decode()
    follower.refresh_from_db()
    assert follower.detached_at is None


def test_who_is_party_to_the_case_cannot_be_cut_off(follower, client):
    reporter = reporter_of(follower.case)

    assert client.post(address(reporter), ONE_CLICK).status_code == 404

    reporter.refresh_from_db()
    assert reporter.detached_at is None


def test_a_token_is_for_one_person(follower, client):
    token = address(follower).split("/")[3]
    other = token.replace(f"{follower.pk}.", f"{follower.pk + 1}.")

    assert read_unsubscribe_token(token) == follower.pk
    assert read_unsubscribe_token(other) is None
    assert client.post(f"/track/stop/{other}/", ONE_CLICK).status_code == 404


def test_a_case_that_has_ended_has_nothing_more_to_tell(follower, client):
    type(follower.case).objects.filter(pk=follower.case.pk).update(status="CLOSED", outcome="DONE")

    assert client.post(address(follower), ONE_CLICK).status_code == 200


def test_who_left_an_ended_case_hears_nothing_when_it_is_opened_again(follower, mailoutbox):
    by = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=follower.case_id, outcome=Outcome.DONE, answer="Gotowe.", by=by, at=timezone.now())

    assert Client().post(address(follower), ONE_CLICK).status_code == 200
    reopen_case(case_id=follower.case_id, reason="Wróciło.", by=by, at=timezone.now())

    later = timezone.now() + timedelta(minutes=10)
    plan_all(later)
    deliver_all(later + timedelta(minutes=1))
    assert {address for mail in mailoutbox for address in mail.to} == {"ana@example.org"}
