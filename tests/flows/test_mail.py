"""A resident's whole way by e-mail, through the command that a mail server calls."""

import io
import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail as sent
from django.core.management import CommandError, call_command
from django.db import DataError, connection
from django.utils import timezone

from cases.models import Case, Message
from cases.models.references import is_reference
from contact_centre.intake.loading import load_mailboxes
from contact_centre.intake.models import Mailbox, RawMessage
from contact_centre.intake.process import left_over
from contact_centre.intake.tasks import process_mail
from contact_centre.management.commands import receive_mail
from tests.contact_centre.intake.mails import (
    BOUNCE,
    NEWSLETTER,
    VACATION,
    file_part,
    mail,
    multipart,
    photo,
    text_part,
)
from tests.notifications.outbox import deliver_all, plan_all

pytestmark = pytest.mark.django_db
KEYS = {
    "file", "state", "reason", "reference", "evidence", "subject", "from", "attachments", "auto_mails",
}  # fmt: skip


def receive(*arguments: object, out: Path | None = None) -> list[dict[str, Any]]:
    """Run the command; what it wrote as JSON."""
    out = out or Path(settings.VAR_DIR) / "received.json"
    call_command("receive_mail", *map(str, arguments), "--json", str(out), stdout=io.StringIO())
    written = json.loads(out.read_text())
    assert written["received"] == len(written["messages"])
    assert all(set(message) == KEYS for message in written["messages"])
    return list(written["messages"])


def hand_over() -> None:
    """What the workers do in the minutes after a mail."""
    plan_all(timezone.now())
    deliver_all(timezone.now() + timedelta(hours=1))


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(mail("Pierwszy"))
    (tmp_path / "new" / "2").write_bytes(multipart(text_part("Drugi"), file_part(photo(), "a.jpg")))
    (tmp_path / "new" / "3").write_bytes(BOUNCE)
    (tmp_path / "new" / "4").write_bytes(VACATION)
    (tmp_path / "new" / "5").write_bytes(NEWSLETTER)
    (tmp_path / "tmp" / "6").write_bytes(b"From: half")
    return tmp_path


def test_a_mail_is_confirmed_and_the_answer_to_the_confirmation_lands_on_the_same_case(tmp_path, monkeypatch):
    written = tmp_path / "mail.eml"
    written.write_bytes(mail("Nie świeci lampa przy Dworcowej 3.", subject="Lampa"))
    [first] = receive(written)
    case = Case.objects.get()
    assert (first["state"], first["reference"], first["auto_mails"]) == ("CASE_CREATED", case.reference, 1)
    assert is_reference(first["reference"])

    hand_over()
    [confirmation] = sent.outbox
    headers = message_from_bytes(confirmation.message().as_bytes(), policy=policy.default)
    assert headers["To"] == "ana@example.org"
    answer = mail(
        "Już świeci, dziękuję.\n\nW dniu 17.11.2026 o 09:05, Konin pisze:\n> Mamy Twoje zgłoszenie.",
        subject=f"Odp: {headers['Subject']}",
        to=str(headers["Reply-To"]),
        In_Reply_To=str(headers["Message-ID"]),
    )
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(answer)))
    [second] = receive("-")

    assert (second["state"], second["evidence"]) == ("CASE_UPDATED", "REPLY_TOKEN")
    assert (second["reference"], second["auto_mails"]) == (case.reference, 0)
    assert list(case.messages.order_by("id").values_list("body", flat=True))[1:] == ["Już świeci, dziękuję."]

    # The confirmation itself, sent back by some machine, starts nothing.
    looped = tmp_path / "loop.eml"
    looped.write_bytes(confirmation.message().as_bytes())
    assert receive(looped)[0]["reason"] == "OWN_MAIL"
    assert Case.objects.count() == 1


