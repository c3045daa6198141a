"""Words of an administrator in place of the file's: checked before they are kept, and never in the way of a notice."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from notifications.models import FRAME_KIND, NoticeKind, Wording
from notifications.rendering import compose, our_words, part
from notifications.rewording import CannotReword, StaleWords, last_change, reword
from notifications.samples import samples_of
from notifications.wordings import (
    KINDS,
    changed_words,
    file_words,
    find_missing,
    find_problems,
    parts_of,
)
from routing.models import Role
from routing.models.loaded import LANGUAGES
from tests.cast import staff_member
from tests.factories import NOW, make_case
from tests.notifications.test_rendering import told

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOW)


def write(kind="RECEIVED", language="pl", at=NOW, seen=None, note="", **words: str) -> list[Wording]:
    by = staff_member(Role.ADMIN).pk
    return reword(kind=kind, language=language, words=words, note=note, user_id=by, at=at, seen=seen)


def force(text: str, part="lead") -> None:
    """Words that no page would let through."""
    Wording.objects.create(
        kind="RECEIVED", language="pl", part=part, text=text, author=staff_member(Role.ADMIN), created_at=NOW
    )


@pytest.mark.parametrize(("kind", "language"), [*product(KINDS, LANGUAGES)])
def test_the_files_are_read_part_by_part_and_pass_their_own_check(kind, language):
    words = file_words(kind, language)

    assert tuple(words) == parts_of(kind)
    assert find_problems(kind, language, words, on=TODAY) == {}
    assert find_missing(kind, language, words) == {}


@pytest.mark.parametrize(("kind", "language"), [*product(NoticeKind, LANGUAGES)])
def test_every_sample_can_be_said(kind, language):
    for sample in samples_of(kind, language, TODAY):
        words = compose(sample.facts, {})
        assert words.text.strip()
        assert bool(words.html) == sample.facts.is_mail


def test_a_notice_says_what_the_administrator_wrote():
    write(lead="Zgłoszenie jest u nas.", subject="Jest u nas")
    write(FRAME_KIND, greeting="Dzień dobry <Państwu>,")

    words = told(make_case(), "RECEIVED")

    assert words.subject.endswith("] Jest u nas")
    assert "Zgłoszenie jest u nas." in words.text
    assert "Dzień dobry <Państwu>," in words.text
    assert "Dzień dobry &lt;Państwu&gt;," in words.html
    assert "Dziękujemy" not in words.text + words.html


def test_other_languages_keep_their_file():
    write(lead="Zgłoszenie jest u nas.")

    assert "Thank you, we have your report." in told(make_case(language="en"), "RECEIVED").text


def test_the_newest_words_count_and_an_empty_row_gives_the_part_back_to_the_file():
    write(lead="Pierwsze.")
    write(lead="Drugie.")
    assert our_words("RECEIVED", "pl") == {("RECEIVED", "lead"): "Drugie."}
    assert our_words("RECEIVED", "en") == our_words("MERGED", "pl") == {}

    write(lead="")

    assert our_words("RECEIVED", "pl") == {}
    assert [row.text for row in Wording.objects.order_by("id")] == ["Pierwsze.", "Drugie.", ""]


def test_a_whole_notice_asks_once_for_its_words(django_assert_num_queries):
    write(lead="Zgłoszenie jest u nas.")

    with django_assert_num_queries(1):
        compose(samples_of("RECEIVED", "pl", TODAY)[0].facts, our_words("RECEIVED", "pl"))


@pytest.mark.parametrize(
    "text",
    [
        '{% include "desk/case.html" %}',
        "{% if facts.city %}",
        "{{ facts.quote.text.upper }}",
        "{% load i18n %}",
    ],
)
def test_broken_words_give_way_to_the_file_and_are_logged(text, caplog):
    force(text)

    words = told(make_case(), "RECEIVED")

    assert "Dziękujemy, mamy Twoje zgłoszenie." in words.text
    assert "wording_broken" in caplog.text


def test_a_subject_is_never_empty():
    force("{% if facts.is_letter %}List{% endif %}", part="subject")

    assert told(make_case(), "RECEIVED").subject.endswith("] Mamy Twoje zgłoszenie")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ facts.pin }}", "facts.pin"),
        ("{{ facts.recipient }}", "facts.recipient"),
        ("{{ facts.planned_for }}", "facts.planned_for"),
        ("{{ facts.promised_for }}", "facts.promised_for"),
        ('{% if facts.outcome == "DONE" %}x{% endif %}', "facts.outcome"),
        ("{% if facts.is_letter %}Tylko list{% endif %}", "e-mail"),
    ],
)
def test_words_that_cannot_be_used_are_refused_with_the_reason(text, said):
    with pytest.raises(CannotReword) as refused:
        write(lead=text, subject="Dobre")

    assert list(refused.value.problems) == ["lead"]
    assert said in refused.value.problems["lead"]
    assert not Wording.objects.exists()


def test_what_the_file_tells_and_the_words_do_not_is_named():
    missing = find_missing("RECEIVED", "pl", {"then": "Odpowiemy.", "lead": "Mamy to."})

    assert missing == {"then": ["department", "other_cases", "promised_for", "route_reason", "written_to"]}


def test_words_like_those_of_the_file_leave_no_row():
    assert write(lead=file_words("RECEIVED", "pl")["lead"]) == []
    write(lead="Inne.")
    assert [row.text for row in write(lead=file_words("RECEIVED", "pl")["lead"])] == [""]
    assert changed_words("RECEIVED", "pl") == {}


def test_who_wrote_what_when_and_why_is_kept():
    write(lead="Inne.", note="Prostszy język", at=NOW + timedelta(days=1))

    row = Wording.objects.get()
    assert (row.author, row.created_at, row.note) == (
        staff_member(Role.ADMIN),
        NOW + timedelta(days=1),
        "Prostszy język",
    )


def test_who_looked_at_older_words_does_not_write_over_newer_ones():
    seen = last_change("RECEIVED", "pl")
    write(lead="Adam pierwszy.", seen=seen)

    with pytest.raises(StaleWords):
        write(lead="Ewa druga.", seen=seen)
    assert changed_words("RECEIVED", "pl") == {"lead": "Adam pierwszy."}


def test_a_part_that_may_be_silent_may_be():
    assert write(then="{% if facts.promised_for %}Odpowiemy.{% endif %}")
    facts = next(s.facts for s in samples_of("RECEIVED", "pl", TODAY) if not s.facts.promised_for)

    assert part(facts, "RECEIVED", "then", our_words("RECEIVED", "pl")) == ""


def test_who_writes_is_one_line_and_a_broken_one_stops_no_mail():
    assert list(find_problems(FRAME_KIND, "pl", {"sender": "Miasto\nKonin"}, on=TODAY)) == ["sender"]
    Wording.objects.create(
        kind=FRAME_KIND,
        language="pl",
        part="sender",
        text="Miasto\nKonin",
        author=staff_member(Role.ADMIN),
        created_at=NOW,
    )
    assert told(make_case(), "RECEIVED").sender == "Miasto Konin"
