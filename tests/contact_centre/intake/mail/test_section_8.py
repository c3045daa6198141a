"""Mails that break the rules of MIME are read as far as they go (section 8 of the mail rules): a fixture for each."""

import base64
import time

import pytest

from contact_centre.intake.mail import body, repair
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.sanitise import sanitised
from contact_centre.intake.mail.types import MailFile
from tests.contact_centre.intake.mails import file_part, mail, multipart, photo, text_part

HEAD = b"From: Ana <ana@example.org>\nSubject: Dziura\n"


def html(markup: str) -> bytes:
    return mail(markup, Content_Type="text/html; charset=utf-8")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_ends_are_read(end):
    """EMAIL §8: CR LF, LF and CR mixed."""
    raw = multipart(text_part("jeden\r\ndwa"), file_part(b"%PDF-1", "a.pdf")).replace(b"\r\n", end.encode())
    found = parse(raw)
    assert (found.text, [file.name for file in found.files]) == ("jeden\ndwa", ["a.pdf"])


def test_nul_and_bare_carriage_returns_in_the_header_do_not_end_it():
    """EMAIL §8: header with NUL, bare CR."""
    found = parse(b"From: ana@example.org\nSubject: Dzi\0ura\rw jezdni\nX-A: b\n\nslowa")
    assert (found.subject, found.text) == ("Dziura w jezdni", "slowa")
    assert "controls_in_header" in found.defects


