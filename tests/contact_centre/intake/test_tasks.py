"""Mails in workers that may be killed over them: leases, deaths, the sweep, and two at once (EMAIL §0.3, §2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cases.models import Case
from contact_centre.intake import copies, process, store
from contact_centre.intake.models import RawChannel, RawMessage, RawState, Reason
from contact_centre.intake.process import LEASE, MAX_DEATHS, claim, left_over, receive
from contact_centre.intake.tasks import process_mail, sweep_mails
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def kept(raw: bytes | None = None) -> RawMessage:
    return store.keep(raw or mail(), channel=RawChannel.MAIL, at=NOW)


def test_a_stored_mail_is_settled_by_the_task():
    row = kept()
    process_mail(row.pk)
    row.refresh_from_db()
    assert (row.state, row.lease_until) == (RawState.CASE_CREATED, None)
    process_mail(row.pk)
    assert Case.objects.count() == 1


def test_the_task_ends_before_its_lease():
    """EMAIL §8: 20 seconds in a worker that can be killed."""
    assert process_mail.time_limit == process.SECONDS == 20
    assert timedelta(seconds=process.SECONDS) < LEASE


def test_a_mail_is_in_one_workers_hands_at_a_time():
    row = kept()
    assert claim(row.pk, at=NOW)
    assert not claim(row.pk, at=NOW + timedelta(seconds=1))
    assert claim(row.pk, at=NOW + LEASE + timedelta(seconds=1))


def test_a_mail_that_ends_its_worker_each_time_is_given_up_and_the_next_goes_on():
    """EMAIL §0.3."""
    poisoned, healthy = kept(), kept(mail("Zdrowy"))
    at = NOW
    for _ in range(MAX_DEATHS):
        assert claim(poisoned.pk, at=at)
        at += LEASE + timedelta(seconds=1)
    assert not claim(poisoned.pk, at=at)
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.reason) == (RawState.FAILED, Reason.ERROR)
    assert "ended its worker 3 times" in poisoned.error
    process_mail(healthy.pk)
    healthy.refresh_from_db()
    assert healthy.state == RawState.CASE_CREATED
    assert process.process(poisoned.pk, at=at).state == RawState.CASE_CREATED


def test_the_sweep_finds_what_was_left_and_nothing_that_is_in_hand():
    left, held, fresh = kept(), kept(mail("b")), kept(mail("c"))
    at = NOW + LEASE * 2
    assert claim(held.pk, at=at)
    RawMessage.objects.filter(pk=fresh.pk).update(received_at=at)
    assert left_over(at) == [left.pk]
    receive(mail("d"), at=NOW)
    assert left_over(at) == [left.pk]


def test_the_sweep_wakes_a_worker_for_each(monkeypatch):
    row = kept()
    woken: list[int] = []
    monkeypatch.setattr(process_mail, "delay", woken.append)
    sweep_mails()
    assert woken == [row.pk]


def test_the_same_mail_has_one_row_that_stands_for_it():
    """EMAIL §2: a unique constraint on the key, not only a lookup."""
    raw = mail(message_id="<one@example.org>")
    first, copy = kept(raw), kept(b"Received: by other\r\n" + raw)
    RawMessage.objects.update(message_id="one@example.org", content_digest="x")
    for row in (first, copy):
        row.refresh_from_db()
    assert copies.claim_key(copy)
    assert not copies.claim_key(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        RawMessage.objects.filter(pk=first.pk).update(copy_key=copy.copy_key)


def test_a_copy_leaves_its_addresses_with_the_mail():
    """EMAIL §2: same mail to several own addresses, one case, all addresses noted."""
    raw = mail(message_id="<one@example.org>", to="kontakt@kontakt.example, Drogi <drogi@kontakt.example>")
    first = receive(b"Delivered-To: drogi@kontakt.example\r\n" + raw, at=NOW)
    copy = receive(b"Delivered-To: sekretariat@kontakt.example\r\n" + raw, at=NOW)
    assert copy.reason == Reason.DUPLICATE
    first.refresh_from_db()
    assert first.addressed_to == [
        "drogi@kontakt.example", "kontakt@kontakt.example", "sekretariat@kontakt.example",
    ]  # fmt: skip
    assert Case.objects.count() == 1


@pytest.mark.parametrize(("days", "reason"), [(29, Reason.DUPLICATE), (31, Reason.REQUEST)])
def test_a_copy_is_one_for_thirty_days(days, reason):
    """EMAIL §2: within 30 days."""
    raw = mail(message_id="<one@example.org>")
    receive(raw, at=NOW)
    assert receive(b"Received: by other\r\n" + raw, at=NOW + timedelta(days=days)).reason == reason


def test_a_copy_of_a_mail_that_failed_takes_its_place():
    raw = mail(message_id="<one@example.org>")
    first = receive(raw, at=NOW)
    RawMessage.objects.filter(pk=first.pk).update(state=RawState.FAILED, case=None, case_message=None)
    assert receive(b"Received: by other\r\n" + raw, at=NOW).state == RawState.CASE_CREATED
