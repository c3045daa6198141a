"""Mails of every fate, for the pages about mails: taken in as they would be; run inside the product's settings."""

from datetime import timedelta

from django.utils import timezone

from cases.actors import staff
from cases.keys import reply_token
from cases.models import Case
from contact_centre.intake import store
from contact_centre.intake.models import RawChannel, RawMessage, RuleAction, RuleField
from contact_centre.intake.process import MAX_ATTEMPTS, process, receive
from contact_centre.intake.senders import Proposal, approve_rule, propose_rule
from routing.models import User
from tests.contact_centre.intake.mails import BOUNCE, US, mail

ADVERTISER = "Biuro Reklamy <oferty@reklama.example>"


def tell_mails(case: Case) -> None:
    """One mail of each fate that a person decides over, one that waits beside the case, and rules about senders."""
    at = timezone.now()
    rule = _rule("oferty@reklama.example", RuleField.ADDRESS, "dispatcher")
    approve_rule(rule_id=rule, by=staff(User.objects.get(username="head")), at=at - timedelta(hours=1))
    _rule("bilety.example", RuleField.DOMAIN, "agent")
    _receive(mail("Nie świeci latarnia przy szkole.", subject="Latarnia", sender="Zofia <zofia@example.org>"))
    _receive(mail("Bilety na koncert, ostatnie sztuki!", subject="Bilety", sender="bok@bilety.example"))
    _receive(BOUNCE)
    _receive(mail("", subject=""))
    _receive(mail("Rabat 50% na wszystko.", subject="Oferta tygodnia", sender=ADVERTISER))
    _receive(
        mail(
            "Proszę o nowe hasło.",
            subject="Pilne: hasło",
            sender=f"Prezydent <{US}>".replace("kontakt@", "prezydent@"),
        )
    )
    _fail(mail("Zapadł się chodnik przy Szpitalnej 4.", subject="Chodnik", sender="Adam <adam@example.org>"))
    participant = case.participants.order_by("id")[0]
    to = f"reply+{reply_token(participant, on=timezone.localdate())}@kontakt.example"
    _receive(
        mail(
            "Widzę to samo z okna. Mogę podesłać zdjęcia.",
            subject="Ja też",
            sender="Iga <iga@example.org>",
            to=to,
        )
    )


def _receive(raw: bytes) -> RawMessage:
    return receive(raw, at=timezone.now())


def _fail(raw: bytes) -> None:
    """The disk was away when the mail was processed for the last time."""
    row = store.keep(raw, channel=RawChannel.MAIL, at=timezone.now())
    rows = RawMessage.objects.filter(pk=row.pk)
    rows.update(path="away", attempts=MAX_ATTEMPTS - 1)
    process(row.pk, at=timezone.now())
    rows.update(path=row.path)


def _rule(pattern: str, field: RuleField, username: str) -> int:
    at = timezone.now()
    wish = Proposal(field, pattern, RuleAction.SPAM, "Od miesięcy tylko reklama.", at + timedelta(days=60))
    return propose_rule(
        proposal=wish, by=staff(User.objects.get(username=username)), at=at - timedelta(days=1)
    ).pk
