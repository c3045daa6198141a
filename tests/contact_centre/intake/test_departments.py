"""One case for each department that a mail is addressed to, where the city wants that (EMAIL §2)."""

from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.urls import reverse

from cases.actors import staff
from cases.models import Case, CaseEvent, EventKind, Message
from cases.queries.together import opened_beside
from cases.services.confidentiality import make_confidential
from contact_centre.intake import store
from contact_centre.intake.addresses import mailbox_for
from contact_centre.intake.copies import NotYet
from contact_centre.intake.models import (
    Mailbox,
    MailSource,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.process import process, receive
from contact_centre.web.system_notes import in_words, named_cases
from notifications.models import AutomaticMail, Notice, NoticeState
from routing.models import Department, Role
from tests.cast import staff_member
from tests.contact_centre.intake.fates import fate, settled, token_address
from tests.contact_centre.intake.mails import NEWSLETTER, file_part, mail, multipart, photo, text_part
from tests.contact_centre.intake.outages import failing_at
from tests.contact_centre.intake.test_threads import ended_case
from tests.factories import NOW, reporter_of
from tests.flows.test_mail import receive as receive_by_command
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db
MAIN, ROADS, PARKS, WATER = (f"{name}@kontakt.example" for name in ("kontakt", "drogi", "zielen", "woda"))
BOTH = f"{ROADS}, {PARKS}"


@pytest.fixture(autouse=True)
def boxes(settings):
    settings.MAIL_CASE_PER_DEPARTMENT = True
    make_boxes()


def make_boxes() -> None:
    call_command("load_mailboxes", verbosity=0)
    for address, code in ((ROADS, "zdm"), (PARKS, "wos"), (WATER, "pwik")):
        Mailbox.objects.create(
            code=address.partition("@")[0],
            address=address,
            name=f"Skrzynka {code}",
            department=Department.objects.get(code=code),
        )


def opened() -> list[str]:
    """To which department each case was addressed, in their order."""
    cases = Case.objects.order_by("id").select_related("addressed_to")
    return [one.addressed_to.code if one.addressed_to else "" for one in cases]


def case_of(department: str) -> Case:
    return Case.objects.get(addressed_to__code=department)


def delivered(raw: bytes, to: str) -> bytes:
    return f"Delivered-To: {to}\r\n".encode() + raw


def named_on(case: Case) -> list[str]:
    return [name for note in case.messages.filter(purpose="NOTE") for name in named_cases(note.body)]


# -- which cases ----------------------------------------------------------------------------------------------


def test_a_mail_to_two_departments_opens_a_case_for_each():
    raw = multipart(text_part("Drzewo leży na jezdni."), file_part(photo(), "a.jpg"), to=BOTH)
    row = settled(raw)
    assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.REQUEST)
    assert opened() == ["zdm", "wos"]
    assert row.case == case_of("zdm")
    for case in Case.objects.all():
        assert (case.description, case.attachments.count()) == ("Drzewo leży na jezdni.", 1)
        assert (case.parent, reporter_of(case).email) == (None, "ana@example.org")


def test_off_by_default_one_case_for_all(settings):
    settings.MAIL_CASE_PER_DEPARTMENT = False
    raw = mail(to=BOTH)
    settled(delivered(raw, ROADS))
    settled(delivered(raw, PARKS))
    assert opened() == ["zdm"]
    assert not Message.objects.filter(purpose="NOTE").exists()
    assert RawMessage.objects.get(reason=Reason.REQUEST).addressed_to == [ROADS, PARKS]


@pytest.mark.parametrize(
    ("to", "departments"),
    [
        (MAIN, [""]),
        (f"{MAIN}, {ROADS}", ["zdm"]),
        (f"{MAIN}, {PARKS}, {ROADS}", ["wos", "zdm"]),
        (f"{ROADS}, Drogi@Kontakt.Example", ["zdm"]),
        (f"{ROADS}, obcy@example.net", ["zdm"]),
    ],
)
def test_the_contact_centres_own_mailbox_counts_where_there_is_no_other(to, departments):
    settled(mail(to=to))
    assert opened() == departments


def test_where_it_was_delivered_comes_before_to_and_cc():
    settled(mail(to=ROADS, Cc=PARKS, Delivered_To=WATER))
    assert opened() == ["pwik", "zdm", "wos"]


