"""What a person decides over a mail that was put aside (EMAIL §0)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case, CaseEvent, ContactChannel, EventKind
from contact_centre.intake.decisions import CannotSettle, mark_as_spam, retry
from contact_centre.intake.inbox import count_for_people
from contact_centre.intake.models import (
    Decision,
    MailDecision,
    RawMessage,
    RawState,
    Reason,
)
from contact_centre.intake.process import process
from notifications.models import Notice
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import STRANGER, fate, settled
from tests.contact_centre.intake.mails import BOUNCE, NEWSLETTER, mail
from tests.contact_centre.intake.put_aside import (
    DECIDE,
    act,
    decisions,
    failed,
    forged,
    kept_from_the_agent,
    page,
    spam,
    too_large,
)
from tests.factories import NOW, make_case, reporter_of
from tests.notifications.outbox import plan_all
from tests.record import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
INBOX, RULES = reverse("intake:inbox"), reverse("intake:rules")
LATER = NOW + timedelta(days=3)


@pytest.fixture
def in_english(client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.mark.parametrize("role", DECIDE)
@pytest.mark.parametrize("make", [forged, spam, too_large, failed])
def test_whatever_was_put_aside_becomes_a_case_received_when_it_came(desk, make, role):
    """EMAIL §0: what a person takes out of quarantine keeps its receipt date."""
    row = make()
    assert act(desk(role), row, "open").status_code == 302
    case = Case.objects.get()
    assert case.received_at == NOW
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.BY_PERSON)
    assert (row.case, decisions(row)) == (case, [(Decision.OPEN, staff_member(role).pk)])
    assert count_for_people() == 0


@pytest.mark.parametrize("make", [forged, spam, too_large, failed])
def test_whatever_was_put_aside_can_be_added_to_a_case(desk, make):
    case = make_case()
    row = make()
    browser = desk(Role.DISPATCHER)
    wrong = act(browser, row, "attach", reference="KON-2026-999999-1")
    assert wrong.status_code == 422
    assert "There is no such case that you may see." in wrong.content.decode()
    answer = act(browser, row, "attach", reference=case.reference)
    assert answer.headers["Location"] == reverse("desk:case", args=[case.reference])
    assert fate(row)[:2] == (RawState.CASE_UPDATED, Reason.BY_PERSON)
    event = CaseEvent.objects.get(case=case, kind=EventKind.MAIL_JOINED)
    assert event.actor_user_id == staff_member(Role.DISPATCHER).pk
    assert decisions(row) == [(Decision.ATTACH, staff_member(Role.DISPATCHER).pk)]


def test_a_case_that_one_may_not_see_takes_no_mail(desk):
    case = make_case()
    kept_from_the_agent(case)
    row = forged()
    assert act(desk(Role.AGENT), row, "attach", reference=case.reference).status_code == 422
    assert fate(row)[0] == RawState.QUARANTINED


@pytest.mark.parametrize("raw", [mail("Petycja", sender="prezydent@kontakt.example"), BOUNCE])
def test_no_machine_and_nobody_whose_name_was_stolen_is_written_to(desk, raw):
    """EMAIL §13 (c): whatever is ticked."""
    row = settled(raw)
    act(desk(Role.AGENT), row, "open", is_told="on")
    case = Case.objects.get()
    plan_all(LATER)
    assert not Notice.objects.filter(event__case=case).exclude(channel=ContactChannel.NONE).exists()


def test_a_person_is_told_only_when_it_is_ticked(desk):
    first, second = spam(), settled(mail("Druga petycja", sender=STRANGER))
    assert second.reason == Reason.SPAM
    act(desk(Role.AGENT), first, "open", is_told="on")
    act(desk(Role.AGENT), second, "open")
    channels = [reporter_of(case).channel for case in Case.objects.order_by("id")]
    assert channels == [ContactChannel.EMAIL, ContactChannel.NONE]


@pytest.mark.parametrize("role", DECIDE)
def test_a_mail_marked_as_spam_waits_for_nobody_and_can_still_be_taken_up(desk, role):
    row = forged()
    browser = desk(role)
    assert act(browser, row, "spam").status_code == 302
    assert act(browser, row, "spam").status_code == 302
    assert fate(row)[:2] == (RawState.QUARANTINED, Reason.SPAM)
    assert decisions(row) == [(Decision.SPAM, staff_member(role).pk)]
    assert count_for_people() == 0
    assert str(staff_member(role)) in page(browser, row)
    act(browser, row, "open")
    assert Case.objects.get().received_at == NOW


def test_what_a_rule_sorted_out_as_spam_waits_until_somebody_agrees(desk):
    row = spam()
    assert count_for_people() == 1
    act(desk(Role.AGENT), row, "spam")
    assert count_for_people() == 0


def test_a_mail_that_needs_nothing_is_laid_aside(desk):
    row = settled(mail("", subject=""))
    assert row.reason == Reason.EMPTY
    act(desk(Role.AGENT), row, "aside")
    assert fate(row)[:2] == (RawState.IGNORED, Reason.BY_PERSON)
    assert decisions(row) == [(Decision.LAY_ASIDE, staff_member(Role.AGENT).pk)]


def test_what_has_a_case_or_is_a_machines_report_cannot_be_put_aside(desk):
    browser = desk(Role.HEAD)
    for row in (settled(mail("Dziura")), settled(NEWSLETTER), settled(BOUNCE)):
        before = fate(row)
        for name in ("spam", "aside", "retry"):
            assert act(browser, row, name).status_code == 302
        with pytest.raises(CannotSettle):
            mark_as_spam(raw_id=row.pk, by=actor(Role.HEAD), at=LATER)
        assert fate(row) == before
    assert not MailDecision.objects.exists()


def test_a_failed_mail_is_given_back_to_the_workers(desk):
    row = failed()
    RawMessage.objects.filter(pk=row.pk).update(deaths=3)
    assert act(desk(Role.AGENT), row, "retry").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.attempts, row.deaths) == (RawState.RECEIVED, 0, 0)
    assert decisions(row) == [(Decision.RETRY, staff_member(Role.AGENT).pk)]
    assert process(row.pk, at=LATER).state == RawState.CASE_CREATED
    assert Case.objects.get().received_at == NOW
    with pytest.raises(CannotSettle):
        retry(raw_id=row.pk, by=actor(Role.AGENT), at=LATER)


def test_a_mail_that_fails_again_needs_a_person_again(desk):
    row = failed()
    RawMessage.objects.filter(pk=row.pk).update(path="away")
    act(desk(Role.AGENT), row, "retry")
    RawMessage.objects.filter(pk=row.pk).update(attempts=99)
    assert process(row.pk, at=LATER).state == RawState.FAILED
    assert count_for_people() == 1
