"""Mails that somebody passed on: whose words they are (EMAIL §4)."""

import pytest

from contact_centre.intake.mail.forwarded import in_text

BODY = "Od: Ewa Lis <ewa@example.org>\nWysłano: 16 listopada 2026\nDo: urzad@konin.example\nTemat: Fwd: Drzewo\n\n"


@pytest.mark.parametrize(
    "mark",
    [
        "---------- Forwarded message ---------",
        "-------- Przekazana wiadomość --------",
        "-----Wiadomość oryginalna-----",
        "Begin forwarded message:",
        "Anfang der weitergeleiteten Nachricht:",
        "-------- Переслане повідомлення --------",
    ],
)
def test_the_words_below_the_mark_are_those_of_the_first_writer(mark):
    """EMAIL §4: forwarded by staff."""
    found = in_text(f"Do wiadomości.\n\n{mark}\n{BODY}Złamane drzewo.\n\nEwa")
    assert found is not None
    assert (found.writer.key, found.writer.name, found.subject) == ("ewa@example.org", "Ewa Lis", "Drzewo")
    assert (found.text, found.comment) == ("Złamane drzewo.\n\nEwa", "Do wiadomości.")


@pytest.mark.parametrize(
    "text",
    [
        "Dziura w jezdni.",
        f"{BODY}Bez znaku programu.",
        "Begin forwarded message:\n\nBez nadawcy",
        f"Begin forwarded message:\n{BODY}",
    ],
)
def test_in_doubt_it_is_no_forwarded_mail(text):
    """EMAIL §4: forwarded by staff; in doubt it is not."""
    assert in_text(text) is None
