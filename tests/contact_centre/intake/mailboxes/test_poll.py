"""Fetching by IMAP from a real server: EMAIL.md, section 1, and rules 1 and 2 of section 0."""

import threading
from collections import Counter
from datetime import timedelta
from importlib import import_module

import pytest
from celery import current_app
from django.apps import apps
from django.core import mail as sent
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from cases.models import Case
from contact_centre.intake import store, too_large
from contact_centre.intake.fetching import poll_mailboxes
from contact_centre.intake.health import troubles
from contact_centre.intake.mailboxes import progress
from contact_centre.intake.mailboxes.poll import poll
from contact_centre.intake.models import (
    MailArrival,
    Mailbox,
    MailboxPoll,
    RawMessage,
    RawState,
    Reason,
    RuleAction,
)
from contact_centre.intake.process import process
from contact_centre.intake.too_large import answer, untold
from contact_centre.web.limits import Limit
from notifications.links import loop_id
from notifications.models import SuppressionReason
from notifications.suppression import suppress
from tests.contact_centre.intake.mails import BOUNCE, NEWSLETTER, mail
from tests.contact_centre.intake.outages import keeping_nothing
from tests.contact_centre.intake.test_senders import rule

pytestmark = pytest.mark.django_db
THREADS = pytest.mark.django_db(transaction=True)


def nothing(row):
    """For tests that look at the stored rows."""


def fetch(mailbox, on_stored=nothing):
    """One run, whatever the back-off says."""
    progress.due_mailboxes(timezone.now())
    return poll(mailbox.pk, on_stored=on_stored)


def stored() -> list[bytes]:
    return [store.read(row) for row in RawMessage.objects.order_by("id")]


def state_of(mailbox) -> MailboxPoll:
    return MailboxPoll.objects.get(mailbox=mailbox)


def test_every_mail_is_stored_as_it_is_and_in_order(mailbox, box):
    raws = [mail(f"Sprawa {number}") for number in range(5)] + [b"From: \xff\r\n\r\n" + bytes(range(256))]
    for raw in raws:
        box.add(raw)
    assert len(fetch(mailbox).rows) == 6
    assert stored() == raws
    assert {arrival.mailbox for arrival in MailArrival.objects.select_related("mailbox")} == {mailbox}
    assert (state_of(mailbox).last_uid, state_of(mailbox).waiting_count) == (6, 0)
    assert fetch(mailbox).rows == []


def test_a_person_who_opens_the_mailbox_hides_nothing(mailbox, box):
    box.add(mail("Przeczytana"), "INBOX", "\\Seen")
    box.add(mail("Nieprzeczytana"))
    assert len(fetch(mailbox).rows) == 2


def test_a_mail_stays_unread_until_it_is_stored(mailbox, box):
    box.add(mail("Sprawa"))
    box.breaks["UID STORE"] = "before"
    fetch(mailbox)
    assert RawMessage.objects.count() == 1
    assert box.folders["INBOX"][1].flags == set()
    assert not [one for one in box.commands if "BODY[" in one]


def test_nothing_is_put_away_when_the_database_is_gone(mailbox, box):
    mailbox.imap_done_folder = "Done"
    mailbox.save()
    raw = mail("Sprawa")
    box.add(raw)
    progress.due_mailboxes(timezone.now())
    with keeping_nothing():
        fetch(mailbox)
    assert [one.raw for one in box.folders["INBOX"].values()] == [raw]
    assert not box.folders["Done"]
    assert state_of(mailbox).failures == 1
    fetch(mailbox)
    assert stored() == [raw]
    assert not box.folders["INBOX"]


@pytest.mark.parametrize("can_move", [True, False])
def test_mails_that_are_put_away_are_all_fetched_first(mailbox, box, can_move):
    """Other systems lose every second one, because numbers shift when a mail leaves the folder."""
    box.can_move = can_move
    mailbox.imap_done_folder = "Done"
    mailbox.save()
    raws = [mail(f"Sprawa {number}") for number in range(20)]
    for raw in raws:
        box.add(raw)
    fetch(mailbox)
    assert stored() == raws
    assert not box.folders["INBOX"]
    assert [one.raw for one in box.folders["Done"].values()] == raws


