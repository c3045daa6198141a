"""Finding a lost link: the answer never tells whether a report exists."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import CaseEvent, EventWork
from cases.models.references import make_reference
from cases.services.privacy import request_link
from contact_centre.portal.views import find
from notifications.models import Notice
from notifications.rendering import render
from notifications.services import plan_event
from tests.factories import make_case, reporter_of

pytestmark = pytest.mark.django_db

UNKNOWN = make_reference(999_999, 2019)


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(find, "ANSWER_SECONDS", 0.0)


def ask(client, reference: str, email: str):
    return client.post(reverse("portal:find"), {"reference": reference, "email": email}, follow=True)


def requests_of_links() -> int:
    return CaseEvent.objects.filter(kind="LINK_REQUESTED").count()


def test_the_answer_is_alike_whether_the_report_exists_or_not(client):
    case, other = make_case(), make_case()
    pages = [
        ask(client, case.reference, "ana@example.org"),
        ask(client, case.reference, "somebody@example.org"),
        ask(client, UNKNOWN, "ana@example.org"),
    ]
    assert {page.status_code for page in pages} == {200}
    assert {page.redirect_chain[0] for page in pages} == {(reverse("portal:find_sent"), 302)}
    bodies = {page.content for page in map(_without_token, pages)}
    assert len(bodies) == 1
    assert requests_of_links() == 1
    assert other.reference not in pages[0].content.decode()


def _without_token(page):
    token = page.context["csrf_token"]
    page.content = page.content.replace(str(token).encode(), b"")
    return page


def test_the_answer_comes_at_the_same_pace(client, monkeypatch):
    monkeypatch.setattr(find, "ANSWER_SECONDS", 0.1)
    started = time.monotonic()
    ask(client, UNKNOWN, "ana@example.org")
    assert time.monotonic() - started >= 0.1


def test_number_and_address_may_be_written_as_people_write(client):
    case = make_case()
    ask(client, f" {case.reference.lower()} ", "ANA@Example.org")
    assert requests_of_links() == 1


def test_the_link_goes_out_by_mail_also_to_those_who_prefer_a_call(client, page_of):
    case = make_case()
    person = reporter_of(case)
    person.channel = "PHONE"
    person.save()
    request_link(participant_id=person.pk, at=timezone.now())
    work = EventWork.objects.get(consumer="notifications", event__kind="LINK_REQUESTED")
    plan_event(work_id=work.pk, at=timezone.now())
    notice = Notice.objects.get(kind="LINK")
    assert notice.channel == "EMAIL"
    for language in ("pl", "en", "uk"):
        notice.language = language
        assert page_of(case) in render(notice, timezone.now()).text


@pytest.mark.parametrize(
    ("reference", "email", "field"),
    [
        ("KON-2026-000001-9", "ana@example.org", "reference"),
        ("pothole", "ana@example.org", "reference"),
        ("", "ana@example.org", "reference"),
        (UNKNOWN, "ana", "email"),
        (UNKNOWN, "", "email"),
    ],
)
def test_what_cannot_be_right_is_said_beside_the_field(client, reference, email, field):
    response = client.post(reverse("portal:find"), {"reference": reference, "email": email})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.content.decode()


def test_one_address_is_not_flooded_and_the_answer_stays_alike(client):
    case = make_case()
    pages = [ask(client, case.reference, "ana@example.org") for _ in range(find.EMAIL_LIMIT.count + 1)]
    assert {page.redirect_chain[-1] for page in pages} == {(reverse("portal:find_sent"), 302)}
    assert requests_of_links() == find.EMAIL_LIMIT.count


def test_a_network_that_guesses_has_to_wait(client, monkeypatch):
    for n in range(find.NETWORK_LIMIT.count):
        ask(client, UNKNOWN, f"guess{n}@example.org")
    assert ask(client, UNKNOWN, "more@example.org").status_code == 429
