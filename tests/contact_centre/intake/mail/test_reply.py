"""Quotations are cut only where a program put them, and never a word of the person."""

import pytest

from contact_centre.intake.mail.reply import strip_quotes

WORDS = "Tak, nadal jest ciemno.\nProszę przyjechać."
QUOTED = "\n> Czy lampa świeci?\n> Miasto"


@pytest.mark.parametrize(
    "mark",
    [
        "W dniu 17.11.2026 o 09:00, Centrum Kontaktu pisze:",
        "W dniu 2026-11-17 09:00:00 użytkownik Centrum <a@b.example> napisał:",
        "Dnia 17 listopada 2026 09:00 Centrum <a@b.example> napisał(a):",
        "wt., 17 lis 2026 o 09:00 Centrum <reply+1@kontakt.example>\nnapisał(a):",
        "On Tue, Nov 17, 2026 at 9:00 AM City <a@b.example>\nwrote:",
        "Am 17.11.26 um 09:00 schrieb Stadt:",
        "City <a@b.example> schrieb am Di., 17.\nNov. 2026 um 09:00 Uhr:",
        "вт, 17 лист. 2026 р. о 09:00 Місто <a@b.example> пише:",
        "17 листопада 2026 р. 09:00 Місто пише:",
        "2026-11-17 9:00 GMT+01:00 City <\na@b.example>:",
    ],
)
@pytest.mark.parametrize("quoted", [QUOTED, "\nCzy lampa świeci?\nMiasto", ""])
def test_the_line_of_the_program_and_what_follows_is_cut(mark, quoted):
    """EMAIL §11: "On … wrote:" in the configured languages, also wrapped."""
    assert strip_quotes(f"{WORDS}\n\n{mark}\n{quoted}") == WORDS
    assert strip_quotes(f"{WORDS}\n{mark}\n{quoted}") == WORDS


@pytest.mark.parametrize(
    "block",
    [
        "Od: Centrum <a@b.example>\nWysłano: wtorek, 17 listopada 2026 09:00\nDo: Ana\nTemat: Sprawa\n\nStare",
        "________________________________\nFrom: City <a@b.example>\nSent: Tuesday\nTo: Ana\nSubject: Case\n\nOld",
        "Von: Stadt\nGesendet: Dienstag\nAn: Ana\nBetreff: Fall\n\nAlt",
        "Від: Місто\nНадіслано: вівторок\nКому: Ана\nТема: Справа\n\nСтаре",
        "-----Original Message-----\nold",
        "-------- Wiadomość oryginalna --------\nstare",
    ],
)
def test_the_block_of_outlook_is_cut(block):
    """EMAIL §11: Outlook header block."""
    assert strip_quotes(f"{WORDS}\n\n{block}") == WORDS


@pytest.mark.parametrize(
    "text",
    [
        f"W dniu 17.11.2026 o 09:00, Centrum pisze:{QUOTED}\n\n{WORDS}",
        "> Czy lampa świeci?\nNie.\n> Od kiedy?\nOd wczoraj.",
        "W dniu 3 maja sąsiad napisał:\nnie będę sprzątał po psie",
        "Od: poniedziałku nie ma wody",
        "Oto lista:\n- lampa\n- ławka\n--\nAna",
        QUOTED.strip(),
        "Tak.",
        "",
    ],
)
def test_in_doubt_everything_is_kept(text):
    """EMAIL §11: inline replies, lone colons and dashes."""
    assert strip_quotes(text) == text


def test_a_marked_quotation_at_the_end_is_cut_without_a_line_before_it():
    """EMAIL §11: ">" blocks at the end."""
    assert strip_quotes(f"{WORDS}\n{QUOTED}") == WORDS
