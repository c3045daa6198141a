"""What cases keep of the files of mails, what the scanner said of them, and who may have them."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from cases.access import attachments_for_resident
from cases.models import Attachment, Case, Message
from cases.models.attachment import Danger, Scan
from contact_centre.intake.process import receive
from routing.models import Role
from tests.contact_centre.intake.mails import file_part, mail, multipart, photo, text_part
from tests.factories import NOW, reporter_of

pytestmark = pytest.mark.django_db
EICAR = b"pretend-virus"


class Scanner(threading.Thread):
    """Speaks the protocol of clamd: INSTREAM, pieces with their length, a verdict."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.readline().strip(b"nz\n\0") == b"INSTREAM"
                data = b""
                while length := struct.unpack("!L", stream.read(4))[0]:
                    data += stream.read(length)
                verdict = b"stream: Win.Test FOUND\n" if EICAR in data else b"stream: OK\n"
                connection.sendall(verdict)


@pytest.fixture
def scanner(settings, tmp_path) -> Iterator[Scanner]:
    settings.CLAMD_SOCKET = str(tmp_path / "clamd")
    one = Scanner(tmp_path / "clamd")
    one.start()
    yield one
    one.socket.shutdown(socket.SHUT_RDWR)
    one.socket.close()


def received(*parts: bytes, kind: str = "mixed") -> list[Attachment]:
    receive(multipart(text_part("Dziura w jezdni."), *parts, kind=kind), at=NOW)
    return list(Attachment.objects.order_by("id"))


def test_section_10_what_is_known_of_a_file_stands_on_its_row():
    (file,) = received(file_part(b"MZ\x90\0", "C:\\tmp\\..\\zdjęcie\u202egpj.exe", "image/jpeg"))
    assert (file.declared_type, file.media_type, file.disposition, file.dangers, file.scan) == (
        "image/jpeg", "application/x-msdownload", "attachment", [Danger.EXECUTABLE], Scan.NOT_SCANNED,
    )  # fmt: skip
    assert file.original_name == "zdjęciegpj.exe"
    assert (len(file.sha256), file.name) == (64, f"file-{file.sha256[:8]}.bin")


def test_section_10_a_file_with_a_virus_is_a_row_and_no_bytes(scanner, desk):
    bad, good = received(file_part(EICAR, "faktura.pdf"), file_part(b"niewinny", "a.txt"))
    assert (bad.scan, bad.original_path, bad.is_available) == (Scan.INFECTED, "", False)
    assert (good.scan, good.is_available) == (Scan.CLEAN, True)
    browser = desk(Role.DISPATCHER)
    for page in ("desk:file", "desk:original"):
        assert browser.get(reverse(page, args=[bad.pk])).status_code == 404
    answer = browser.get(reverse("desk:file", args=[good.pk]))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == b"niewinny"


@pytest.mark.parametrize("place", ["", "/nowhere/clamd", "tcp://127.0.0.1:1"])
def test_section_10_without_a_scanner_the_case_says_so(settings, desk, place):
    settings.CLAMD_SOCKET = place
    received(file_part(b"niewinny", "a.txt"))
    page = (
        desk(Role.DISPATCHER).get(reverse("desk:case", args=[Case.objects.get().reference])).content.decode()
    )
    assert str(Scan.NOT_SCANNED.label) in page


def test_section_10_what_may_do_harm_is_for_trained_people(desk):
    program, photo_row = received(
        file_part(b"MZ\x90\0", "a.exe"), file_part(photo(), "dziura.jpg", "image/jpeg")
    )
    seen = attachments_for_resident(reporter_of(Case.objects.get()))
    assert list(seen) == [photo_row]
    page = (
        desk(Role.DISPATCHER).get(reverse("desk:case", args=[Case.objects.get().reference])).content.decode()
    )
    assert str(Danger.EXECUTABLE.label) in page
    assert reverse("desk:file", args=[program.pk]) in page


def test_section_10_small_pictures_of_a_page_are_decoration():
    logo = file_part(photo(), "logo.jpg", "image/jpeg").replace(
        b"Content-Disp", b"Content-ID: <l>\r\nContent-Disp"
    )
    page = text_part("<p>Dziura <img src='cid:l'></p>", "html")
    receive(multipart(page, logo, kind="related"), at=NOW)
    row = Attachment.objects.get()
    assert (row.is_inline, row.is_decoration) == (True, True)
    assert not attachments_for_resident(reporter_of(row.case)).exists()


def test_section_10_a_picture_of_three_mails_is_a_logo():
    receive(multipart(text_part("a"), file_part(photo(), "l.jpg"), message_id="<first@x.example>"), at=NOW)
    for number in range(2):
        assert not Attachment.objects.filter(is_decoration=True).exists()
        more = multipart(
            text_part(f"b{number}"), file_part(photo(), "l.jpg"), In_Reply_To="<first@x.example>"
        )
        receive(more, at=NOW)
    assert Case.objects.count() == 1
    assert list(Attachment.objects.values_list("is_decoration", flat=True)) == [True] * 3


def test_section_11_the_case_holds_the_persons_words_and_the_agent_unfolds_the_rest(desk):
    receive(mail("Nadal ciemno.\n\n-- \nAna Nowak\ntel. 600"), at=NOW)
    case, message = Case.objects.get(), Message.objects.get()
    assert (case.description, message.body) == ("Nadal ciemno.", "Nadal ciemno.")
    assert message.full_body == "Nadal ciemno.\n\n-- \nAna Nowak\ntel. 600"
    page = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference])).content.decode()
    assert "<details" in page
    assert "tel. 600" in page


def test_section_11_a_mail_without_anything_to_fold_is_not_kept_twice():
    receive(mail("Nadal ciemno."), at=NOW)
    assert Message.objects.get().full_body == ""


def test_section_10_a_signed_mail_is_said_to_be_unchecked():
    receive(
        multipart(text_part("a"), file_part(b"0", "s.p7s", "application/pkcs7-signature"), kind="signed"),
        at=NOW,
    )
    assert [note.body for note in Message.objects.filter(purpose="NOTE")] == ["SIGNED"]


def test_section_8_the_page_of_a_mail_is_shown_in_a_sandbox(desk):
    page = "<p>Dziura</p><script>x()</script><img src='http://t.example/p.gif'>"
    receive(mail(page, Content_Type="text/html; charset=utf-8"), at=NOW)
    case, message = Case.objects.get(), Message.objects.get()
    browser, url = desk(Role.DISPATCHER), reverse("intake:as_sent", args=[message.pk])
    assert f'href="{url}"' in browser.get(reverse("desk:case", args=[case.reference])).content.decode()
    answer = browser.get(url)
    shown = answer.content.decode()
    assert "<p>Dziura</p>" in shown
    assert "x()" not in shown
    assert "t.example" not in shown
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_section_8_who_may_not_have_the_original_does_not_see_the_page_either(desk):
    receive(mail("<p>Dziura</p>", Content_Type="text/html"), at=NOW)
    assert desk(Role.AGENT).get(reverse("intake:as_sent", args=[Message.objects.get().pk])).status_code == 404
