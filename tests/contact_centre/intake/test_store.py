"""The bytes are safe before anything is read, and keeping them again changes nothing."""

import gzip
import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages

from cases.models import Case
from contact_centre.intake import store
from contact_centre.intake.models import MailSource, RawChannel, RawMessage, RawState
from contact_centre.intake.process import process
from contact_centre.intake.store import Arrival
from tests.contact_centre.intake.mails import file_part, mail, multipart, text_part
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def keep(raw):
    return store.keep(raw, channel=RawChannel.MAIL, at=NOW)


def test_the_bytes_come_back_as_they_were():
    raw = b"From: \xff\x00\r\n\r\n" + bytes(range(256))
    row = keep(raw)
    assert store.read(row) == raw
    assert (row.state, row.size, row.received_at, row.channel) == (RawState.RECEIVED, len(raw), NOW, "mail")


def test_the_path_is_the_digest_of_the_content():
    row = keep(mail())
    assert row.path == f"{row.sha256[:2]}/{row.sha256[2:4]}/{row.sha256}.eml.gz"
    assert gzip.decompress(Path(storages["raw_mail"].path(row.path)).read_bytes()) == store.read(row)


def test_a_mail_that_is_mostly_a_file_comes_back_as_it_was_and_takes_three_quarters_of_the_disk():
    raw = multipart(text_part("Zdjęcie"), file_part(random.Random(7).randbytes(300_000), "a.jpg"))
    row = store.keep(raw, channel=RawChannel.MAIL, at=NOW)
    assert store.read(row) == raw
    assert Path(storages["raw_mail"].path(row.path)).stat().st_size < 0.78 * len(raw)


def test_the_same_bytes_again_are_the_same_row():
    raw = mail()
    first = keep(raw)
    assert keep(raw).pk == first.pk
    assert RawMessage.objects.count() == 1
    folder = Path(storages["raw_mail"].path(first.path)).parent
    assert len(list(folder.glob(f"{first.sha256}*"))) == 1


def test_a_file_that_was_only_begun_is_written_anew():
    raw = mail()
    row = keep(raw)
    path = Path(storages["raw_mail"].path(row.path))
    path.write_bytes(path.read_bytes()[:20])
    keep(raw)
    assert store.read(row) == raw


def test_nothing_is_recorded_when_the_bytes_cannot_be_kept(settings, tmp_path):
    (tmp_path / "full").write_text("a file where a directory should be")
    settings.STORAGES = broken_raw_mail(tmp_path / "full")
    with pytest.raises(OSError, match="full"):
        keep(mail())
    assert not RawMessage.objects.exists()


def broken_raw_mail(location):
    return settings.STORAGES | {
        "raw_mail": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": location},
        }
    }


@pytest.mark.parametrize(
    ("source", "external_id", "is_another"),
    [(MailSource.SMTP, "", True), (MailSource.WEBHOOK, "", True), (MailSource.IMAP, "7", False)],
)
def test_the_same_bytes_are_another_mail_after_thirty_days_where_the_source_has_no_names(
    source, external_id, is_another
):
    """EMAIL §2: the exact bytes in the same channel within 30 days; a mailbox that is read anew doubles nothing."""
    raw = mail("Alarm czujnika 3", message_id=" ", Date="")

    def arrive(days: int, name: str = external_id) -> int:
        arrival = Arrival(source, place="x", external_id=name)
        return store.keep(raw, channel=RawChannel.MAIL, at=NOW + timedelta(days=days), arrival=arrival).pk

    first = arrive(0)
    assert arrive(29) == first
    later = arrive(31, f"{external_id}1" if external_id else "")
    assert (later != first) is is_another
    assert arrive(45, f"{external_id}2" if external_id else "") == later
    assert [store.read(row).endswith(raw) for row in RawMessage.objects.all()] == [True] * (1 + is_another)
    for row in RawMessage.objects.order_by("id"):
        process(row.pk, at=NOW)
    assert Case.objects.count() == 1 + is_another
