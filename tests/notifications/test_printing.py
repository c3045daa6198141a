"""Letters as tagged PDF: for everybody to read, and never code."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from cases.actors import staff
from cases.keys import phone_pin, tracking_key
from cases.services.intake import Reporter
from notifications.delivery import deliver
from notifications.links import reveal
from notifications.models import PRINTED_AGAIN, Notice, NoticeState
from notifications.printing import NoLetter, print_letter, print_letters, read_letter
from notifications.queries import words_to_pass_on
from notifications.services import mark_called_back, mark_letter_printed
from routing.models import Role
from tests.cast import staff_member
from tests.factories import make_case
from tests.notifications.outbox import MUCH_LATER, notices_of, plan_all

pytestmark = pytest.mark.django_db
KOWAL = Reporter(name="Jan Kowal", postal_address="ul. Długa 1\n62-500 Konin")
# What Typst would do if it read the words as its own: read files, fetch packages, stop.
CODE = '#panic("x") #read("/etc/passwd") #import "@preview/x:1.0.0" $ " ` \\ // /* <a> @b ]) } #sys.exit'
CLAIM = b"<pdfuaid:part>1</pdfuaid:part>"


def letter(reporter: Reporter = KOWAL, **changes) -> Notice:
    case = make_case(reporter=reporter, **changes)
    plan_all()
    [notice] = notices_of(case)
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.LETTER_DUE
    return Notice.objects.select_related("participant__case").get(pk=notice.pk)


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_is_tagged_and_says_title_and_language(language):
    pdf = print_letter(letter(language=language), MUCH_LATER)
    assert CLAIM in pdf
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Marked true", pdf)
    assert re.search(rb"/Lang\s*\(" + language.encode(), pdf)
    assert b"/DisplayDocTitle true" in pdf
    assert b"/Link" in pdf


def test_every_line_of_the_words_is_in_it_with_link_and_pin():
    notice = letter()
    parts = read_letter(notice)
    blocks = [parts.head, parts.address, *parts.paragraphs]
    text = reveal(notice.body, notice.participant)
    assert [line for block in blocks for line in block] == [
        line for line in text.splitlines() if line.strip()
    ]
    assert parts.address == ["Jan Kowal", "ul. Długa 1", "62-500 Konin"]
    assert phone_pin(notice.participant) in text
    assert tracking_key(notice.participant) in text


def test_words_are_never_code():
    notice = letter(Reporter(name=CODE, postal_address=f"{CODE}\n{CODE}"))
    notice.body = f"{notice.body}\n\n{CODE}"
    notice.subject = CODE
    assert CLAIM in print_letter(notice, MUCH_LATER)


@pytest.mark.parametrize("words", ["🙂", "中文", "\x07", "ภาษาไทย"])
def test_a_character_without_a_font_stops_no_letter(words):
    notice = letter()
    notice.body += f"\n\n{words}"
    pdf = print_letter(notice, MUCH_LATER)
    assert pdf.startswith(b"%PDF-")
    assert CLAIM not in pdf
    assert b"/StructTreeRoot" in pdf


def test_a_letter_of_many_pages_and_one_of_a_line():
    notice = letter()
    notice.body = "Konin"
    assert CLAIM in print_letter(notice, MUCH_LATER)
    notice.body = "\n\n".join(["Długi list. " * 40] * 60)
    pdf = print_letter(notice, MUCH_LATER)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5


@pytest.mark.parametrize("change", [{"state": NoticeState.FAILED}, {"channel": "EMAIL"}])
def test_only_a_letter_that_waits_is_printed(change):
    notice = letter()
    for name, value in change.items():
        setattr(notice, name, value)
    with pytest.raises(NoLetter):
        print_letter(notice, MUCH_LATER)


def test_a_letter_can_be_printed_again_for_some_days():
    notice = mark_letter_printed(notice_id=letter().pk, by=staff(staff_member(Role.AGENT)), at=MUCH_LATER)
    assert notice.prints_until() == MUCH_LATER + PRINTED_AGAIN
    last = MUCH_LATER + PRINTED_AGAIN - timedelta(seconds=1)
    assert CLAIM in print_letter(notice, last)
    assert phone_pin(notice.participant) in words_to_pass_on(notice, last)
    with pytest.raises(NoLetter):
        print_letter(notice, MUCH_LATER + PRINTED_AGAIN)
    assert phone_pin(notice.participant) not in words_to_pass_on(notice, MUCH_LATER + PRINTED_AGAIN)


def test_a_letter_that_failed_and_was_told_by_phone_has_nothing_to_print():
    notice = letter()
    Notice.objects.update(state=NoticeState.FAILED, body="")
    told = mark_called_back(notice_id=notice.pk, by=staff(staff_member(Role.AGENT)), at=MUCH_LATER)
    with pytest.raises(NoLetter):
        print_letter(told, MUCH_LATER)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_many_letters_are_one_tagged_file_and_each_begins_on_a_sheet_of_its_own():
    letters = [letter(language="pl"), letter(language="uk"), letter(language="en")]
    assert [pages(print_letter(one, MUCH_LATER)) for one in letters] == [1, 1, 1]
    with translation.override("pl"):
        pdf = print_letters(letters, MUCH_LATER)
    assert CLAIM in pdf
    assert b"/StructTreeRoot" in pdf
    # Front and empty back of the first and the second, and the front of the third.
    assert pages(pdf) == 5
    for language in (b"pl", b"uk", b"en"):
        assert re.search(rb"/Lang\s*\(" + language, pdf)


def test_a_letter_that_fills_its_sheet_leaves_no_empty_side():
    letters = [letter(), letter()]
    letters[0].body = "\n\n".join(["Długi list. " * 40] * 14)
    assert pages(print_letter(letters[0], MUCH_LATER)) == 2
    assert pages(print_letters(letters, MUCH_LATER)) == 3


def test_a_file_of_letters_holds_nothing_else():
    with pytest.raises(NoLetter):
        print_letters([], MUCH_LATER)
    letters = [letter(), letter()]
    letters[1].state = NoticeState.FAILED
    with pytest.raises(NoLetter):
        print_letters(letters, MUCH_LATER)
