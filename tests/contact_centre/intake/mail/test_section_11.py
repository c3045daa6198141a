"""What a person wrote: quotations, signatures and legal sentences are folded, by section 11 of the mail rules."""

import pytest

from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.reply import strip_quotes
from tests.contact_centre.intake.mails import mail

WORDS = "Tak, nadal jest ciemno.\nProszę przyjechać."


@pytest.mark.parametrize(
    "line",
    [
        "Please write above this line", "---- Please reply above this line ----", "## Write above this line ##",
        "Prosimy pisać powyżej tej linii", "--- Prosimy odpowiadać powyżej tej linii ---",
        "Bitte oberhalb dieser Linie antworten", "Пишіть вище цієї лінії",
    ],
)  # fmt: skip
def test_what_stands_below_the_line_to_write_above_is_folded(line):
    """EMAIL §11: hidden delimiter line, with and without dashes."""
    assert strip_quotes(f"{WORDS}\n\n{line}\n\nMiasto Konin\nCzy lampa świeci?") == WORDS


@pytest.mark.parametrize(
    "quoted",
    [
        "<div class='gmail_quote'><div class='gmail_attr'>Miasto:<br></div><blockquote>Stare</blockquote></div>",
        "<div id='divRplyFwdMsg'><b>Nadawca:</b> Miasto</div><div>Stare</div>",
        "<div id='appendonsend'></div><hr><div>Miasto</div><div>Stare</div>",
        "<div class='moz-cite-prefix'>Miasto:</div><blockquote type='cite'>Stare</blockquote>",
        "<div class='yahoo_quoted'><div>Miasto</div><div>Stare</div></div>",
        "<div style='border:none;border-top:solid #B5C4DF 1.0pt'>Miasto</div><p>Stare</p>",
        "<div class='AppleMailQuote'>Stare</div>",
        "<blockquote type='cite'>Stare</blockquote>",
    ],
)
def test_the_marks_of_programs_in_a_page_are_known(quoted):
    """EMAIL §11: client markers in HTML."""
    found = parse(mail(f"<p>Nadal ciemno.</p>{quoted}", Content_Type="text/html; charset=utf-8"))
    assert found.reply == "Nadal ciemno."
    assert "Stare" in found.text
    assert "\ufdd0" not in found.text + found.reply


def test_answers_between_quotations_keep_everything():
    """EMAIL §11: inline replies, keep everything."""
    said = (
        "W dniu 17.11.2026 o 09:00 Miasto <m@x.example> napisał(a):\n> Czy świeci?\nNie.\n> Od kiedy?\n> Ile?"
    )
    assert strip_quotes(said) == said
    page = "<div class='gmail_quote'><blockquote>Czy świeci?</blockquote><p>Nie.</p><blockquote>Ile?</blockquote></div>"
    found = parse(mail(f"<p>Odpowiadam niżej.</p>{page}", Content_Type="text/html; charset=utf-8"))
    assert "Nie." in found.reply
    assert (
        strip_quotes("Odpowiadam:\n> Czy świeci?\nNie.\n> Ile?") == "Odpowiadam:\n> Czy świeci?\nNie.\n> Ile?"
    )


@pytest.mark.parametrize(
    "forwarded",
    [
        "---------- Forwarded message ---------\nOd: Sąsiad\nWysłano: wtorek\nDo: Ana\nTemat: Dziura\n\nDziura!",
        "Begin forwarded message:\n\nFrom: A\nDate: wczoraj\nTo: B\n\nDziura!",
        "-------- Wiadomość przekazana --------\nOd: Sąsiad\nData: wczoraj\nDo: Ana\n\nDziura!",
    ],
)
def test_what_was_passed_on_is_what_the_mail_is_about(forwarded):
    """EMAIL §11: no cut below "Forwarded message"."""
    assert strip_quotes(f"Do wiadomości.\n\n{forwarded}") == f"Do wiadomości.\n\n{forwarded}"


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nAna Nowak\ntel. 600 000 000", "Sent from my iPhone", "Wysłane z iPhone'a",
        "Wysłano z telefonu Samsung Galaxy", "Wysłane z programu Poczta dla Windows",
        "Pobierz aplikację Outlook dla systemu iOS", "Von meinem iPhone gesendet", "Надіслано з iPhone",
        "Gesendet von Outlook für Android", "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Niniejsza wiadomość oraz wszelkie załączniki są poufne\ni przeznaczone tylko dla adresata.",
        "This e-mail and any files are confidential and intended solely for the recipient.",
        "Diese E-Mail enthält vertrauliche Informationen.", "Це повідомлення є конфіденційним.",
        "Virus-free. www.avast.com", "Zanim wydrukujesz, pomyśl o środowisku.",
        "-- \nAna\n\nSent from my iPhone\n\nTa wiadomość jest przeznaczona wyłącznie dla adresata.",
    ],
)  # fmt: skip
def test_signatures_and_what_programs_add_are_folded(ending):
    """EMAIL §11: signature line, device lines; the full body is kept."""
    found = parse(mail(f"{WORDS}\n\n{ending}"))
    assert found.reply == WORDS
    assert found.text == f"{WORDS}\n\n{ending}"


@pytest.mark.parametrize(
    "text",
    [
        "Lista:\n--\nlampa",
        "Uwaga: dziura",
        "Wysłane zdjęcie pokazuje dziurę",
        "Wysłano z urzędu pismo, którego nie rozumiem",
        "Sent from my iPhone",
        "Ta wiadomość jest dla adresata: prezydenta.",
        "Wiadomość w gazecie o lampie.\n\nCo z tym?",
        "From: poniedziałek\nnie ma wody",
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSłowa\n-- \nAna\n-----BEGIN PGP SIGNATURE-----",
    ],
)
def test_in_doubt_nothing_is_folded(text):
    """EMAIL §11: never cut at a lone colon or dash line, never everything."""
    assert strip_quotes(text) == text


@pytest.mark.parametrize(
    "line", ["---------- Forwarded message ---------", "---------- Wiadomość przekazana ---------"]
)
def test_what_a_page_passes_on_is_what_the_mail_is_about(line):
    """EMAIL §4 and §11: the mark of a quotation that stands around it is no quotation."""
    page = (
        f"<div>Proszę o pomoc</div><div class='gmail_quote'><div class='gmail_attr'>{line}<br>Od: X</div>"
        "<p>dziura w drodze</p></div>"
    )
    assert "dziura w drodze" in parse(mail(page, Content_Type="text/html; charset=utf-8")).reply


PASSED_ON = "Od: Sąsiad <s@example.org>\nWysłano: wtorek\nDo: Ana\nTemat: Dziura\n\nDziura w drodze!"


@pytest.mark.parametrize(
    ("subject", "is_kept"),
    [("PD: Dziura", True), ("Fw: Dziura", True), ("Odp: Dziura", False), ("Odp: PD: Dziura", False)],
)
def test_the_subject_says_whether_a_block_of_outlook_stands_above_what_was_passed_on(subject, is_kept):
    """EMAIL §4 and §11: forward by a resident; Outlook writes the same block above both."""
    found = parse(mail(f"Proszę o pomoc.\n\n{PASSED_ON}", subject=subject))
    assert ("Dziura w drodze!" in found.reply) is is_kept
    page = "<div>Proszę o pomoc.</div><div id='divRplyFwdMsg'>Od: Sąsiad</div><div>Dziura w drodze!</div>"
    found = parse(mail(page, subject=subject, Content_Type="text/html; charset=utf-8"))
    assert ("Dziura w drodze!" in found.reply) is is_kept