def test_a_gap_is_found_whatever_came_later(mailbox, box):
    for number in range(3):
        box.add(mail(f"Sprawa {number}"))
    box.refuses_uid = {2}
    fetch(mailbox)
    assert RawMessage.objects.count() == 2
    assert (state_of(mailbox).waiting_count, state_of(mailbox).last_uid) == (1, 3)
    box.refuses_uid = set()
    fetch(mailbox)
    assert RawMessage.objects.count() == 3
    assert state_of(mailbox).waiting_count == 0


def test_a_mail_that_never_comes_is_an_alarm_and_stops_no_other(mailbox, box):
    box.add(mail("Zatruty"))
    box.add(mail("Zdrowy"))
    box.refuses_uid = {1}
    fetch(mailbox)
    assert RawMessage.objects.count() == 1
    assert troubles(timezone.now()) == []
    later = timezone.now() + timedelta(minutes=16)
    MailboxPoll.objects.update(last_success_at=later)
    assert [one.code for one in troubles(later)] == ["NOT_RECORDED"]


def test_a_mail_that_the_server_calls_bad_stops_no_other(mailbox, box):
    """EMAIL §0.3 and §1: one poisoned mail never stops the queue; Exchange answers BAD for a damaged one."""
    for number in range(4):
        box.add(mail(f"Sprawa {number}"))
    box.bad_uid = {1, 3}
    fetched = fetch(mailbox)
    assert (len(fetched.rows), fetched.missing) == (2, ["1", "3"])
    assert (state_of(mailbox).failures, state_of(mailbox).waiting_count) == (0, 2)


def test_a_mail_at_which_the_connection_ends_is_taken_last(mailbox, box):
    """EMAIL §0.3 and §1: never a stuck mailbox; also of two such mails neither hides what comes after."""
    for number in range(5):
        box.add(mail(f"Sprawa {number}"))
    box.fatal_uid = {2, 4}
    for _run in range(5):
        fetch(mailbox)
    assert {arrival.external_id for arrival in MailArrival.objects.all()} == {"1", "3", "5"}
    assert progress.taken_last(state_of(mailbox)) == ["4", "2"]
    assert state_of(mailbox).next_at < timezone.now() + 2 * progress.EVERY
    box.add(mail("Nowa"))
    fetch(mailbox)
    assert MailArrival.objects.filter(external_id="6").exists()
    box.fatal_uid = set()
    fetch(mailbox)
    assert MailArrival.objects.count() == 6


@pytest.mark.parametrize(
    ("internal_date", "is_taken"),
    [
        ("{:%d-%b-%Y %H:%M:%S +0000}", True),
        ("01-Jan-1970 00:00:00 +0000", False),
        ("17-Nov-2090 08:58:00 +0100", False),
        ("nonsense", False),
    ],
)
def test_a_mail_counts_from_when_its_server_got_it(mailbox, box, internal_date, is_taken):
    """EMAIL §0.1: received_at; after an outage the day of receipt is not the day of fetching."""
    came = (timezone.now() - timedelta(days=3)).replace(microsecond=0)
    box.internal_date = internal_date.format(came)
    box.add(mail("Sprawa"))
    row = fetch(mailbox).rows[0]
    assert (row.received_at == came) is is_taken
    assert timezone.now() - row.arrivals.get().arrived_at < timedelta(minutes=1)
    assert is_taken or timezone.now() - row.received_at < timedelta(minutes=1)


def test_another_uidvalidity_reads_all_again_and_doubles_nothing(mailbox, box):
    for number in range(3):
        box.add(mail(f"Sprawa {number}"))
    fetch(mailbox)
    box.renumber()
    box.add(mail("Nowa"))
    rows = fetch(mailbox).rows
    assert len({row.pk for row in rows}) == 4
    assert RawMessage.objects.count() == 4
    assert state_of(mailbox).uid_validity == 18