def test_a_maildir_is_taken_in_and_a_second_run_changes_nothing(maildir):
    first = receive("--maildir", maildir)
    assert [(one["file"], one["state"], one["attachments"], one["auto_mails"]) for one in first] == [
        ("cur/1:2,S", "CASE_CREATED", 0, 1),
        ("new/2", "CASE_CREATED", 1, 1),
        ("new/3", "BOUNCE_RECORDED", 2, 0),
        ("new/4", "AUTO_REPLY_RECORDED", 0, 0),
        ("new/5", "CASE_CREATED", 0, 0),
    ]
    before = list(RawMessage.objects.order_by("id").values())
    assert receive("--maildir", maildir) == first
    assert list(RawMessage.objects.order_by("id").values()) == before
    assert Case.objects.count() == 3
    assert (maildir / "new" / "2").exists()


def test_the_promised_number_of_automatic_mails_is_what_is_planned(maildir):
    told = receive("--maildir", maildir)
    hand_over()
    assert len(sent.outbox) == sum(message["auto_mails"] for message in told) == 2


def test_an_mbox_file_is_taken_in_mail_by_mail_and_stays_as_it_is(tmp_path):
    file = tmp_path / "archiwum.mbox"
    lines = (b"From ana@example.org Tue Nov 17 08:58:00 2026\n" + mail(text).replace(b"\r\n", b"\n") + b"\n"
             for text in ("Pierwsza sprawa", "Druga sprawa\n>From tego miejsca", "Trzecia"))  # fmt: skip
    file.write_bytes(b"".join(lines))
    before = file.read_bytes()
    assert [one["file"] for one in receive("--mbox", file)] == [f"archiwum.mbox:{n}" for n in (1, 2, 3)]
    assert Message.objects.filter(full_body__contains=">From tego").count() == 1
    receive("--mbox", file)
    assert (Case.objects.count(), RawMessage.objects.count(), file.read_bytes()) == (3, 3, before)


def test_a_file_that_is_no_mbox_is_refused_and_not_read_as_empty(tmp_path):
    (tmp_path / "a.eml").write_bytes(mail())
    with pytest.raises(CommandError, match="does not begin"):
        receive("--mbox", tmp_path / "a.eml")