def test_a_header_is_read_up_to_its_limit():
    """EMAIL §8: header bytes limit 256 kB."""
    found = parse(HEAD + b"X-Long: a\n" * (repair.MAX_HEADER // 10) + b"\nslowa")
    assert (found.subject, found.text) == ("Dziura", "slowa")
    assert "header_cut" in found.defects


def test_words_before_a_certain_header_are_words():
    """EMAIL §8: body before headers."""
    raw = b"Dzien dobry,\nto moja sprawa:\n\n" + multipart(text_part("reszta"))
    found = parse(raw)
    assert (found.subject, found.text) == ("Dziura", "Dzien dobry,\nto moja sprawa:\n\nreszta")
    assert "body_before_header" in found.defects


@pytest.mark.parametrize(
    "boundary", ["---- main boundary ----", "a b", "=_(1)/?'+,.:", "x" * 70, "1234", 'q\\"q']
)
def test_boundaries_with_blanks_quotes_and_signs_are_found(boundary):
    """EMAIL §8: boundary with spaces and quotes."""
    line = boundary.replace("\\", "")
    raw = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n--{line}\n\njeden\n--{line}\n\ndwa\n--{line}--\n'
    assert parse(HEAD + raw.encode()).text == "jeden\n\ndwa"


def test_a_boundary_that_begins_another_one_does_not_end_it():
    """EMAIL §8: boundary that is the prefix of another."""
    inner = b'Content-Type: multipart/mixed; boundary="=_bb"\n\n--=_bb\n\njeden\n--=_bb\n\ndwa\n--=_bb--'
    assert parse(multipart(inner, text_part("trzy"))).text == "jeden\n\ndwa\n\ntrzy"


@pytest.mark.parametrize("declared", ['multipart/mixed; boundary="inna"', "multipart/mixed"])
def test_a_boundary_that_was_not_declared_is_found_by_what_follows_it(declared):
    """EMAIL §8: missing first boundary, conflicting headers."""
    raw = f"Content-Type: {declared}\n\n--prawdziwa\nContent-Type: text/plain\n\nslowa\n--prawdziwa\n"
    raw += "Content-Disposition: attachment; filename=a.bin\n\nplik\n--prawdziwa--\n"
    found = parse(HEAD + raw.encode())
    assert (found.text, [file.name for file in found.files]) == ("slowa", ["a.bin"])
    assert "boundary_guessed" in found.defects


def test_a_part_without_a_type_and_an_empty_multipart_are_no_trouble():
    """EMAIL §8: part without Content-Type, empty multipart."""
    assert parse(multipart(b"\r\nbez typu")).text == "bez typu"
    assert parse(mail("", Content_Type='multipart/mixed; boundary="b"')).text == ""


def test_the_first_of_two_content_fields_counts():
    """EMAIL §8: duplicate headers, the first wins for Content-*."""
    twice = b"Content-Type: text/plain; charset=iso-8859-2\nContent-Type: text/html\nContent-Transfer-Encoding: 8bit\n"
    assert parse(HEAD + twice + b"\n<b>\xb3\xf3d\xbc</b>").text == "<b>łódź</b>"


@pytest.mark.parametrize(
    ("words", "encoding", "text"),
    [
        ("=C5=81=ĄX zły=", "quoted-printable", "Ł=ĄX zły"),
        ("xYHEhWth!!\n#", "base64", "Łąka"),
        ("xYHEhWt", "base64", "Łąk"),
        ("xYHEhWthx", "base64", "Łąka"),
        ("xYE=\nxIU=", "base64", "Łą"),
        ("Nikt tego nie zakodował, naprawdę", "base64", "Nikt tego nie zakodował, naprawdę"),
        ("xYHEhWthISE=\n-- stopka listy dyskusyjnej --", "base64", "Łąka!!\n-- stopka listy dyskusyjnej --"),
    ],
)
def test_a_broken_encoding_keeps_its_words(words, encoding, text):
    """EMAIL §8: quoted-printable with bad escapes; base64 with junk and short padding."""
    assert parse(mail(words, Content_Transfer_Encoding=encoding)).text == text


def test_base64_in_one_long_line_is_read_in_time():
    """EMAIL §8: base64 in one 10 MB line."""
    data = b"x" * 7_500_000
    raw = (
        HEAD
        + b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(data)
    )
    started = time.process_time()
    assert parse(raw).files[0].data == data
    assert time.process_time() - started < 3


def test_uuencoded_and_yenc_files_in_the_text_are_files():
    """EMAIL §8: uuencode and yEnc in text."""
    uu = "begin 644 kot.txt\n#0V%T\n`\nend"
    found = parse(mail(f"przed\n{uu}\npo"))
    assert (found.text, [(file.name, file.data) for file in found.files]) == (
        "przed\n\npo",
        [("kot.txt", b"Cat")],
    )
    yenc = (
        b"=ybegin line=128 size=3 name=kot.bin\r\n"
        + bytes((c + 42) % 256 for c in b"Cat")
        + b"\r\n=yend size=3\r\n"
    )
    raw = mail("przed").rstrip() + b"\r\n" + yenc
    assert [(file.name, file.data) for file in parse(raw).files] == [("kot.bin", b"Cat")]


@pytest.mark.parametrize(
    "text", ["begin 644 kot.txt\nto jest poezja\nend", "begin 644 kot.txt\n#0V%T", "begin 2026"]
)
def test_what_only_looks_like_uuencode_stays_text(text):
    """EMAIL §8: uuencode in text; nothing else is."""
    found = parse(mail(text))
    assert (found.text, found.files) == (text, ())


def test_depth_and_number_of_parts_have_limits():
    """EMAIL §8: depth limit 30, parts limit 1000."""
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(60)
    )
    assert "too_deep" in parse(HEAD + deep + b"\nslowa").defects
    many = parse(multipart(*(text_part(str(number)) for number in range(body.MAX_PARTS + 5))))
    assert "too_many_parts" in many.defects
    assert many.text.startswith("0\n\n1\n\n2")


def test_the_root_of_related_parts_is_the_one_that_start_names():
    """EMAIL §8: multipart/related root by "start"."""
    picture = b"Content-Type: image/png\r\nContent-ID: <p>\r\n\r\n\x89PNG\r\n"
    page = b"Content-Type: text/html\r\nContent-ID: <root>\r\n\r\n<p>strona <img src='cid:p'></p>"
    found = parse(multipart(picture, page, kind='related; start="<root>"'))
    assert (found.text, [(file.content_id, file.is_inline) for file in found.files]) == (
        "strona",
        [("p", True)],
    )


def test_related_parts_with_a_root_that_is_no_text_are_files():
    """EMAIL §8: root not text, treat as attachments."""
    found = parse(
        multipart(file_part(photo(), "a.jpg", "image/jpeg"), file_part(b"x", "b.bin"), kind="related")
    )
    assert (found.text, [file.name for file in found.files]) == ("", ["a.jpg", "b.bin"])


@pytest.mark.parametrize("kind", ["enriched", "richtext", "rtf", "x-amp-html"])
def test_other_kinds_of_text_are_files_and_the_next_best_is_read(kind):
    """EMAIL §8: enriched, richtext, RTF and AMP parts are kept as attachments."""
    found = parse(multipart(text_part("zwykły"), text_part("<bold>inny</bold>", kind), kind="alternative"))
    assert (found.text, [file.media_type for file in found.files]) == ("zwykły", [f"text/{kind}"])


def test_the_page_is_kept_as_it_was_sent_beside_the_text():
    """EMAIL §8: HTML and text both as sent."""
    found = parse(
        multipart(text_part("jako tekst"), text_part("<p>jako <b>strona</b></p>", "html"), kind="alternative")
    )
    assert (found.text, found.html) == ("jako tekst", "<p>jako <b>strona</b></p>")


def test_a_page_loses_scripts_hidden_words_and_pixels_and_keeps_links():
    """EMAIL §8: HTML only."""
    found = parse(
        html(
            "<title>tytuł</title><style>p{}</style><script>zło()</script><!-- uwaga --><p>Dziura</p>"
            "<p style='display:none'>ukryte</p><img src='http://t.example/p.gif' width=1>"
            "<a href='https://konin.example/mapa'>mapa</a>"
        )
    )
    assert found.text == "Dziura\n\nmapa <https://konin.example/mapa>"


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x</script>", "<img src='http://t.example/p.gif'>", "<img src='data:image/svg+xml,x'>",
        "<p style='background:url(http://t.example)'>", "<a href='javascript:x'>", "<a href='data:text/html,x'>",
        "<form action='http://t.example'><input name=a>", "<iframe src='http://t.example'>", "<svg onload=x>",
        "<link rel=stylesheet href='http://t.example'>", "<meta http-equiv=refresh content='0;http://t.example'>",
        "<base href='http://t.example'>", "<p onclick=x>", "<style>@import 'http://t.example'</style>",
        "<img src='cid:obcy'>", "<video poster='http://t.example'>", "<p style='position:fixed;top:0'>",
    ],
)  # fmt: skip
def test_a_page_that_is_shown_runs_nothing_and_fetches_nothing(markup):
    """EMAIL §8: sanitised by allow-list, no remote loads."""
    shown = sanitised(f"<p>słowa</p>{markup}")
    assert shown is not None
    assert "słowa" in shown
    for danger in ("t.example", "script", "data:", "onclick", "onload", "cid:", "position", "<form", "<svg"):
        assert danger not in shown