STEPS = [
    ("LOGIN", "before"), ("LOGIN", "after"), ("SELECT", "before"), ("SELECT", "after"), ("UID SEARCH", "before"),
    ("UID SEARCH", "after"), ("UID FETCH SIZE", "before"), ("UID FETCH SIZE", "after"),
    ("UID FETCH BODY", "before"), ("UID FETCH BODY", "middle"), ("UID FETCH BODY", "after"),
    ("UID MOVE", "before"), ("UID MOVE", "after"), ("LOGOUT", "before"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "when"), STEPS)
def test_a_connection_that_breaks_at_any_step_loses_and_doubles_nothing(mailbox, box, step, when):
    mailbox.imap_done_folder = "Done"
    mailbox.save()
    raws = [mail(f"Sprawa {number}\r\n" + "słowo " * 500) for number in range(3)]
    for raw in raws:
        box.add(raw)
    box.breaks[step] = when
    fetch(mailbox, on_stored=lambda row: process(row.pk, at=timezone.now()))
    assert not box.breaks, "the step was never reached"
    fetch(mailbox, on_stored=lambda row: process(row.pk, at=timezone.now()))
    assert stored() == raws
    assert Case.objects.count() == 3
    assert not box.folders["INBOX"]
    assert {one.raw for one in box.folders["Done"].values()} == set(raws)


def test_trouble_waits_longer_each_time_and_ends_with_a_success(mailbox, box):
    waits = []
    for _ in range(4):
        box.breaks["UID SEARCH"] = "before"
        fetch(mailbox)
        waits.append((state_of(mailbox).next_at - timezone.now()).total_seconds())
    assert state_of(mailbox).failures == 4
    assert all(15 * 2**n - 5 < wait < 45 * 2**n for n, wait in enumerate(waits))
    assert progress.due_mailboxes(timezone.now()) == []
    fetch(mailbox)
    assert (state_of(mailbox).failures, state_of(mailbox).error) == (0, "")


def test_a_wrong_password_is_not_tried_for_ever(mailbox, box):
    box.password = "inne"
    fetch(mailbox)
    assert state_of(mailbox).stopped_at is not None
    assert progress.due_mailboxes(timezone.now() + timedelta(days=1)) == []
    assert fetch(mailbox) is None
    assert [(one.code, one.error) for one in troubles(timezone.now())] == [
        ("STOPPED", "the server refused the login")
    ]
    box.password = "tajne"
    box.add(mail())
    progress.start_again([mailbox.pk], at=timezone.now())
    assert len(fetch(mailbox).rows) == 1


def test_a_server_that_has_no_time_is_asked_again(mailbox, box):
    box.login_answer, box.password = "NO [UNAVAILABLE] try again later", "inne"
    fetch(mailbox)
    assert (state_of(mailbox).stopped_at, state_of(mailbox).failures) == (None, 1)


def test_a_missing_file_of_the_secret_is_named_and_never_its_content(mailbox, box):
    Mailbox.objects.update(secret_name="gone")
    fetch(mailbox)
    assert "gone cannot be read" in state_of(mailbox).error


def test_a_password_with_letters_beyond_ascii_opens(mailbox, box, settings):
    box.password = "zażółć"
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text(box.password)
    box.add(mail())
    assert len(fetch(mailbox).rows) == 1


def test_silence_is_an_alarm(mailbox):
    progress.due_mailboxes(timezone.now())
    assert troubles(timezone.now()) == []
    assert [one.code for one in troubles(timezone.now() + timedelta(minutes=16))] == ["SILENT"]


def test_readyz_calls_a_stopped_mailbox_degraded(mailbox, box, client):
    box.password = "inne"
    fetch(mailbox)
    assert client.get("/readyz").json()["parts"]["mail"] == "degraded"


# -- one worker, many workers ---------------------------------------------------------------------------------


def in_threads(count: int, work) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@THREADS
def test_ten_workers_on_one_mailbox_make_no_duplicates(mailbox, box):
    raws = [mail(f"Sprawa {number}") for number in range(15)]
    for raw in raws:
        box.add(raw)
    progress.due_mailboxes(timezone.now())
    ran: list[object] = []
    in_threads(10, lambda: ran.append(poll(mailbox.pk, on_stored=nothing)))
    while MailArrival.objects.count() < 15:
        fetch(mailbox)
    assert Counter(stored()) == Counter(raws)
    assert len([one for one in box.commands if one.startswith("UID FETCH") and "BODY" in one]) == 15
    assert len(ran) == 10


