"""The original of a mail: whoever may read restricted files saves it byte for byte, and the reading is logged."""

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from cases.models import Case, Message, ReadLog, ReadReason
from cases.services.workflow import classify_case
from contact_centre.intake.process import receive
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.contact_centre.intake.mails import mail
from tests.factories import NOW, make_case
from tests.record import actor

pytestmark = pytest.mark.django_db


def address(message: Message) -> str:
    return reverse("intake:original", args=[message.pk])


def test_the_page_of_the_case_leads_to_the_original(desk):
    raw = mail("Nie świeci lampa.")
    receive(raw, at=NOW)
    case, message = Case.objects.get(), Message.objects.get()
    browser = desk(Role.DISPATCHER)
    page = browser.get(reverse("desk:case", args=[case.reference])).content.decode()
    assert f'href="{address(message)}"' in page

    answer = browser.get(address(message))

    assert answer.content == raw
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    log = ReadLog.objects.filter(reason=ReadReason.FILE).get()
    assert (log.case, log.user) == (case, staff_member(Role.DISPATCHER))
    assert log.detail.startswith("mail ")


def test_an_agent_sees_the_words_but_not_the_original(desk):
    receive(mail("Nie świeci lampa."), at=NOW)
    case, message = Case.objects.get(), Message.objects.get()
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="light"),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=actor(Role.DISPATCHER),
        at=NOW,
    )
    browser = desk(Role.AGENT)
    page = browser.get(reverse("desk:case", args=[case.reference]))
    assert page.status_code == 200
    assert address(message) not in page.content.decode()
    assert browser.get(address(message)).status_code == 404
    assert not ReadLog.objects.filter(reason=ReadReason.FILE).exists()


def test_what_is_no_mail_or_is_gone_does_not_exist(desk):
    make_case()
    browser = desk(Role.DISPATCHER)
    assert browser.get(address(Message.objects.get())).status_code == 404
    row = receive(mail("Nie świeci lampa."), at=NOW)
    storages["raw_mail"].delete(row.path)
    assert row.case_message is not None
    assert browser.get(address(row.case_message)).status_code == 404


@pytest.mark.parametrize(("words", "is_noted"), [("x" * 100_001, True), ("x" * 99_000, False)])
def test_a_note_says_that_the_text_was_cut_and_where_the_rest_is(words, is_noted):
    receive(mail(words), at=NOW)
    notes = [note.body for note in Message.objects.filter(purpose="NOTE")]
    assert len(notes) == is_noted
    assert all("100" in note for note in notes)