def test_a_page_shows_pictures_of_its_own_mail():
    """EMAIL §8: cid: only to own attachments."""
    picture = MailFile("a.png", "image/png", b"\x89PNG", sniffed_type="image/png", content_id="Logo@x")
    page = MailFile("b", "text/html", b"<b>", sniffed_type="text/html", content_id="zly")
    shown = sanitised("<img src='cid:logo%40x'><img src='cid:zly'>", [picture, page])
    assert (
        shown
        == f'<img src="data:image/png;base64,{base64.b64encode(b"PNG" and picture.data).decode()}"><img>'
    )


def test_a_page_that_would_take_too_long_is_not_shown():
    """EMAIL §8: limit on the sanitiser, by size."""
    assert sanitised("<b>" * 100_000) is None
    assert sanitised("x" * 600_000) is None


HOSTILE = {
    "semicolons": HEAD + b'Content-Type: multipart/mixed; a="' + b";" * 200_000 + b"\n\nx",
    "continuations": HEAD + b"Content-Type: multipart/mixed; " + b"a*0=b;" * 100_000 + b"\n\nx",
    "unfinished uuencode": HEAD + b"\n" + b"begin 644 x\n!!\n" * 50_000 + b"end\n",
    "unfinished tags": HEAD + b"Content-Type: text/html\n\n" + b'<a class="' * 50_000,
    "quotations": HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>" * 20_000,
    "a page of many megabytes": HEAD + b"Content-Type: text/html\n\n" + b"<p>x</p>\n" * 1_000_000,
    "the header of an inner mail": HEAD
    + b"Content-Type: message/rfc822\n\nX-A: "
    + b"a b\n " * 50_000
    + b"\n\nx",
    "lines before quotations": HEAD + b"\n" + b"On 2024 wrote:\n" * 6000 + b"> a\nb\n",
    "lines of a telephone": HEAD + b"\n" + b"Sent from my " * 50_000,
    "boundaries that are none": HEAD + b"Content-Type: multipart/mixed\n\n" + b"--x y\nContent-x\n" * 50_000,
    "properties of TNEF": HEAD
    + b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0"
    + b"\1\x03\x90\0\0\4\0\0\0\xff\xff\xff\x7f\0\0" * 1500,
    "a calendar": HEAD + b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 4000,
    "encoded words": HEAD + b"X-A: b\nSubject: " + b"=?utf-8?Q?" * 50_000 + b"\n\nx",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_mail_takes_more_than_its_time(name):
    """EMAIL §8: time limit per mail."""
    started = time.process_time()
    parse(HOSTILE[name])
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "disposition", ["Content-Disposition: inline\r\n", "Content-Disposition: inline; filename=b.txt\r\n", ""]
)
def test_a_text_with_a_name_is_the_text_where_there_is_no_other(disposition):
    """EMAIL §8: body choice, inline text parts."""
    named = (
        f'Content-Type: text/plain; charset=utf-8; name="body.txt"\r\n{disposition}\r\nsłowa osoby'.encode()
    )
    found = parse(multipart(named, file_part(photo(), "a.jpg", "image/jpeg")))
    assert found.text == "słowa osoby"
    assert [file.media_type for file in found.files] == ["text/plain", "image/jpeg"]
    beside = parse(multipart(text_part("list"), named))
    assert (beside.text, len(beside.files)) == ("list", 1)
    chosen = parse(multipart(named, kind="alternative"))
    assert (chosen.text, len(chosen.files)) == ("słowa osoby", 1)


def test_a_text_that_is_declared_a_file_is_one():
    """EMAIL §8: body choice; §10: whatever is not the chosen body."""
    found = parse(multipart(file_part(b"umowa", "umowa.txt", "text/plain")))
    assert (found.text, [file.name for file in found.files]) == ("", ["umowa.txt"])
