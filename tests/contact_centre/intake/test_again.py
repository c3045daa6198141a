"""A mail that comes again, or whose processing fails or dies: nothing is lost, and nothing is done twice."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import DataError, OperationalError, connection

from cases.models import Case, CaseEvent, EventKind, Message
from contact_centre.intake import store
from contact_centre.intake.models import MailArrival, RawChannel, RawMessage, RawState, Reason
from contact_centre.intake.process import MAX_ATTEMPTS, process, receive
from tests.contact_centre.intake.fates import fate, settled, token_address
from tests.contact_centre.intake.mails import (
    file_part,
    mail,
    multipart,
    photo,
    text_part,
)
from tests.contact_centre.intake.outages import failing_at
from tests.factories import NOW, make_case

pytestmark = pytest.mark.django_db


def test_the_same_bytes_again_change_nothing():
    raw = mail()
    first = settled(raw)
    again = receive(raw, at=NOW + timedelta(days=1))
    assert (again.pk, again.received_at, again.attempts) == (first.pk, NOW, 1)
    assert (Case.objects.count(), RawMessage.objects.count()) == (1, 1)


def test_a_copy_by_another_way_is_ignored_but_kept():
    raw = mail(message_id="<same@example.org>")
    settled(raw)
    copy = b"Received: from other by us\r\n" + raw
    row = settled(copy)
    assert fate(row)[:2] == (RawState.IGNORED, Reason.DUPLICATE)
    assert store.read(row) == copy
    assert Case.objects.count() == 1


def test_a_reused_message_id_with_other_words_is_processed_and_flagged():
    settled(mail("pierwszy", message_id="<same@example.org>"))
    row = settled(mail("drugi", message_id="<same@example.org>"))
    assert row.state == RawState.CASE_CREATED
    assert "reused_message_id" in row.defects


def test_mails_without_an_id_are_never_copies_of_each_other():
    for text in ("jeden", "dwa"):
        row = settled(mail(text, message_id=" "))
        assert row.message_id == f"{row.sha256}@missing.invalid"
    assert Case.objects.count() == 2


@pytest.mark.parametrize("state", [RawState.RECEIVED, RawState.PARSED])
def test_a_mail_left_half_way_is_finished_without_a_second_case(state):
    raw = mail()
    row = settled(raw)
    RawMessage.objects.filter(pk=row.pk).update(state=state, reason="", case=None, case_message=None)
    again = settled(raw)
    assert fate(again)[:2] == (RawState.CASE_CREATED, Reason.REQUEST)
    assert again.case == Case.objects.get()


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_is_mended_by_offering_the_mail_again(caplog):
    # The mail names a mailbox, which is noted with its fate.
    call_command("load_mailboxes", verbosity=0)
    crashes = 0
    for statement in range(1, 200):
        raw = multipart(text_part(f"Zgłoszenie {statement}"), file_part(photo(), "a.jpg"))
        sender = f"ana{statement}@example.org".encode()
        raw = raw.replace(b"ana@example.org", sender)
        with failing_at(statement) as seen:
            try:
                receive(raw, at=NOW)
            except OperationalError:
                crashes += 1
        row = receive(raw, at=NOW)
        assert fate(row)[:2] == (RawState.CASE_CREATED, Reason.REQUEST)
        if seen[0] < statement:
            break
    cases = Case.objects.count()
    # It is told that it failed, but for what is only said to open pages.
    hints = [one for one in caplog.records if "push_event" in one.getMessage()]
    assert hints
    assert crashes + len(hints) == statement - 1
    assert cases == RawMessage.objects.count() == MailArrival.objects.count() == statement
    assert Message.objects.count() == CaseEvent.objects.filter(kind=EventKind.RECEIVED).count() == cases


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_of_a_reply_leaves_one_reply():
    case = make_case()
    for statement in range(1, 200):
        raw = mail(f"Odpowiedź {statement}", to=token_address(case))
        with failing_at(statement) as seen, suppress(OperationalError):
            receive(raw, at=NOW)
        assert fate(receive(raw, at=NOW))[0] == RawState.CASE_UPDATED
        if seen[0] < statement:
            break
    bodies = list(case.messages.filter(purpose="REPLY").order_by("id").values_list("body", flat=True))
    assert bodies == [f"Odpowiedź {number}" for number in range(1, statement + 1)]
    assert CaseEvent.objects.filter(case=case, kind=EventKind.RESIDENT_REPLIED).count() == len(bodies)


def test_a_mail_whose_photo_cannot_be_stored_now_is_finished_later(settings, tmp_path):
    (tmp_path / "full").write_text("a file where a directory should be")
    whole = settings.STORAGES
    originals = {"BACKEND": whole["originals"]["BACKEND"], "OPTIONS": {"location": tmp_path / "full"}}
    raw = multipart(text_part("Dziura"), file_part(photo("green"), "a.jpg"))

    settings.STORAGES = whole | {"originals": originals}
    with pytest.raises(OSError, match="full"):
        settled(raw)
    assert RawMessage.objects.get().state == RawState.PARSED
    settings.STORAGES = whole

    assert settled(raw).state == RawState.CASE_CREATED
    assert Case.objects.get().attachments.count() == 1


def test_trouble_that_never_ends_becomes_a_failure_that_a_person_sees(settings, tmp_path):
    (tmp_path / "full").write_text("a file where a directory should be")
    originals = settings.STORAGES["originals"] | {"OPTIONS": {"location": tmp_path / "full"}}
    settings.STORAGES = settings.STORAGES | {"originals": originals}
    raw = multipart(text_part("Dziura"), file_part(photo("yellow"), "a.jpg"))
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(OSError, match="full"):
            settled(raw)
    row = settled(raw)
    assert fate(row)[:2] == (RawState.FAILED, Reason.ERROR)
    assert "NotADirectoryError" in row.error


def test_a_mail_that_cannot_be_processed_fails_alone_and_can_be_tried_again():
    raw = mail("Zatruty")
    row = store.keep(raw, channel=RawChannel.MAIL, at=NOW)
    path = Path(storages["raw_mail"].path(row.path))
    path.write_bytes(path.read_bytes()[:10] + b"\xff" * 40)

    assert fate(process(row.pk, at=NOW))[:2] == (RawState.FAILED, Reason.ERROR)
    row.refresh_from_db()
    assert "zlib.error" in row.error
    assert settled(mail("Zdrowy")).state == RawState.CASE_CREATED

    assert fate(settled(raw))[0] == RawState.FAILED
    assert fate(process(row.pk, at=NOW))[0] == RawState.CASE_CREATED
    assert Case.objects.count() == 2


def test_a_mail_that_ends_the_process_each_time_is_given_up_and_a_person_may_try_it_once_more():
    raw = mail("Zabójczy")
    row = store.keep(raw, channel=RawChannel.MAIL, at=NOW)
    RawMessage.objects.filter(pk=row.pk).update(state=RawState.PARSED, attempts=MAX_ATTEMPTS)
    assert fate(settled(raw))[0] == RawState.FAILED
    assert fate(process(row.pk, at=NOW))[0] == RawState.CASE_CREATED


def test_words_that_the_database_refuses_do_not_stop_the_next_mail():
    def refuse(run, sql, params, many, context):
        if "cases_case" in sql and "Zatruty" in str(params):
            raise DataError("refused")
        return run(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        poisoned, healthy = settled(mail("Zatruty")), settled(mail("Zdrowy"))
    assert (poisoned.state, healthy.state) == (RawState.FAILED, RawState.CASE_CREATED)
    assert "DataError" in poisoned.error
