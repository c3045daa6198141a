"""Files of a mail, read by section 10 of the mail rules: a fixture for each."""

import base64
import io
import struct
import time
import zipfile

import pytest
from asn1crypto import cms

from cases.models.attachment import Danger
from contact_centre.intake.mail.files import sniffing
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Seal
from tests.contact_centre.intake.mails import file_part, mail, multipart, photo, text_part

INVITATION = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Oględziny\r\n"
    "DTSTART:20261118T090000Z\r\nDTEND:20261118T103000Z\r\nLOCATION:ul. Dworcowa 5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
INVITED = "REQUEST · Oględziny · 18.11.2026 10:00–11:30 · ul. Dworcowa 5"


def zipped(*names: str, encrypted: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    data = bytearray(buffer.getvalue())
    if encrypted:
        data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def zipped_bytes(data: bytes, name: str = "faktura.pdf", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("czytaj.txt", b"x")
        archive.writestr(name, data)
    return buffer.getvalue()


def tnef(*files: tuple[bytes, bytes], body: bytes = b"") -> bytes:
    def item(level: int, name: int, kind: int, data: bytes) -> bytes:
        return (
            struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) % 65536)
        )

    packed = (
        b"\x78\x9f\x3e\x22\1\0"
        + item(1, 0x9006, 8, b"\0\0\1\0")
        + item(1, 0x9007, 6, struct.pack("<II", 1250, 0))
    )
    packed += item(1, 0x800C, 2, body) if body else b""
    for name, data in files:
        packed += item(2, 0x9002, 6, b"\0" * 14) + item(2, 0x8010, 1, name + b"\0") + item(2, 0x800F, 6, data)
    return packed


def opaque(kind: str, inner: bytes = b"") -> bytes:
    if kind == "signed_data":
        content = cms.SignedData(
            {
                "version": "v1", "digest_algorithms": [], "signer_infos": [],
                "encap_content_info": {"content_type": "data", "content": inner},
            }
        )  # fmt: skip
        return bytes(cms.ContentInfo({"content_type": kind, "content": content}).dump())
    content = cms.EnvelopedData(
        {
            "version": "v0", "recipient_infos": [],
            "encrypted_content_info": {
                "content_type": "data", "encrypted_content": b"secret",
                "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": b"0" * 16},
            },
        }
    )  # fmt: skip
    return bytes(cms.ContentInfo({"content_type": kind, "content": content}).dump())


def test_what_the_sender_says_of_a_file_and_what_its_bytes_say_are_both_known():
    """EMAIL §10: declared type and sniffed type."""
    part = file_part(photo(), "faktura.pdf", "application/pdf").replace(
        b"Content-Disp", b"Content-ID: <x@y>\r\nContent-Disp"
    )
    file = parse(multipart(text_part("a"), part)).files[0]
    assert (file.media_type, file.sniffed_type, file.disposition, file.content_id, file.is_inline) == (
        "application/pdf", "image/jpeg", "attachment", "x@y", False,
    )  # fmt: skip


def test_a_picture_that_the_page_shows_is_inline_and_another_is_not():
    """EMAIL §10: images referenced by cid are inline."""

    def picture(name: str) -> bytes:
        return file_part(photo(), f"{name}.jpg", "image/jpeg").replace(
            b"Content-Disp", f"Content-ID: <{name}@x>\r\nContent-Disp".encode()
        )

    page = text_part('<p>Dziura <img src="cid:jeden%40x"></p>', "html")
    files = parse(multipart(page, picture("jeden"), picture("dwa"), kind="related")).files
    assert [(file.name, file.is_inline) for file in files] == [("jeden.jpg", True), ("dwa.jpg", False)]