@THREADS
def test_even_without_a_lease_two_workers_make_no_duplicates(mailbox, box, monkeypatch):
    monkeypatch.setattr(progress, "LEASE", timedelta(seconds=-1))
    raws = [mail(f"Sprawa {number}") for number in range(10)]
    for raw in raws:
        box.add(raw)
    progress.due_mailboxes(timezone.now())
    in_threads(4, lambda: poll(mailbox.pk, on_stored=nothing))
    while MailArrival.objects.count() < 10:
        fetch(mailbox)
    assert Counter(stored()) == Counter(raws)
    assert MailArrival.objects.count() == 10


def test_a_worker_that_died_gives_way_when_its_lease_ends(mailbox, box):
    box.add(mail())
    progress.due_mailboxes(timezone.now())
    assert progress.claim(mailbox.pk, at=timezone.now()) is not None
    assert fetch(mailbox) is None
    MailboxPoll.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(fetch(mailbox).rows) == 1


# -- limits ---------------------------------------------------------------------------------------------------


@pytest.fixture
def small(mailbox):
    mailbox.max_bytes = 1000
    mailbox.save()
    return mailbox


def large(**fields) -> bytes:
    return mail("x" * 3000, **fields)


def test_a_mail_that_is_too_large_leaves_its_header_and_stops_nothing(small, box):
    raw = large(subject="Duże zdjęcia")
    box.add(raw)
    box.add(mail("Mała"))
    rows = fetch(small).rows
    assert next((row.state, row.reason, row.size) for row in rows) == (
        RawState.QUARANTINED,
        Reason.TOO_LARGE,
        len(raw),
    )
    assert store.read(rows[0]) == raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert (rows[0].sender, rows[0].subject) == ("ana@example.org", "Duże zdjęcia")
    assert rows[1].state == RawState.RECEIVED
    assert state_of(small).waiting_count == 0
    assert not [one for one in box.commands if "UID FETCH 1 " in one and "BODY.PEEK[]" in one]


def test_a_person_is_told_once_that_her_mail_was_too_large(small, box):
    for number in range(3):
        box.add(large(subject=f"Zdjęcia {number}"))
    told = [answer(row, at=timezone.now()) for row in fetch(small).rows]
    assert told == [True, False, False]
    (message,) = sent.outbox
    assert (message.to, message.from_email) == (["ana@example.org"], "kontakt@kontakt.example")
    assert message.extra_headers["Auto-Submitted"] == "auto-replied"
    assert "/report/" in message.body


@pytest.mark.parametrize("raw", [BOUNCE, NEWSLETTER, mail(sender="noreply@a.example"), mail(sender="")])
def test_no_machine_is_told_that_its_mail_was_too_large(small, box, raw):
    box.add(raw + b"x" * 3000)
    (row,) = fetch(small).rows
    assert row.reason == Reason.TOO_LARGE
    assert not answer(row, at=timezone.now())
    assert sent.outbox == []


def test_only_whoever_may_be_answered_is_told_that_her_mail_was_too_large(small, box, settings):
    """EMAIL §7: no automatic answer to the forged, the blocked, our own circle, or an address that is dead."""
    settings.MAIL_AUTHSERV_ID = "mx.kontakt.example"
    failed = "mx.kontakt.example; dmarc=fail header.from=example.org"
    rule("quiet@example.net", RuleAction.NO_AUTO_REPLY, at=timezone.now())
    rule("blocked@example.net", RuleAction.DROP, at=timezone.now())
    suppress("dead@example.net", reason=SuppressionReason.DEAD, evidence="x", at=timezone.now())
    box.add(large(Authentication_Results=failed))
    for sender in ("quiet@example.net", "blocked@example.net", "dead@example.net"):
        box.add(large(sender=sender))
    box.add(large(sender="circle@example.net", X_Loop_Id=loop_id()))
    assert [answer(row, at=timezone.now()) for row in fetch(small).rows] == [False] * 5
    assert sent.outbox == []
    assert not RawMessage.objects.filter(told_at=None).exists()
    # What was forged in her name does not silence her.
    box.add(large())
    assert [answer(row, at=timezone.now()) for row in fetch(small).rows] == [True]


