"""Mails that were put aside for a person, and the hands of whoever decides over them."""

from datetime import timedelta

from django.urls import reverse

from cases.actors import staff
from cases.models import Case
from cases.services.privacy import exclude
from contact_centre.intake import store
from contact_centre.intake.models import (
    RawChannel,
    RawMessage,
    RawState,
    Reason,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.process import MAX_ATTEMPTS, process
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import STRANGER, settled
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW

DECIDE = (Role.AGENT, Role.DISPATCHER, Role.HEAD)


def forged() -> RawMessage:
    row = settled(mail("Petycja w sprawie drzew.", sender="prezydent@kontakt.example", subject="Petycja"))
    assert row.reason == Reason.FORGED
    return row


def failed() -> RawMessage:
    """A mail whose bytes were away when it was processed, and are back."""
    row = store.keep(mail("Dziura"), channel=RawChannel.MAIL, at=NOW)
    RawMessage.objects.filter(pk=row.pk).update(path="away", attempts=MAX_ATTEMPTS - 1)
    assert process(row.pk, at=NOW).state == RawState.FAILED
    RawMessage.objects.filter(pk=row.pk).update(path=row.path)
    return row


def spam() -> RawMessage:
    """A mail that a rule put into the spam folder."""
    head = staff_member(Role.HEAD)
    SenderRule.objects.create(
        field=RuleField.ADDRESS,
        pattern="obcy@example.net",
        action=RuleAction.SPAM,
        reason="Reklama",
        proposed_by=head,
        proposed_at=NOW - timedelta(days=1),
        approved_by=head,
        approved_at=NOW - timedelta(days=1),
        ends_at=NOW + timedelta(days=1),
    )
    row = settled(mail("Jednak petycja.", sender=STRANGER, subject="Petycja"))
    assert row.reason == Reason.SPAM
    return row


def too_large() -> RawMessage:
    header = mail("", subject="Film z dziury").partition(b"\r\n\r\n")[0]
    about = store.TooLarge(99_000_000, "ana@example.org", "Film z dziury", "<big@example.org>")
    return store.keep(header, channel=RawChannel.MAIL, at=NOW, too_large=about)


def page(browser, row: RawMessage) -> str:
    return str(browser.get(reverse("intake:mail", args=[row.pk])).content, "utf-8")


def act(browser, row: RawMessage, name: str, **data: str):
    return browser.post(reverse("intake:decide_mail", args=[row.pk, name]), data)


def decisions(row: RawMessage) -> list[tuple[str, int]]:
    return [(one.decision, one.decided_by_id) for one in row.decisions.order_by("id")]


def kept_from_the_agent(case: Case) -> None:
    exclude(
        case_id=case.pk,
        user=staff_member(Role.AGENT),
        reason="Kin",
        by=staff(staff_member(Role.HEAD)),
        at=NOW,
    )