def test_two_mailboxes_of_one_department_are_one_case():
    Mailbox.objects.filter(address=PARKS).update(department=Department.objects.get(code="zdm"))
    settled(mail(to=BOTH))
    assert opened() == ["zdm"]


def test_a_newsletter_opens_them_too_and_nobody_is_told():
    settled(NEWSLETTER.replace(MAIN.encode(), BOTH.encode()))
    plan_all()
    assert (opened(), Notice.objects.count()) == (["zdm", "wos"], 0)
    assert all("SILENT" in one.messages.get(purpose="NOTE", body="SILENT").body for one in Case.objects.all())


# -- again ----------------------------------------------------------------------------------------------------


def test_the_same_bytes_again_change_nothing():
    raw = mail(to=BOTH)
    assert settled(raw) == settled(raw)
    assert opened() == ["zdm", "wos"]


@pytest.mark.parametrize("order", [(ROADS, PARKS), (PARKS, ROADS)])
def test_two_deliveries_of_one_mail_open_the_same_cases_as_one(order):
    raw = mail(to=BOTH)
    rows = [settled(delivered(raw, to)) for to in order]
    assert [fate(row)[:2] for row in rows] == [
        (RawState.CASE_CREATED, Reason.REQUEST), (RawState.IGNORED, Reason.DUPLICATE),
    ]  # fmt: skip
    assert sorted(opened()) == ["wos", "zdm"]
    assert Message.objects.filter(purpose="NOTE").count() == 2
    # A copy takes no number that a case would then be missing.
    settled(mail("Inna sprawa", to=ROADS))
    first, *_others, last = Case.objects.order_by("id").values_list("pk", flat=True)
    assert last - first == 2


@pytest.mark.parametrize("order", [(ROADS, PARKS, WATER, PARKS), (WATER, PARKS, ROADS, ROADS)])
def test_deliveries_that_know_nothing_of_each_other_open_one_case_each(order):
    """A list of ours in To, or departments in Bcc: only where each copy was delivered tells."""
    raw = mail(to="wszyscy@example.net")
    rows = [settled(delivered(raw, to)) for to in order]
    assert sorted(opened()) == ["pwik", "wos", "zdm"]
    assert [row.reason for row in rows] == [Reason.REQUEST, *[Reason.DUPLICATE] * 3]
    for case in Case.objects.all():
        assert sorted(named_on(case)) == sorted(one.reference for one in opened_beside(case))


def test_a_copy_that_a_department_alone_got_waits_until_the_mail_is_settled():
    raw = mail(to="wszyscy@example.net")
    first = settled(delivered(raw, ROADS))
    RawMessage.objects.filter(pk=first.pk).update(state=RawState.PARSED, reason="")
    with pytest.raises(NotYet):
        settled(delivered(raw, PARKS))
    assert opened() == ["zdm"]
    process(first.pk, at=NOW)
    settled(delivered(raw, PARKS))
    assert opened() == ["zdm", "wos"]


def test_a_copy_of_an_answer_opens_nothing():
    settled(mail(to=ROADS))
    case = Case.objects.get()
    raw = mail("Jeszcze jedno", to=token_address(case))
    assert settled(delivered(raw, ROADS)).reason == Reason.REPLY
    assert settled(delivered(raw, PARKS)).reason == Reason.DUPLICATE
    assert opened() == ["zdm"]


def test_an_answer_long_after_the_end_goes_on_in_one_case():
    case = ended_case()
    raw = mail("Znowu to samo", to=f"{token_address(case)}, {BOTH}")
    late = NOW + timedelta(days=40)
    rows = [receive(delivered(raw, to), at=late) for to in (ROADS, PARKS)]
    assert [row.reason for row in rows] == [Reason.AFTER_END, Reason.DUPLICATE]
    assert [one.parent for one in Case.objects.order_by("id")] == [None, case]


def test_who_is_shut_out_at_one_mailbox_gets_no_case_there_by_a_copy():
    raw = mail(to="wszyscy@example.net")
    settled(delivered(raw, ROADS))
    SenderRule.objects.create(
        field=RuleField.ADDRESS,
        pattern="ana@example.org",
        queue=PARKS,
        action=RuleAction.DROP,
        reason="Test",
        proposed_by=staff_member(Role.AGENT),
        proposed_at=NOW,
        approved_by=staff_member(Role.HEAD),
        approved_at=NOW,
        ends_at=NOW + timedelta(days=1),
    )
    assert settled(delivered(raw, PARKS)).reason == Reason.DUPLICATE
    assert opened() == ["zdm"]


