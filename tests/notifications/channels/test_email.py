"""The mail itself: headers of an automatic mail, the thread, two parts, and nothing that can be injected."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import requests
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from cases.actors import staff
from cases.keys import read_reply_token
from cases.models import CaseParticipant
from cases.services.conversation import send_message
from cases.services.intake import Reporter
from notifications.links import read_message_id
from notifications.models import Notice, NoticeState
from notifications.threads import THREAD_LENGTH
from routing.models import Role
from tests.cast import staff_member
from tests.factories import make_case, make_routed_case, reporter_of
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, notices_of, plan_all

pytestmark = pytest.mark.django_db


def write_to(case, words="Będziemy jutro rano.", at=LATER):
    send_message(case_id=case.pk, body=words, by=staff(staff_member(Role.DISPATCHER)), at=at)
    plan_all(at)
    deliver_all(MUCH_LATER + (at - LATER))


def parsed(mail: EmailMessage):
    """The mail as it goes over the wire, read again by another parser than Django's."""
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def test_the_confirmation_has_the_headers_of_an_automatic_answer(mailoutbox, settings):
    case = make_case()
    plan_all()
    deliver_all()

    [notice], mail = notices_of(case), parsed(mailoutbox[0])
    assert mail["Message-ID"] == notice.message_id
    assert read_message_id(mail["Message-ID"]) == notice.pk
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert mail["Content-Language"] == "pl"
    assert mail["To"] == "ana@example.org"
    assert mail["In-Reply-To"] is None
    assert mail["Subject"].startswith(f"[{case.reference}] ")


def test_from_and_reply_to_carry_the_participants_token(mailoutbox, settings):
    case = make_case()
    plan_all()
    deliver_all()

    mail = parsed(mailoutbox[0])
    sender, reply_to = mail["From"].addresses[0], mail["Reply-To"].addresses[0]
    assert sender.display_name == f"{settings.CITY_NAME} – Centrum Kontaktu"
    assert sender.addr_spec == reply_to.addr_spec
    token = reply_to.username.removeprefix("reply+")
    assert read_reply_token(token, on=timezone.localdate(MUCH_LATER)) == reporter_of(case)


def test_later_mails_are_notices_in_the_same_thread(mailoutbox):
    case = make_case()
    plan_all()
    deliver_all()
    write_to(case)
    write_to(case, at=LATER + timedelta(hours=1))

    first, second, third = [parsed(mail) for mail in mailoutbox]
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert third["References"].split() == [first["Message-ID"], second["Message-ID"]]


def test_a_mail_that_never_left_is_no_part_of_the_thread(mailoutbox):
    case = make_case()
    plan_all()
    Notice.objects.update(state=NoticeState.FAILED)

    write_to(case)

    assert parsed(mailoutbox[0])["References"] is None


def test_a_long_thread_keeps_its_first_and_its_last_mails(mailoutbox):
    case = make_case()
    for number in range(THREAD_LENGTH + 3):
        write_to(case, at=LATER + timedelta(hours=number))

    ids = [parsed(mail)["Message-ID"] for mail in mailoutbox]
    references = parsed(mailoutbox[-1])["References"].split()
    assert len(references) == THREAD_LENGTH
    assert references == [ids[0], *ids[:-1][1 - THREAD_LENGTH :]]


def test_the_thread_of_one_participant_does_not_show_the_mails_of_another(mailoutbox):
    case = make_case()
    plan_all()
    deliver_all()
    CaseParticipant.objects.create(
        case=case, name="Ola", email="ola@example.org", channel="EMAIL", created_at=LATER
    )

    write_to(case)

    [to_ola] = [parsed(mail) for mail in mailoutbox if mail.to == ["ola@example.org"]]
    assert to_ola["References"] is None


def test_a_mail_has_a_text_part_and_an_html_part(mailoutbox):
    make_case()
    plan_all()
    deliver_all()

    mail = parsed(mailoutbox[0])
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_words_of_people_cannot_make_headers(mailoutbox):
    nasty = "Ana\r\nBcc: all@example.org"
    case = make_routed_case(reporter=Reporter(name=nasty, email="ana@example.org"))
    plan_all()
    deliver_all()
    write_to(case, "Dobrze.\r\nBcc: all@example.org")

    for mail in mailoutbox:
        assert parsed(mail)["Bcc"] is None
        assert mail.recipients() == ["ana@example.org"]


class RefusingProvider(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise AnymailRecipientsRefused("all recipients refused")


def answer(status: int, said: str = "") -> AnymailRequestsAPIError:
    response = requests.Response()
    response.status_code = status
    response._content = said.encode()
    return AnymailRequestsAPIError("the provider answered", response=response)


class BusyProvider(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise answer(429)


class ComplainingProvider(BaseEmailBackend):
    """Wants something of us, whoever the mail is for."""

    def send_messages(self, email_messages):
        raise answer(422, '{"message": "the domain of the sender is not verified"}')


class PickyProvider(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise answer(422, '{"message": "ana@example.org is no address"}')


class SmallProvider(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise answer(413)


@pytest.mark.parametrize(
    ("provider", "state"),
    [
        (RefusingProvider, NoticeState.FAILED),
        (BusyProvider, NoticeState.PLANNED),
        (ComplainingProvider, NoticeState.PLANNED),
        (PickyProvider, NoticeState.FAILED),
        (SmallProvider, NoticeState.FAILED),
    ],
)
def test_the_answers_of_a_provider_are_understood(settings, provider, state):
    settings.EMAIL_BACKEND = f"{provider.__module__}.{provider.__qualname__}"
    case = make_case()
    plan_all()

    deliver_all()

    assert notices_of(case)[0].state == state