@pytest.mark.parametrize("line", ["\r\n", "\n"])
def test_a_mail_in_a_mail_is_kept_whole_and_its_header_is_read(line):
    """EMAIL §10: message/rfc822 as .eml, headers for display, never its text."""
    inner = (
        mail("obce słowa\r\ni więcej", subject="=?utf-8?Q?=C5=81=C4=85ka?=")
        .strip()
        .replace(b"\r\n", line.encode())
    )
    found = parse(multipart(text_part("moje"), b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert (found.text, found.files[0].data, found.files[0].sniffed_type) == ("moje", inner, "message/rfc822")
    assert found.files[0].summary == "Ana Nowak <ana@example.org> · Tue, 17 Nov 2026 08:58:00 +0100 · Łąka"


def test_a_mail_of_parts_in_a_mail_is_kept_byte_for_byte():
    """EMAIL §10: message/rfc822 is kept as it stands."""
    inner = multipart(text_part("Łąka"), file_part(photo(), "a.jpg"), X_Folded="a\r\n  b").replace(
        b"=_b", b"=_in"
    )
    inner = (
        inner.replace(b"Subject: Dziura\r\n", b"Subject: Dziura \xb3\r\n")
        .replace(b"\r\n", b"\n")
        .replace(b"\n", b"\r\n")
    )
    found = parse(multipart(text_part("moje"), b"Content-Type: message/rfc822\r\n\r\n" + inner))
    assert found.files[0].data == inner


def test_a_mail_in_a_mail_that_was_encoded_against_the_rules_is_read():
    """EMAIL §10: message/rfc822, encoded against the rules."""
    inner = mail("obce słowa", subject="Obcy").strip()
    part = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
        inner
    )
    file = parse(multipart(text_part("moje"), part)).files[0]
    assert (file.data, file.summary.endswith("Obcy")) == (inner, True)


@pytest.mark.parametrize(
    "kind", ["message/partial; id=a; number=1", "message/external-body; access-type=URL"]
)
def test_what_is_elsewhere_is_never_fetched_or_put_together(kind):
    """EMAIL §10: message/partial and message/external-body."""
    found = parse(
        multipart(
            text_part("moje"), f"Content-Type: {kind}\r\n\r\nContent-Type: text/plain\r\n\r\nx".encode()
        )
    )
    assert (found.text, [file.media_type for file in found.files]) == ("moje", [kind.partition(";")[0]])


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_the_packet_of_outlook_is_unpacked(kind):
    """EMAIL §10: winmail.dat, also by its first bytes."""
    packed = tnef((b"dziura.jpg", photo()), (b"pl\xb9c.txt", b"tekst"), body=b"Dziura w jezdni")
    found = parse(multipart(file_part(packed, "winmail.dat", kind)))
    assert found.text == "Dziura w jezdni"
    assert (found.files[0].name, found.files[0].data) == ("dziura.jpg", photo())
    assert len(found.files) == 2
    beside = parse(multipart(text_part("słowa"), file_part(packed, "winmail.dat", kind)))
    assert beside.text == "słowa"


@pytest.mark.parametrize(
    "packed", [tnef((b"a.txt", b"x" * 500))[:200], tnef(), b"\x78\x9f\x3e\x22" + b"\xff" * 90]
)
def test_a_packet_that_is_cut_or_empty_stays_one_file(packed):
    """EMAIL §10: truncated or empty TNEF, keep original only."""
    found = parse(multipart(text_part("a"), file_part(packed, "winmail.dat", "application/ms-tnef")))
    assert [(file.name, file.data) for file in found.files] == [("winmail.dat", packed)]
    assert "tnef_not_unpacked" in found.defects


def test_an_invitation_has_one_line_and_is_the_text_where_there_is_no_other():
    """EMAIL §10: text/calendar, one-line summary."""
    part = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n" + INVITATION.encode()
    found = parse(multipart(text_part("Zapraszam"), part, kind="alternative"))
    assert (found.text, found.files[0].summary) == ("Zapraszam", INVITED)
    alone = parse(mail(INVITATION, Content_Type="text/calendar; method=REQUEST; charset=utf-8"))
    assert (alone.text, alone.files[0].summary) == (INVITED, INVITED)


@pytest.mark.parametrize("calendar", ["BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:kiedyś", "nic", ""])
def test_a_broken_invitation_is_a_file(calendar):
    """EMAIL §10: text/calendar that cannot be read."""
    found = parse(multipart(text_part("a"), f"Content-Type: text/calendar\r\n\r\n{calendar}".encode()))
    assert (len(found.files), found.text) == (1, "a")


def test_a_signed_mail_shows_its_words_and_keeps_the_signature():
    """EMAIL §10: S/MIME signed, show content, keep p7s."""
    signature = file_part(b"\x30\x80", "smime.p7s", "application/pkcs7-signature")
    found = parse(multipart(text_part("podpisane"), signature, kind="signed"))
    assert (found.text, found.seals, found.files[0].name) == ("podpisane", (Seal.SIGNED,), "smime.p7s")


def test_a_mail_inside_its_signature_is_opened_and_kept_whole():
    """EMAIL §10: opaque p7m signed-data, unwrap."""
    packed = opaque("signed_data", b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "w środku".encode())
    found = parse(multipart(file_part(packed, "smime.p7m", "application/pkcs7-mime")))
    assert (found.text, found.seals, found.files[0].data) == ("w środku", (Seal.SIGNED,), packed)


def test_an_encrypted_mail_is_kept_whole_and_said():
    """EMAIL §10: enveloped, store whole."""
    packed = opaque("enveloped_data")
    found = parse(multipart(file_part(packed, "smime.p7m", "application/pkcs7-mime")))
    assert (found.text, found.seals, found.files[0].data) == ("", (Seal.ENCRYPTED,), packed)


def test_pgp_passes_untouched():
    """EMAIL §10: PGP, pass through byte-exact."""
    inline = "-----BEGIN PGP MESSAGE-----\n\nhQEMA+ e\u0301\n=abcd\n-----END PGP MESSAGE-----"
    found = parse(mail(inline))
    assert (found.text, found.reply, found.seals) == (inline, inline, (Seal.ENCRYPTED,))
    signed = parse(
        mail("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSłowa\n-----BEGIN PGP SIGNATURE-----")
    )
    assert signed.seals == (Seal.SIGNED,)
    armoured = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----"
    version = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"
    whole = parse(
        multipart(version, b"Content-Type: application/octet-stream\r\n\r\n" + armoured, kind="encrypted")
    )
    assert (whole.seals, whole.files[1].data) == ((Seal.ENCRYPTED,), armoured)


@pytest.mark.parametrize(
    ("data", "name", "dangers"),
    [
        (b"MZ\x90\0", "zdjecie.jpg", [Danger.EXECUTABLE]),
        (b"\x7fELF\1", "a", [Danger.EXECUTABLE]),
        (b"#!/bin/sh\n", "a.txt", [Danger.EXECUTABLE]),
        (b"WScript.Echo(1)", "faktura.pdf.js", [Danger.EXECUTABLE]),
        (b"WScript.Echo(1)", "faktura.JS. ", [Danger.EXECUTABLE]),
        (zipped("dokumenty/faktura.exe"), "a.zip", [Danger.EXECUTABLE]),
        (zipped("word/vbaProject.bin"), "a.docx", [Danger.MACRO]),
        (zipped("a.txt"), "a.docm", [Danger.MACRO]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "a.doc", [Danger.MACRO]),
        (zipped("a.txt", encrypted=True), "a.zip", [Danger.ENCRYPTED_ARCHIVE]),
        (b"7z\xbc\xaf\x27\x1c", "a.7z", [Danger.BLOCKED]),
        (zipped("a.7z"), "a.zip", [Danger.BLOCKED]),
        (zipped("a.txt"), "a.zip", []),
        (b"PK\3\4" + b"\xff" * 50, "a.zip", []),
        (photo(), "a.jpg", []),
    ],
)
def test_what_may_do_harm_is_named(data, name, dangers):
    """EMAIL §10: executables and macros by sniffed type, inside zip; encrypted zip flagged."""
    found = sniffing.dangers(data, name, sniffing.sniffed(data), blocked=frozenset({"7z"}))
    assert list(found) == dangers


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("data", [b"MZ\x90\0", b"#!/bin/sh\n", b"\x7fELF\1"])
def test_a_program_under_a_harmless_name_is_known_inside_an_archive(data, packing):
    """EMAIL §10: by sniffed type, inside zip one level."""
    packed = zipped_bytes(data * 1000, packing=packing)
    assert sniffing.dangers(packed, "a.zip", "application/zip") == (Danger.EXECUTABLE,)
    assert sniffing.dangers(zipped_bytes(b"%PDF-1.7"), "a.zip", "application/zip") == ()
    blocked = sniffing.dangers(
        zipped_bytes(b"%PDF-1.7"), "a.zip", "application/zip", blocked=frozenset({"application/pdf"})
    )
    assert blocked == (Danger.BLOCKED,)


def test_archives_full_of_members_are_looked_through_in_time():
    """EMAIL §8 and §10: bounded, whatever a member would become."""
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5000):
            archive.writestr(f"{number}.txt", b"\0" * 20_000)
    bomb = zipped_bytes(b"\0" * 80_000_000, packing=zipfile.ZIP_LZMA)
    started = time.process_time()
    assert sniffing.dangers(many.getvalue(), "a.zip", "application/zip") == ()
    assert sniffing.dangers(bomb, "a.zip", "application/zip") == ()
    assert time.process_time() - started < 3


@pytest.mark.parametrize("place", range(0, 250, 10))
def test_a_broken_archive_is_a_file_like_any_other(place):
    """EMAIL §10: inside zip one level, and never an error."""
    data = bytearray(zipped_bytes(b"MZ" * 100))
    data[place : place + 3] = b"\xff\xff\xff"
    assert set(sniffing.dangers(bytes(data), "a.zip", "application/zip")) <= set(Danger)
