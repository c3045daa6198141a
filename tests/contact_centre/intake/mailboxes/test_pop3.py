"""Fetching by POP3 from a real server: EMAIL.md, section 1, and rules 1 and 2 of section 0."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.utils import timezone

from contact_centre.intake import store
from contact_centre.intake.health import troubles
from contact_centre.intake.mailboxes import pop3, progress
from contact_centre.intake.mailboxes.poll import poll
from contact_centre.intake.models import (
    MailArrival,
    Mailbox,
    MailboxPoll,
    MailSource,
    RawMessage,
    RawState,
    Reason,
    ServerLogin,
    ServerSecurity,
)
from tests.contact_centre.intake.mailboxes.pop3_server import Drop, serving
from tests.contact_centre.intake.mails import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def drop():
    return Drop()


@pytest.fixture
def mailbox(db, drop, settings, tmp_path):
    settings.MAIL_SECRETS_DIR = tmp_path
    (tmp_path / "main-secret").write_text(drop.password + "\n")
    with serving(drop) as port:
        yield Mailbox.objects.create(
            code="main",
            address="kontakt@kontakt.example",
            source=MailSource.POP3,
            server_host="127.0.0.1",
            server_port=port,
            server_security=ServerSecurity.NONE,
            server_user="kontakt",
            secret_name="main-secret",
        )


@pytest.fixture
def emptied(mailbox):
    """The mailbox whose mails are deleted once they are with us."""
    mailbox.pop3_deletes = True
    mailbox.save()
    return mailbox


def nothing(row):
    """For tests that look at the stored rows."""


def fetch(mailbox):
    """One run, whatever the back-off says."""
    progress.due_mailboxes(timezone.now())
    return poll(mailbox.pk, on_stored=nothing)


def stored() -> list[bytes]:
    return [store.read(row) for row in RawMessage.objects.order_by("id")]


def state_of(mailbox) -> MailboxPoll:
    return MailboxPoll.objects.get(mailbox=mailbox)


def test_every_mail_is_stored_as_it_is_and_stays_on_the_server(mailbox, drop):
    raws = [mail(f"Sprawa {number}") for number in range(5)]
    raws += [b"From: \xff\r\n\r\n.\r\n..dots\r\n" + b"x" * 100_000 + b"\r\n\r\xe9\r\n"]
    for raw in raws:
        drop.add(raw)
    assert len(fetch(mailbox).rows) == 6
    assert stored() == raws
    assert {arrival.mailbox for arrival in MailArrival.objects.select_related("mailbox")} == {mailbox}
    assert len(drop.mails) == 6
    drop.commands.clear()
    assert fetch(mailbox).rows == []
    assert not [one for one in drop.commands if one.startswith(("RETR", "DELE"))]
    assert state_of(mailbox).waiting_count == 0


def test_what_is_with_us_is_deleted_where_the_mailbox_wants_it(emptied, drop):
    raws = [mail(f"Sprawa {number}") for number in range(20)]
    for raw in raws:
        drop.add(raw)
    fetch(emptied)
    assert stored() == raws
    assert drop.mails == {}
    assert (state_of(emptied).waiting_count, state_of(emptied).error) == (0, "")


def test_an_id_that_comes_back_for_another_mail_loses_nothing(emptied, drop):
    """Some servers call the first mail "1" again as soon as the mailbox is empty."""
    raws = [mail("Pierwsza"), mail("Druga")]
    for raw in raws:
        drop.add(raw, "1")
        fetch(emptied)
    assert stored() == raws
    assert drop.mails == {}


@pytest.mark.parametrize("command", ["USER", "PASS", "UIDL", "LIST", "RETR", "DELE", "QUIT"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_that_breaks_loses_and_doubles_nothing(emptied, drop, command, when):
    raws = [mail(f"Sprawa {number}") for number in range(3)]
    for raw in raws:
        drop.add(raw)
    drop.breaks[command] = when
    fetch(emptied)
    fetch(emptied)
    assert stored() == raws
    assert MailArrival.objects.count() == 3
    assert drop.mails == {}
    assert state_of(emptied).failures == 0


def test_nothing_is_deleted_when_the_database_is_gone(emptied, drop):
    raw = mail("Sprawa")
    drop.add(raw)
    progress.due_mailboxes(timezone.now())

    def refuse(run, sql, params, many, context):
        if "intake_rawmessage" in sql and sql.startswith("INSERT"):
            raise OperationalError("the database went away")
        return run(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        fetch(emptied)
    assert list(drop.mails.values()) == [raw]
    assert state_of(emptied).failures == 1
    fetch(emptied)
    assert stored() == [raw]
    assert drop.mails == {}


def test_of_a_mail_that_is_too_large_the_header_waits_and_the_others_come(emptied, drop):
    raws = [mail("Wielka") + b"x" * 5000, mail("Mała")]
    for raw in raws:
        drop.add(raw)
    Mailbox.objects.update(max_bytes=4000)
    fetch(emptied)
    large, small = RawMessage.objects.order_by("id")
    size = len(raws[0])
    assert (large.state, large.reason, large.size) == (RawState.QUARANTINED, Reason.TOO_LARGE, size)
    assert b"x" * 100 not in store.read(large)
    assert store.read(small) == raws[1]
    fetch(emptied)
    assert list(drop.mails.values()) == [raws[0]]
    assert (RawMessage.objects.count(), state_of(emptied).waiting_count) == (2, 0)
    assert not [one for one in drop.commands if one == "RETR 1"]


def test_a_mail_that_cannot_be_had_holds_up_no_other_and_is_an_alarm(emptied, drop, settings):
    first, third = mail("Pierwsza"), mail("Trzecia")
    drop.add(first)
    drop.refuses = {drop.add(mail("Uszkodzona"))}
    drop.add(third)
    assert fetch(emptied).missing == ["uid-2"]
    assert stored() == [first, third]
    assert list(drop.mails) == ["uid-2"]
    assert state_of(emptied).waiting_count == 1
    later = timezone.now() + timedelta(minutes=settings.MAIL_SILENCE_MINUTES + 1)
    assert "NOT_RECORDED" in {one.code for one in troubles(later)}
    drop.refuses = set()
    fetch(emptied)
    assert (RawMessage.objects.count(), state_of(emptied).waiting_count, drop.mails) == (3, 0, {})


def test_a_refused_login_stops_the_mailbox_until_a_person_has_mended_it(mailbox, drop):
    drop.password = "inne"
    fetch(mailbox)
    assert state_of(mailbox).stopped_at is not None
    assert [one.code for one in troubles(timezone.now())] == ["STOPPED"]
    drop.password = "tajne"
    drop.add(mail("Sprawa"))
    assert fetch(mailbox) is None
    progress.start_again([mailbox.pk], at=timezone.now())
    assert len(fetch(mailbox).rows) == 1


@pytest.mark.parametrize(
    "answer", ["-ERR [IN-USE] another session", "-ERR [SYS/TEMP] later", "-ERR mailbox is locked"]
)
def test_a_server_that_is_busy_at_login_is_asked_again_later(mailbox, drop, answer):
    drop.password, drop.login_answer = "inne", answer
    fetch(mailbox)
    poll_row = state_of(mailbox)
    assert (poll_row.stopped_at, poll_row.failures) == (None, 1)
    assert poll_row.next_at > timezone.now()


def test_a_server_without_unique_ids_is_told_to_a_person(mailbox, drop):
    drop.has_uidl = False
    fetch(mailbox)
    assert "UIDL" in state_of(mailbox).error
    assert state_of(mailbox).stopped_at is not None


@pytest.mark.parametrize(("token", "is_taken"), [("token-1", True), ("token-2", False)])
def test_a_token_opens_it_as_a_password_does(mailbox, drop, monkeypatch, token, is_taken):
    monkeypatch.setattr(pop3, "access_token_of", lambda _mailbox: token)
    Mailbox.objects.update(server_login=ServerLogin.XOAUTH2)
    drop.add(mail("Sprawa"))
    fetch(mailbox)
    assert RawMessage.objects.count() == int(is_taken)
    assert (state_of(mailbox).stopped_at is None) == is_taken


def test_more_than_an_hour_may_bring_stays_on_the_server(emptied, drop):
    for number in range(5):
        drop.add(mail(f"Sprawa {number}"))
    Mailbox.objects.update(max_per_hour=2)
    fetch(emptied)
    assert (RawMessage.objects.count(), len(drop.mails)) == (2, 3)


def test_no_password_goes_unencrypted_to_another_machine(mailbox):
    mailbox.server_host = "pop.example.org"
    with pytest.raises(ValidationError, match="server_security"):
        mailbox.full_clean(exclude=["origin", "loaded"])