def test_a_copy_that_fails_the_check_of_its_domain_tells_nobody(settings):
    settings.MAIL_AUTHSERV_ID = "mx.kontakt.example"
    raw = mail(to="wszyscy@example.net")
    settled(delivered(raw, ROADS))
    settled(b"Authentication-Results: mx.kontakt.example; dmarc=fail\r\n" + delivered(raw, PARKS))
    assert [reporter_of(one).channel for one in (case_of("zdm"), case_of("wos"))] == ["EMAIL", "NONE"]
    assert "UNVERIFIED" in [note.body for note in case_of("wos").messages.filter(purpose="NOTE")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_alone", [False, True], ids=["named by both", "each knows its own"])
def test_a_crash_at_any_statement_leaves_the_same_cases_after_a_replay(is_alone):
    to = "wszyscy@example.net" if is_alone else BOTH
    for statement in range(1, 300):
        sender = f"ana{statement}@example.org"
        raw = mail(f"Zgłoszenie {statement}", to=to, sender=sender)
        copies = [delivered(raw, ROADS), delivered(raw, PARKS)]
        with failing_at(statement) as seen:
            for copy in copies:
                with suppress(OperationalError, NotYet):
                    receive(copy, at=NOW)
        rows = [receive(copy, at=NOW) for copy in (*copies, *copies)]
        assert {row.state for row in rows} == {RawState.CASE_CREATED, RawState.IGNORED}
        cases = list(Case.objects.filter(participants__email=sender).order_by("id"))
        assert sorted(str(one.addressed_to.code) for one in cases if one.addressed_to) == ["wos", "zdm"]
        assert [named_on(one) for one in cases] == [[cases[1].reference], [cases[0].reference]]
        if seen[0] < statement:
            break
    assert seen[0] < statement
    assert CaseEvent.objects.filter(kind=EventKind.RECEIVED).count() == Case.objects.count() == 2 * statement


# -- who hears of it ------------------------------------------------------------------------------------------


def test_each_case_is_confirmed_in_the_name_of_its_mailbox_and_names_the_others(mailoutbox):
    settled(mail(to=f"{MAIN}, {BOTH}"))
    plan_all()
    deliver_all()
    roads, parks = case_of("zdm"), case_of("wos")
    for sent, own, other, department in zip(
        sorted(mailoutbox, key=lambda one: one.subject),
        (roads, parks), (parks, roads), ("zdm", "wos"), strict=True,
    ):  # fmt: skip
        assert sent.subject.startswith(f"[{own.reference}]")
        assert f"{other.reference} ({other.addressed_to})" in sent.body
        assert str(own.addressed_to) in sent.body
        assert str(sent.extra_headers["From"]).startswith(f"Skrzynka {department} <reply+")
        assert sent.extra_headers["In-Reply-To"] == f"<{RawMessage.objects.get().message_id}>"
        assert mailbox_for(own) == Mailbox.objects.get(department=own.addressed_to)
    assert AutomaticMail.objects.count() == 2


def test_a_mail_to_one_department_is_confirmed_as_ever(mailoutbox):
    settled(mail(to=ROADS))
    plan_all()
    deliver_all()
    assert "kilku jednostek" not in mailoutbox[0].body


def test_numbers_are_told_to_nobody_but_who_wrote(mailoutbox):
    settled(mail(to=BOTH))
    case_of("wos").participants.update(email="inna@example.org")
    plan_all()
    deliver_all()
    told = {sent.to[0]: sent.body for sent in mailoutbox}
    assert case_of("wos").reference not in told["ana@example.org"]
    assert case_of("zdm").reference not in told["inna@example.org"]


def test_confirmations_stay_within_the_counters_of_automatic_mails(mailoutbox):
    for number in range(6):
        settled(mail(f"Sprawa {number}", to=BOTH))
    plan_all()
    deliver_all()
    # Ten cases of an hour are confirmed: five mails of two cases each.
    assert [row.reason for row in RawMessage.objects.order_by("id")] == [
        *[Reason.REQUEST] * 5,
        Reason.TOO_MANY,
    ]
    assert len(mailoutbox) == Notice.objects.filter(state=NoticeState.SENT).count() == 10


def test_what_an_address_may_open_in_a_day_counts_every_case(settings):
    settings.MAIL_MAX_CASES_PER_DAY = 4
    rows = [settled(mail(f"Sprawa {number}", to=BOTH)) for number in range(3)]
    assert [row.reason for row in rows] == [Reason.REQUEST, Reason.REQUEST, Reason.COLLECTED]
    assert Case.objects.count() == 4


# -- answers --------------------------------------------------------------------------------------------------


def answer_to(sent, **fields: str) -> bytes:
    headers = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    values = {"to": str(headers["Reply-To"]), "In_Reply_To": str(headers["Message-ID"])} | fields
    return mail("Dziękuję", subject=f"Odp: {headers['Subject']}", **values)


@pytest.mark.parametrize("fields", [{}, {"to": MAIN}, {"to": BOTH}, {"In_Reply_To": ""}])
def test_an_answer_to_one_of_them_goes_to_that_one(mailoutbox, fields):
    settled(mail(to=BOTH))
    plan_all()
    deliver_all()
    for sent in list(mailoutbox):
        row = settled(answer_to(sent, **fields))
        assert row.reason == Reason.REPLY
        assert f"[{row.case}]" in sent.subject
    assert [one.messages.filter(purpose="REPLY").count() for one in Case.objects.all()] == [1, 1]


@pytest.mark.parametrize(
    ("to", "department"), [(ROADS, "zdm"), (PARKS, "wos"), (BOTH, "zdm"), (MAIN, "zdm"), (WATER, "zdm")]
)
def test_what_she_adds_to_her_own_mail_goes_to_the_case_of_whom_she_writes_to(to, department):
    settled(mail(to=BOTH, message_id="<jej@example.org>"))
    row = settled(mail("Jeszcze jedno", to=to, In_Reply_To="<jej@example.org>"))
    assert (row.reason, row.case) == (Reason.REPLY, case_of(department))


# -- where it is shown ----------------------------------------------------------------------------------------


def test_the_desk_shows_every_case_of_a_mail_that_the_person_may_see(desk):
    row = settled(mail(to=BOTH))
    roads, parks = case_of("zdm"), case_of("wos")
    browser = desk(Role.DISPATCHER)
    pages = reverse("intake:inbox") + "?state=ALL", reverse("intake:mail", args=[row.pk])
    for page in pages:
        shown = browser.get(page).content.decode()
        assert all(reverse("desk:case", args=[one.reference]) in shown for one in (roads, parks))
    note = parks.messages.get(purpose="NOTE")
    assert roads.reference in in_words(note.body)
    case_page = browser.get(reverse("desk:case", args=[parks.reference])).content.decode()
    assert reverse("desk:case", args=[roads.reference]) in case_page
    assert reverse("intake:original", args=[parks.messages.get(purpose="REPORT").pk]) in case_page
    assert browser.get(reverse("intake:original", args=[parks.messages.get(purpose="REPORT").pk])).content

    make_confidential(case_id=parks.pk, reason="Dane wrażliwe", by=staff(staff_member(Role.HEAD)), at=NOW)
    for page in pages:
        shown = desk(Role.AGENT).get(page).content.decode()
        assert parks.reference not in shown


def test_the_command_names_every_case_and_counts_every_confirmation(tmp_path: Path):
    file = tmp_path / "mail.eml"
    file.write_bytes(mail(to=BOTH))
    call_command("receive_mail", str(file), "--json", str(tmp_path / "out.json"))
    told = (tmp_path / "out.json").read_text()
    roads, parks = case_of("zdm"), case_of("wos")
    assert f'"reference": "{roads.reference}"' in told
    assert '"auto_mails": 2' in told
    assert told.index(roads.reference) < told.index(parks.reference)


def test_the_command_says_of_one_case_what_it_always_said(tmp_path: Path):
    file = tmp_path / "mail.eml"
    file.write_bytes(mail(to=ROADS))
    [told] = receive_by_command(file)
    assert (told["reference"], told["auto_mails"]) == (case_of("zdm").reference, 1)


def test_a_mail_that_is_fetched_from_two_mailboxes_and_names_none_opens_a_case_for_each():
    raw = mail(to="wszyscy@example.net")
    for number, address in enumerate((ROADS, PARKS)):
        copy = f"Received: from mx{number} by us\r\n".encode() + raw
        arrival = store.Arrival(MailSource.IMAP, Mailbox.objects.get(address=address), "INBOX/1", str(number))
        row = store.keep(copy, channel=RawChannel.MAIL, at=NOW, arrival=arrival)
        process(row.pk, at=NOW)
    assert opened() == ["zdm", "wos"]