def test_the_first_sweep_writes_to_nobody_whose_mail_came_before_it(small, box):
    box.add(large())
    (row,) = fetch(small).rows
    import_module("contact_centre.intake.migrations.0006_fates").nobody_is_told_late(apps, None)
    row.refresh_from_db()
    assert row.told_at == row.settled_at
    assert untold(row.settled_at + timedelta(minutes=20)) == []


def test_whom_the_relay_refuses_is_not_tried_again(small, box, settings):
    box.add(large())
    (row,) = fetch(small).rows
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NoSuchPerson"
    at = row.settled_at
    assert not answer(row, at=at)
    assert untold(at + timedelta(minutes=20)) == []
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    box.add(large(subject="Zdjęcia"))
    assert [answer(one, at=timezone.now()) for one in fetch(small).rows] == [True]


def test_beyond_the_limit_of_an_hour_whoever_is_left_is_told_later(small, box, settings, monkeypatch):
    settings.RATE_LIMITS_ENABLED = True
    monkeypatch.setattr(too_large, "_IN_ALL", Limit("too-large-in-a-test", 1, 3600))
    cache.clear()
    box.add(large())
    box.add(large(sender="jan@example.org"))
    rows = fetch(small).rows
    at = rows[1].settled_at
    assert [answer(row, at=at) for row in rows] == [True, False]
    assert untold(at + timedelta(minutes=20)) == [rows[1].pk]
    cache.clear()
    assert answer(rows[1], at=at + timedelta(minutes=20))


def test_who_could_not_be_told_is_told_by_the_sweep(small, box, settings):
    """EMAIL §1: one notice to the sender, also when the relay was away; never two."""
    box.add(large(subject="Zdjęcia"))
    (row,) = fetch(small).rows
    at = row.settled_at
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.Away"
    with pytest.raises(OSError, match="refused"):
        answer(row, at=at)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert untold(at + timedelta(minutes=1)) == []
    assert untold(at + timedelta(minutes=20)) == [row.pk]
    assert answer(row, at=at + timedelta(minutes=20))
    assert untold(at + timedelta(minutes=60)) == []
    assert not answer(row, at=at + timedelta(minutes=60))
    assert len(sent.outbox) == 1


def test_what_comes_beyond_the_limit_of_an_hour_waits(mailbox, box):
    mailbox.max_per_hour = 2
    mailbox.save()
    for number in range(5):
        box.add(mail(f"Sprawa {number}"))
    fetch(mailbox)
    fetch(mailbox)
    assert RawMessage.objects.count() == 2
    assert state_of(mailbox).waiting_count == 3
    MailArrival.objects.update(arrived_at=timezone.now() - timedelta(hours=2))
    fetch(mailbox)
    assert RawMessage.objects.count() == 4


class Killed(BaseException):
    """As if the process had ended here: nothing of ours runs any more."""


@pytest.mark.parametrize("done", ["", "Done"])
def test_a_worker_killed_between_storing_and_putting_away_loses_and_doubles_nothing(mailbox, box, done):
    mailbox.imap_done_folder = done
    mailbox.save()
    raws = [mail(f"Sprawa {number}") for number in range(6)]
    for raw in raws:
        box.add(raw)

    def die(row):
        raise Killed

    for number in range(1, 4):
        with pytest.raises(Killed):
            fetch(mailbox, on_stored=die)
        assert RawMessage.objects.count() == number
        MailboxPoll.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    fetch(mailbox)
    assert stored() == raws
    assert len(box.folders["INBOX"]) == (0 if done else 6)
    if done:
        assert Counter(one.raw for one in box.folders["Done"].values()) == Counter(raws)


@pytest.fixture
def workers():
    """Whoever is woken works at once."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def test_the_tasks_fetch_a_mailbox_and_settle_its_mails(mailbox, box, workers):
    box.add(mail("Sprawa"))
    poll_mailboxes.delay()
    assert Case.objects.get().description == "Sprawa"
    assert RawMessage.objects.get().state == RawState.CASE_CREATED
