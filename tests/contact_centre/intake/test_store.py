"""The bytes are safe before anything is read, and keeping them again changes nothing."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages

from contact_centre.intake import store
from contact_centre.intake.models import RawChannel, RawMessage, RawState
from tests.contact_centre.intake.mails import mail
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
