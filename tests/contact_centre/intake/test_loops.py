"""Two contact centres that answer each other, with every mark of a machine removed (EMAIL §13 d)."""

from datetime import timedelta
from email import message_from_bytes

import pytest
from django.core import mail as sent

from cases.models import Case
from contact_centre.intake.process import receive
from notifications.counters import PER_ADDRESS
from notifications.models import WAITING, Notice, NoticeState
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("from_form", ["biuro@other.example", "reply+{0}.700.abcdefabcdefabcd@other.example"])
@pytest.mark.parametrize("keeps_address", [True, False])
def test_two_instances_that_answer_each_other_stop_within_the_limits(from_form, keeps_address):
    """The other side confirms every mail, by an address of its own for each, and hides what a machine would show."""
    at, went = NOW, 0
    raw = mail("Zgłoszenie", sender=from_form.format(0))
    for turn in range(1, 60):
        receive(raw, at=at)
        plan_all(at)
        deliver_all(at + timedelta(minutes=1))
        at += timedelta(minutes=2)
        if len(sent.outbox) == went:
            break
        went = len(sent.outbox)
        to = str(message_from_bytes(sent.outbox[-1].message().as_bytes())["Reply-To"])
        raw = mail(
            f"Potwierdzamy nr {turn}",
            sender=from_form.format(turn),
            to=to if keeps_address else "kontakt@kontakt.example",
            subject=f"Sprawa {turn}",
        )
    assert 0 < went <= PER_ADDRESS[0][1]
    assert len(sent.outbox) == went


def test_a_whole_day_of_a_loop_stays_within_the_limit_of_a_day(settings):
    at = NOW
    for turn in range(70):
        receive(mail(f"Potwierdzamy {turn}", sender=f"reply+{turn}@other.example"), at=at)
        plan_all(at)
        at += timedelta(minutes=20)
    for_a_person = Notice.objects.filter(state=NoticeState.FAILED)
    told = Notice.objects.filter(state__in=WAITING).filter(created_at__lt=NOW + timedelta(days=1))
    assert 0 < told.count() <= PER_ADDRESS[1][1]
    # Nobody is flooded either: further mails are collected on one case, and lead to no confirmation.
    assert for_a_person.count() <= settings.MAIL_MAX_CASES_PER_DAY
    assert Case.objects.count() <= 25 + 1
