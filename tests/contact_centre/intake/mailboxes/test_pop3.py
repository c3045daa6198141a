"""Fetching by POP3 from a real server: EMAIL.md, section 1, and rules 1, 2 and 3 of section 0."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail as sent
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.models import Case
from contact_centre.intake import store
from contact_centre.intake.health import troubles
from contact_centre.intake.mailboxes import poll as polling
from contact_centre.intake.mailboxes import progress
from contact_centre.intake.models import MailArrival, Mailbox, MailboxPoll, MailSource, RawMessage, Reason
from contact_centre.intake.process import process
from contact_centre.intake.too_large import answer
from tests.contact_centre.intake.mailboxes.test_poll import (
    THREADS,
    Killed,
    fetch,
    in_threads,
    nothing,
    state_of,
    stored,
)
from tests.contact_centre.intake.mails import mail
from tests.contact_centre.intake.outages import keeping_nothing

pytestmark = pytest.mark.django_db


def fill(drop, count: int = 3) -> list[bytes]:
    raws = [mail(f"Sprawa {number}") for number in range(count)]
    for raw in raws:
        drop.add(raw)
    return raws


def asked(drop, name: str) -> list[str]:
    return [command for command in drop.commands if command.startswith(name)]


def settle(row) -> None:
    process(row.pk, at=timezone.now())


# -- what is fetched, and under which name ----------------------------------------------------------------------


def test_every_mail_is_stored_as_it_is_and_stays_on_the_server(left, drop):
    raws = [*fill(drop), b"From: \xff\r\n\r\n" + bytes(set(range(256)) - {10, 13}) + b"\r\n"]
    drop.add(raws[-1])
    assert len(fetch(left).rows) == 4
    assert stored() == raws == drop.raws
    assert {(one.source, one.mailbox) for one in MailArrival.objects.select_related("mailbox")} == {
        (MailSource.POP3, left)
    }
    assert (state_of(left).waiting_count, state_of(left).error) == (0, "")
    assert not asked(drop, "DELE")


def test_what_is_known_by_its_unique_id_is_not_read_again(left, drop):
    fill(drop)
    fetch(left)
    drop.add(mail("Nowa"))
    assert [store.read(row) for row in fetch(left).rows] == [drop.raws[-1]]
    assert len(asked(drop, "RETR")) == 4


def test_mails_are_deleted_where_the_mailbox_wants_it(emptied, drop):
    raws = fill(drop, 20)
    fetch(emptied)
    assert stored() == raws
    assert drop.mails == []
    assert fetch(emptied).rows == []


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "..",
        ".\r\n.\r\n..\r\n...kropki",
        # A line that ends in a bare LF ends none: what follows the dot is no answer of the server.
        "słowo\n.\r\n+OK\r\nFrom: mallory@example.net\r\n\r\nwmówione",
        "x" * 5_000,
        "x" * 200_000,
        "." + "x" * 70_000 + "\r\n." + "y" * 70_000,
        "<p>" + "\r" * 3_000,
    ],
)
def test_long_lines_and_dots_come_as_they_are(emptied, drop, text):
    """RFC 1939, section 3; the library ends at 2,048 bytes, and real pages stand in one line."""
    raws = [mail(text), mail("Następna")]
    for raw in raws:
        drop.add(raw)
    fetch(emptied)
    assert stored() == raws
    assert drop.mails == []


def test_an_id_that_another_mail_got_hides_none(left, drop):
    first, other = mail("Pierwsza"), mail("Druga, i dłuższa")
    drop.add(first, "1")
    fetch(left)
    drop.mails = []
    drop.add(other, "1")
    fetch(left)
    assert stored() == [first, other]


def test_an_id_that_another_mail_got_deletes_none(emptied, drop):
    """Of the same size, too: nothing is deleted that was not read and stored."""
    first, other = mail("Sprawa 1", message_id="<a@b.example>"), mail("Sprawa 2", message_id="<c@b.example>")
    for raw in (first, other):
        drop.add(raw, "1")
        fetch(emptied)
    assert stored() == [first, other]
    assert drop.mails == []


def test_mails_that_share_an_id_are_all_fetched(left, drop):
    raws = [mail(f"Sprawa {number}", message_id=f"<{number}@b.example>") for number in range(3)]
    for raw in raws:
        drop.add(raw, "same")
    fetch(left)
    assert stored() == raws
    assert fetch(left).rows == []


def test_copies_of_a_mail_are_one_and_all_deleted(emptied, drop):
    raw = mail("Sprawa")
    drop.add(raw, "same")
    drop.add(raw, "same")
    fetch(emptied, on_stored=settle)
    assert (stored(), drop.mails, Case.objects.count()) == ([raw], [], 1)


def test_without_unique_ids_the_content_is_the_name(emptied, drop):
    drop.has_uidl = False
    raws = fill(drop)
    drop.breaks["QUIT"] = "before"
    fetch(emptied, on_stored=settle)
    assert len(drop.mails) == 3
    fetch(emptied, on_stored=settle)
    assert (stored(), drop.mails, Case.objects.count()) == (raws, [], 3)


def test_without_unique_ids_mails_that_stay_would_be_read_for_ever(left, drop):
    drop.has_uidl = False
    fill(drop)
    fetch(left)
    assert RawMessage.objects.count() == 0
    assert [one.code for one in troubles(timezone.now())] == ["STOPPED"]
    assert "UIDL" in state_of(left).error


def test_an_id_that_is_none_counts_as_missing(emptied, drop):
    drop.add(mail("Sprawa"), "z" * 300)
    drop.add(mail("Inna"), "ą")
    fetch(emptied)
    assert (RawMessage.objects.count(), drop.mails) == (2, [])


def test_other_users_and_servers_have_other_names(left, drop):
    first = mail("Sprawa 1", message_id="<a@b.example>")
    drop.add(first, "1")
    fetch(left)
    drop.mails = []
    drop.add(mail("Sprawa 2", message_id="<c@b.example>"), "1")
    Mailbox.objects.update(server_user="inna")
    fetch(left)
    assert RawMessage.objects.count() == 2


def test_a_mailbox_that_changes_to_deleting_reads_all_again_and_doubles_nothing(left, drop):
    raws = fill(drop)
    fetch(left, on_stored=settle)
    Mailbox.objects.update(pop3_deletes=True)
    fetch(left, on_stored=settle)
    assert (stored(), drop.mails, Case.objects.count()) == (raws, [], 3)


# -- sessions that break ----------------------------------------------------------------------------------------


STEPS = [
    ("USER", "before"), ("PASS", "before"), ("PASS", "after"), ("UIDL", "before"), ("UIDL", "middle"),
    ("LIST", "before"), ("LIST", "middle"), ("RETR 2", "before"), ("RETR 2", "middle"), ("RETR 2", "after"),
    ("DELE 2", "before"), ("DELE 2", "after"), ("DELE 3", "after"), ("QUIT", "before"), ("QUIT", "after"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "when"), STEPS)
def test_a_session_that_breaks_at_any_step_loses_and_doubles_nothing(emptied, drop, step, when):
    """A server that was not told QUIT gives all of its mails again (Zammad #78)."""
    raws = [mail(f"Sprawa {number}\r\n" + "słowo " * 500) for number in range(3)]
    for raw in raws:
        drop.add(raw)
    drop.breaks[step] = when
    fetch(emptied, on_stored=settle)
    assert not drop.breaks, "the step was never reached"
    assert len(drop.mails) == (0 if (step, when) == ("QUIT", "after") else 3)
    assert (state_of(emptied).failures, state_of(emptied).last_success_at) == (1, None)
    fetch(emptied, on_stored=settle)
    assert stored() == raws
    assert Case.objects.count() == 3
    assert drop.mails == []
    assert (state_of(emptied).failures, state_of(emptied).waiting_count) == (0, 0)


@pytest.mark.parametrize(("step", "when"), [("UIDL", "middle"), ("RETR 2", "middle"), ("RETR 3", "after")])
def test_a_break_where_mails_stay_loses_and_doubles_nothing(left, drop, step, when):
    raws = fill(drop)
    drop.breaks[step] = when
    fetch(left, on_stored=settle)
    fetch(left, on_stored=settle)
    assert (stored(), drop.raws, Case.objects.count()) == (raws, raws, 3)


def test_a_goodbye_that_fails_is_no_news_where_nothing_was_deleted(left, drop):
    fill(drop)
    drop.breaks["QUIT"] = "before"
    fetch(left)
    assert (state_of(left).failures, state_of(left).waiting_count) == (0, 0)


def test_a_server_that_does_not_delete_is_trouble_and_doubles_nothing(emptied, drop):
    """RFC 1939, section 6: QUIT is refused when not all could be removed."""
    fill(drop)
    drop.refuses["QUIT"] = "-ERR some deleted messages not removed"
    for _run in range(3):
        fetch(emptied)
    assert (RawMessage.objects.count(), MailArrival.objects.count()) == (3, 6)
    assert (state_of(emptied).failures, state_of(emptied).last_success_at) == (3, None)


def test_a_mail_that_the_server_does_not_delete_stops_no_other(emptied, drop):
    fill(drop)
    drop.refuses["DELE uid-2"] = "-ERR locked"
    fetch(emptied)
    fetch(emptied)
    assert [one.uid for one in drop.mails] == ["uid-2"]
    assert (RawMessage.objects.count(), state_of(emptied).waiting_count) == (3, 0)


def test_nothing_is_deleted_when_the_database_is_gone(emptied, drop):
    raws = fill(drop)
    progress.due_mailboxes(timezone.now())
    with keeping_nothing():
        fetch(emptied)
    assert (drop.raws, asked(drop, "DELE"), state_of(emptied).failures) == (raws, [], 1)
    fetch(emptied)
    assert (stored(), drop.mails) == (raws, [])


def test_a_worker_killed_before_it_deletes_loses_and_doubles_nothing(emptied, drop):
    raws = fill(drop, 6)

    def die(row):
        raise Killed

    for number in range(1, 4):
        with pytest.raises(Killed):
            fetch(emptied, on_stored=die)
        # What is new comes before what is only read once more.
        assert RawMessage.objects.count() == number
        MailboxPoll.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    fetch(emptied)
    assert (stored(), drop.mails) == (raws, [])


def test_a_session_ends_before_too_much_would_come_back(emptied, drop, monkeypatch):
    monkeypatch.setattr(polling, "PER_SESSION", 2)
    raws = fill(drop, 5)
    before = timezone.now()
    fetch(emptied)
    assert len(drop.mails) == 3
    assert before <= state_of(emptied).next_at <= timezone.now()
    fetch(emptied)
    fetch(emptied)
    assert (stored(), drop.mails, state_of(emptied).waiting_count) == (raws, [], 0)


def test_a_mail_at_which_the_session_ends_keeps_no_other_on_the_server(emptied, drop):
    """EMAIL §0.3: never a stuck mailbox, though each break brings back all that was deleted before."""
    raws = fill(drop, 5)
    drop.fatal = {"uid-2", "uid-4"}
    for _run in range(8):
        fetch(emptied)
    assert [one.uid for one in drop.mails] == ["uid-2", "uid-4"]
    assert state_of(emptied).next_at < timezone.now() + 2 * progress.EVERY
    drop.add(mail("Nowa"))
    fetch(emptied)
    assert [one.uid for one in drop.mails] == ["uid-2", "uid-4"]
    drop.fatal = set()
    fetch(emptied)
    fetch(emptied)
    assert drop.mails == []
    assert Counter(stored()) >= Counter(raws)


# -- mails that cannot be had -----------------------------------------------------------------------------------


@pytest.mark.parametrize("deletes", [False, True])
def test_one_of_ten_mails_that_cannot_be_had_stops_no_other_and_is_an_alarm(left, drop, deletes):
    Mailbox.objects.update(pop3_deletes=deletes)
    raws = fill(drop, 10)
    drop.refuses["RETR uid-4"] = "-ERR [SYS/PERM] cannot read it"
    fetched = fetch(left)
    assert (len(fetched.rows), len(fetched.missing)) == (9, 1)
    assert drop.raws == ([raws[3]] if deletes else raws)
    assert (state_of(left).failures, state_of(left).waiting_count) == (0, 1)
    assert troubles(timezone.now()) == []
    later = timezone.now() + timedelta(minutes=16)
    MailboxPoll.objects.update(last_success_at=later)
    assert [(one.code, one.error) for one in troubles(later)] == [("NOT_RECORDED", "1")]
    drop.refuses = {}
    fetch(left)
    assert (Counter(stored()), state_of(left).waiting_count) == (Counter(raws), 0)


def test_a_mail_far_beyond_its_size_ends_the_session_and_fills_no_memory(left, drop):
    drop.add(mail("x" * 3_000_000))
    drop.mails[0].size = 1000
    fetch(left)
    assert (RawMessage.objects.count(), state_of(left).failures) == (0, 1)
    assert "without end" in state_of(left).error


def test_silence_is_an_alarm(left):
    progress.due_mailboxes(timezone.now())
    assert [one.code for one in troubles(timezone.now() + timedelta(minutes=16))] == ["SILENT"]


# -- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deletes", [False, True])
def test_a_mail_that_is_too_large_leaves_its_header_and_is_never_deleted(left, drop, deletes):
    Mailbox.objects.update(pop3_deletes=deletes, max_bytes=1000)
    raw, small = mail("x" * 3000, subject="Duże zdjęcia"), mail("Mała")
    drop.add(raw)
    drop.add(small)
    large, _ = fetch(left).rows
    assert (large.reason, large.size, large.subject) == (Reason.TOO_LARGE, len(raw), "Duże zdjęcia")
    assert store.read(large) == raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert drop.raws == ([raw] if deletes else [raw, small])
    assert [answer(large, at=timezone.now()) for _ in range(2)] == [True, False]
    assert [message.to for message in sent.outbox] == [["ana@example.org"]]
    assert (fetch(left).rows, state_of(left).waiting_count) == ([], 0)
    assert (asked(drop, "TOP"), asked(drop, "RETR 1")) == (["TOP 1 0"], [])
    # Whoever lets the mailbox take more has the mail itself.
    Mailbox.objects.update(max_bytes=10_000)
    fetch(left)
    assert (raw in stored(), drop.raws) == (deletes, [] if deletes else [raw, small])


def test_a_server_without_top_keeps_a_mail_that_is_too_large_and_no_other(emptied, drop):
    Mailbox.objects.update(max_bytes=1000)
    drop.has_top = False
    raw, small = mail("x" * 3000), mail("Mała")
    drop.add(raw)
    drop.add(small)
    fetch(emptied)
    assert (stored(), drop.raws, state_of(emptied).waiting_count) == ([small], [raw], 1)


def test_what_comes_beyond_the_limit_of_an_hour_waits_on_the_server(emptied, drop):
    Mailbox.objects.update(max_per_hour=2)
    fill(drop, 5)
    fetch(emptied)
    fetch(emptied)
    assert (RawMessage.objects.count(), len(drop.mails), state_of(emptied).waiting_count) == (2, 3, 3)
    MailArrival.objects.update(arrived_at=timezone.now() - timedelta(hours=2))
    fetch(emptied)
    assert RawMessage.objects.count() == 4


@THREADS
def test_ten_workers_on_one_mailbox_make_no_duplicates(emptied, drop):
    raws = fill(drop, 15)
    progress.due_mailboxes(timezone.now())
    in_threads(10, lambda: polling.poll(emptied.pk, on_stored=nothing))
    fetch(emptied)
    assert (Counter(stored()), len(asked(drop, "RETR")), drop.mails) == (Counter(raws), 15, [])


def test_the_port_of_imap_is_refused(left):
    left.server_port = 993
    with pytest.raises(ValidationError) as refused:
        left.full_clean()
    assert list(refused.value.message_dict) == ["server_port"]