def test_a_directory_of_files_will_do(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.eml").write_bytes(mail(f"Zgłoszenie {number}"))
    (tmp_path / ".hidden").write_bytes(b"no mail")
    assert [one["file"] for one in receive("--maildir", tmp_path, out=tmp_path.parent / "o.json")] == [
        "0.eml", "1.eml", "2.eml",
    ]  # fmt: skip


def test_each_mail_is_a_line_of_output(maildir):
    output = io.StringIO()
    call_command("receive_mail", "--maildir", str(maildir), stdout=output)
    lines = [line.split("\t") for line in output.getvalue().splitlines()]
    assert len(lines) == 5
    assert lines[2] == ["new/3", "BOUNCE_RECORDED", "BOUNCE", "-"]


def test_a_poisoned_mail_is_kept_and_can_be_tried_again(tmp_path):
    (tmp_path / "1").write_bytes(mail("Zatruty"))
    (tmp_path / "2").write_bytes(mail("Zdrowy"))

    def refuse(run, sql, params, many, context):
        if "cases_case" in sql and "Zatruty" in str(params):
            raise DataError("refused")
        return run(sql, params, many, context)

    out = tmp_path.parent / "poison.json"
    with connection.execute_wrapper(refuse):
        told = receive("--maildir", tmp_path, out=out)
    assert [one["state"] for one in told] == ["FAILED", "CASE_CREATED"]
    assert [one["state"] for one in receive("--maildir", tmp_path, out=out)] == ["FAILED", "CASE_CREATED"]

    assert [one["state"] for one in receive("--retry", out=out)] == ["CASE_CREATED"]
    assert receive("--retry", out=out) == []
    assert Case.objects.count() == 2


def test_what_cannot_be_stored_is_offered_again_by_the_mail_server(tmp_path, settings):
    (tmp_path / "full").write_text("a file where a directory should be")
    raw_mail = settings.STORAGES["raw_mail"] | {"OPTIONS": {"location": tmp_path / "full"}}
    settings.STORAGES = settings.STORAGES | {"raw_mail": raw_mail}
    (tmp_path / "mail").write_bytes(mail())
    with pytest.raises(CommandError) as refused:
        call_command("receive_mail", str(tmp_path / "mail"), stdout=io.StringIO(), stderr=io.StringIO())
    assert refused.value.returncode == 75
    assert not RawMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_takes_too_long_is_left_to_the_sweep_and_the_next_goes_on(tmp_path, monkeypatch):
    """EMAIL §8: time limit per mail, for the pipe too."""
    (tmp_path / "1").write_bytes(mail("Powolny"))
    (tmp_path / "2").write_bytes(mail("Szybki"))
    monkeypatch.setattr(receive_mail, "SECONDS", 0.5)

    def linger(run, sql, params, many, context):
        if "cases_case" in sql and "Powolny" in str(params):
            time.sleep(30)
        return run(sql, params, many, context)

    began = time.monotonic()
    with connection.execute_wrapper(linger), pytest.raises(CommandError) as late:
        call_command("receive_mail", "--maildir", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    assert time.monotonic() - began < 20
    assert late.value.returncode == 75
    slow, quick = RawMessage.objects.order_by("id")
    assert (slow.is_settled, quick.state) == (False, "CASE_CREATED")
    assert left_over(timezone.now() + timedelta(minutes=1)) == [slow.pk]
    process_mail(slow.pk)
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_alarm_between_the_steps_of_a_transaction_spoils_no_other_mail(tmp_path, monkeypatch):
    """EMAIL §8: the connection is made anew; in the old one nothing would be committed any more."""
    for name in ("1", "2"):
        (tmp_path / name).write_bytes(mail(f"Sprawa {name}"))
    begin, alarms = connection.set_autocommit, [receive_mail.TookTooLong("longer")]

    def begin_and_end(*arguments, **options):
        begin(*arguments, **options)
        if alarms:
            raise alarms.pop()

    connection.ensure_connection()
    monkeypatch.setattr(connection, "set_autocommit", begin_and_end)
    with pytest.raises(CommandError):
        call_command("receive_mail", "--maildir", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    assert not alarms
    assert connection.get_autocommit()
    assert not connection.in_atomic_block
    assert Case.objects.count() == 1


def test_beyond_the_limit_of_an_hour_the_pipe_keeps_its_mail(monkeypatch, settings):
    """Issue 4.2: limits of mailboxes."""
    load_mailboxes(settings.CITY_DATA_DIR)
    Mailbox.objects.update(max_per_hour=1)
    codes = []
    for n in range(2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail(f"Sprawa {n}"))))
        try:
            call_command("receive_mail", "-", stdout=io.StringIO(), stderr=io.StringIO())
            codes.append(0)
        except CommandError as error:
            codes.append(error.returncode)
    assert codes == [0, 75]
    assert RawMessage.objects.count() == 1


def test_the_limit_of_an_hour_keeps_out_no_answer_and_nothing_for_a_mailbox_with_room(monkeypatch, settings):
    """The same holds for the pipe as for the listener and the webhooks."""
    load_mailboxes(settings.CITY_DATA_DIR)
    full = Mailbox.objects.get()
    other = Mailbox.objects.create(code="other", address="drogi@kontakt.example")
    for to in (full.address, "reply+1.900.abcdefgh@kontakt.example", f"{full.address}, {other.address}"):
        Mailbox.objects.filter(pk=full.pk).update(max_per_hour=1)
        raw = io.BytesIO(mail(f"Sprawa dla {to}", to=f"{full.address}, {to}"))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
        call_command("receive_mail", "-", stdout=io.StringIO(), stderr=io.StringIO())
    assert RawMessage.objects.count() == 3


@pytest.mark.parametrize("arguments", [["nowhere.eml"], ["--maildir", "nowhere"]])
def test_input_that_is_not_there_is_said_so(arguments):
    with pytest.raises(CommandError, match="nowhere") as refused:
        call_command("receive_mail", *arguments)
    assert refused.value.returncode == 66


def test_the_process_tells_the_mail_server_to_wait_while_the_database_is_away(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "contact_centre.settings.embedded",
        "DATABASE_URL": f"sqlite:///{tmp_path}/no/such/place.sqlite3",
        "VAR_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "receive_mail", "-"]
    done = subprocess.run(
        command,
        check=False,
        input=mail(),
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 75, done.stderr
    assert len(list((tmp_path / "files" / "raw_mail").rglob("*.eml.gz"))) == 1
