"""Letters as a queue: all that wait in one file, and one click for just those that were in it."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.actors import SYSTEM_ACTOR
from cases.models import ReadLog, ReadReason
from notifications.letters import mark_letters_printed, tell_by_letter
from notifications.models import PRINTED_AGAIN, Notice, NoticeState
from notifications.queries import LETTERS_AT_ONCE
from notifications.services import CannotSettle
from routing.models import Role
from tests.cast import staff_member
from tests.contact_centre.desk.test_outbox import BY_LETTER, BY_PHONE, OUTBOX, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def address(name: str, *letters: Notice) -> str:
    return f"{reverse(name)}?of={'.'.join(str(letter.pk) for letter in letters)}"


def state_of(notice: Notice) -> str:
    return Notice.objects.get(pk=notice.pk).state


def link_in(page: str, name: str) -> str:
    found = re.search(rf'"({reverse(name)}\?of=[\d.]+)"', page)
    assert found is not None
    return found[1]


def test_one_click_is_for_just_those_letters_that_were_in_the_file(desk):
    first, _call, second = told(BY_LETTER), told(BY_PHONE), told(BY_LETTER)
    browser = desk(Role.AGENT)
    page = link_in(browser.get(OUTBOX).content.decode(), "desk:letters")
    assert page == address("desk:letters", first, second)
    third = told(BY_LETTER)

    # Loaded again meanwhile, it speaks of the same letters.
    shown = browser.get(page).content.decode()
    pdf = browser.get(link_in(shown, "desk:print_letters"))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert "no-store" in pdf["Cache-Control"]
    answer = browser.post(link_in(shown, "desk:letters_printed"), follow=True)

    assert "2 letters are noted as printed." in answer.content.decode()
    assert [state_of(notice) for notice in (first, second, third)] == [
        NoticeState.DONE_BY_PERSON,
        NoticeState.DONE_BY_PERSON,
        NoticeState.LETTER_DUE,
    ]
    first.refresh_from_db()
    assert first.done_by == staff_member(Role.AGENT)
    assert link_in(browser.get(OUTBOX).content.decode(), "desk:letters") == address("desk:letters", third)


def test_a_file_can_be_printed_again_for_some_days(desk):
    letters = [told(BY_LETTER), told(BY_LETTER)]
    browser = desk(Role.AGENT)
    browser.post(address("desk:letters_printed", *letters))
    shown = browser.get(address("desk:letters", *letters)).content.decode()
    assert reverse("desk:letters_printed") not in shown
    assert browser.get(link_in(shown, "desk:print_letters")).status_code == 200

    Notice.objects.update(ended_at=timezone.now() - PRINTED_AGAIN)
    assert (
        reverse("desk:print_letters") not in browser.get(address("desk:letters", *letters)).content.decode()
    )
    assert browser.get(address("desk:print_letters", *letters)).status_code == 404


def test_one_letter_that_was_printed_long_ago_does_not_spoil_the_file(desk):
    old, new = told(BY_LETTER), told(BY_LETTER)
    browser = desk(Role.AGENT)
    browser.post(address("desk:letters_printed", old))
    Notice.objects.filter(pk=old.pk).update(ended_at=timezone.now() - PRINTED_AGAIN)
    assert "1 letter, in one file." in browser.get(address("desk:letters", old, new)).content.decode()

    pdf = browser.get(address("desk:print_letters", old, new))

    assert pdf.status_code == 200
    assert pdf["Content-Disposition"].endswith('-1.pdf"')
    assert [log.case for log in ReadLog.objects.filter(detail="letters printed")] == [new.event.case]


def test_a_page_of_letters_that_are_too_old_says_so(desk):
    old = told(BY_LETTER)
    browser = desk(Role.AGENT)
    browser.post(address("desk:letters_printed", old))
    Notice.objects.update(ended_at=timezone.now() - PRINTED_AGAIN)
    page = browser.get(address("desk:letters", old)).content.decode()
    assert "None of these letters can be printed any more." in page


def test_who_comes_second_hears_that_nothing_was_left_to_note(desk):
    letter = told(BY_LETTER)
    desk(Role.AGENT).post(address("desk:letters_printed", letter))
    answer = desk(Role.HEAD).post(address("desk:letters_printed", letter), follow=True)
    *_before, message = answer.context["messages"]
    assert (message.level_tag, "Nothing is left to note" in str(message)) == ("info", True)


def test_the_readings_of_a_whole_file_are_written_at_once(desk):
    letters = [told(BY_LETTER) for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        desk(Role.AGENT).get(address("desk:print_letters", *letters))
    assert sum("INSERT" in one["sql"] and "readlog" in one["sql"] for one in queries) == 1


def test_two_who_print_the_same_letters_note_each_once(desk):
    letters = [told(BY_LETTER), told(BY_LETTER)]
    desk(Role.AGENT).post(address("desk:letters_printed", letters[0]))
    answer = desk(Role.HEAD).post(address("desk:letters_printed", *letters), follow=True)
    assert "1 letter is noted as printed." in answer.content.decode()
    assert Notice.objects.get(pk=letters[0].pk).done_by == staff_member(Role.AGENT)


def test_every_name_that_was_shown_or_printed_is_in_the_read_log(desk):
    letters = [told(BY_LETTER), told(BY_LETTER)]
    browser = desk(Role.AGENT)
    browser.get(address("desk:letters", *letters))
    logs = ReadLog.objects.filter(reason=ReadReason.OUTBOX)
    assert {log.case for log in logs} == {letter.event.case for letter in letters}
    browser.get(address("desk:print_letters", *letters))
    printed = logs.all().filter(detail="letters printed")
    assert {log.case for log in printed} == {letter.event.case for letter in letters}


def test_letters_of_other_departments_are_not_among_them(desk, dee):
    letter = told(BY_LETTER)
    stranger = Client()
    stranger.force_login(dee)
    for name in ("desk:letters", "desk:print_letters"):
        assert stranger.get(address(name, letter)).status_code == 404
    assert stranger.post(address("desk:letters_printed", letter)).status_code == 404
    assert state_of(letter) == NoticeState.LETTER_DUE


@pytest.mark.parametrize("of", ["", "x", "0", "9" * 40, "1..2", "-1"])
def test_what_names_no_letter_is_no_page(desk, of):
    call = told(BY_PHONE)
    browser = desk(Role.AGENT)
    assert browser.get(f"{reverse('desk:letters')}?of={of.replace('0', str(call.pk))}").status_code == 404
    assert browser.get(reverse("desk:print_letters")).status_code == 404


def test_a_file_has_an_end(desk):
    letter = told(BY_LETTER)
    many = ".".join(["999999"] * LETTERS_AT_ONCE + [str(letter.pk)])
    assert desk(Role.AGENT).get(f"{reverse('desk:letters')}?of={many}").status_code == 404


def test_only_one_of_us_settles_letters():
    letter = told(BY_LETTER)
    with pytest.raises(CannotSettle):
        mark_letters_printed(notice_ids=[letter.pk], by=SYSTEM_ACTOR, at=timezone.now())
    Notice.objects.update(state=NoticeState.FAILED, channel="EMAIL")
    with pytest.raises(CannotSettle):
        tell_by_letter(notice_id=letter.pk, by=SYSTEM_ACTOR, at=timezone.now())
