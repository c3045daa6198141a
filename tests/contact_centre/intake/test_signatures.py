"""A signature without a mark is learned from three mails of one person (EMAIL §11)."""

import time
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Message
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.models import RawMessage
from contact_centre.intake.signatures import fold_learned
from tests.contact_centre.intake.fates import settled
from tests.contact_centre.intake.mails import mail

pytestmark = pytest.mark.django_db
SIGNATURE = "Jan Kowalski\nStowarzyszenie Nasz Dom\ntel. 600 100 200"
WORDS = (
    "Na ulicy Dworcowej jest dziura w jezdni.",
    "Przy szkole nie świeci lampa, jest ciemno.",
    "Śmieci nie zabrano od dwóch tygodni.",
    "Ławka w parku jest złamana i niebezpieczna.",
)


def words_of(row: RawMessage) -> Message:
    row.refresh_from_db()
    assert row.case_message is not None
    return row.case_message


def test_the_third_mail_with_the_same_last_lines_has_a_signature():
    """EMAIL §11: same last lines in three mails: folded, and never lost."""
    kept = [words_of(settled(mail(f"{words}\n\n{SIGNATURE}"))) for words in WORDS]
    assert [SIGNATURE in one.body for one in kept] == [True, True, False, False]
    assert kept[2].body == WORDS[2]
    assert kept[2].full_body == f"{WORDS[2]}\n\n{SIGNATURE}"
    assert kept[2].case.description == WORDS[2]


def test_it_is_known_above_quotations_below_a_greeting_and_with_other_empty_lines():
    for words in WORDS[:2]:
        settled(mail(f"{words}\n\nZ poważaniem\n\n{SIGNATURE}"))
    quoted = "\n\nW dniu 17.11.2026 o 09:00, Miasto <m@x.example> napisał(a):\n> Czy świeci?"
    last = words_of(settled(mail(f"{WORDS[2]}\n\nZ poważaniem\n{SIGNATURE}{quoted}")))
    assert last.body == WORDS[2]


@pytest.mark.parametrize(
    "texts",
    [
        # The same words again are words: somebody writes for the third time.
        [f"Szanowni Państwo, piszę ponownie.\n\n{WORDS[0]}\nul. Dworcowa 5"] * 3,
        # Nothing but a greeting would be left.
        [f"Dzień dobry,\n\n{WORDS[0]}\nul. Dworcowa 5", f"Witam,\n\n{WORDS[0]}\nul. Dworcowa 5"] * 2,
        # No empty line parts it from the words.
        [f"{words}\n{SIGNATURE}" for words in WORDS],
        # One line alone may be anything.
        [f"{words}\n\nPozdrawiam, Jan Kowalski" for words in WORDS],
        # Each time another one.
        [f"{words}\n\nJan Kowalski\nsprawa {place}" for place, words in enumerate(WORDS)],
    ],
)
def test_in_doubt_everything_is_kept(texts):
    """EMAIL §11: cut conservatively."""
    for text in texts:
        assert words_of(settled(mail(text))).body == text


def test_other_peoples_mails_teach_nothing():
    for words in WORDS[:3]:
        settled(mail(f"{words}\n\n{SIGNATURE}"))
    other = words_of(settled(mail(f"{WORDS[3]}\n\n{SIGNATURE}", sender="inny@example.net")))
    assert SIGNATURE in other.body


def test_reading_a_mail_again_finds_the_same_words():
    """EMAIL §0.2: what came later teaches nothing about what came before."""
    raws = [mail(f"{words}\n\n{SIGNATURE}") for words in WORDS]
    rows = [settled(raw) for raw in raws]
    read = [parse(raw) for raw in raws]
    again = [fold_learned(one, one.sender, row=row).reply for one, row in zip(read, rows, strict=True)]
    assert again == [words_of(row).body for row in rows]
    assert [SIGNATURE in one for one in again] == [True, True, False, False]


def test_the_database_is_asked_only_where_there_could_be_one():
    def asked(text: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            settled(mail(text))
        return sum(
            "full_body" in one["sql"] and one["sql"].startswith("SELECT") and "LIMIT 20" in one["sql"]
            for one in caught
        )

    assert asked("Dziura w jezdni na Dworcowej.") == 0
    assert asked(f"{WORDS[0]}\n\n{SIGNATURE}") == 1


def test_a_mail_of_many_paragraphs_is_read_from_its_end():
    """EMAIL §0: no mail holds up those behind it, however it is made."""
    raw = mail(WORDS[0])
    row = settled(raw)
    long = replace(parse(raw), reply="Akapit.\n\n" * 20_000 + SIGNATURE)
    began = time.process_time()
    assert fold_learned(long, long.sender, row=row) == long
    assert time.process_time() - began < 5
