"""The outbox: whose notices one sees, and settling by hand what a machine cannot do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.keys import phone_pin
from cases.models import ContactChannel, EventWork, ReadLog, ReadReason
from cases.services.intake import Reporter
from notifications.delivery import deliver
from notifications.models import PRINTED_AGAIN, NewsKind, Notice, NoticeState, Suppression
from notifications.outcomes import News, keep_news
from notifications.queries import Fate
from notifications.services import plan_event
from notifications.suppression import is_suppressed
from routing.models import Role
from tests.cast import staff_member
from tests.factories import make_routed_case, reporter_of

pytestmark = pytest.mark.django_db

OUTBOX = reverse("desk:outbox")
BY_PHONE = Reporter(name="Ana Nowak", phone="600100200")
BY_LETTER = Reporter(name="Ana Nowak", postal_address="ul. Dworcowa 3\n62-500 Konin")


def told(reporter: Reporter) -> Notice:
    """The first notice of a case, planned and handed over as the worker does it."""
    case = make_routed_case(reporter=reporter)
    for work_id in EventWork.objects.filter(event__case=case, consumer="notifications").values_list(
        "pk", flat=True
    ):
        plan_event(work_id=work_id, at=timezone.now())
    notice = Notice.objects.filter(event__case=case).order_by("id")[0]
    # The confirmation waits a little for what may follow.
    deliver(notice_id=notice.pk, at=timezone.now() + timedelta(hours=1))
    notice.refresh_from_db()
    return notice


def settle(browser, notice: Notice, name: str):
    return browser.post(reverse("desk:settle", args=[notice.pk, name]))


@pytest.mark.parametrize(
    ("reporter", "state", "way"),
    [(BY_PHONE, NoticeState.CALL_BACK_DUE, "called"), (BY_LETTER, NoticeState.LETTER_DUE, "printed")],
)
def test_lets_a_person_tell_by_phone_or_letter(desk, reporter, state, way):
    notice = told(reporter)
    assert notice.state == state
    browser = desk(Role.AGENT)
    assert list(browser.get(OUTBOX).context["notices"]) == [notice]
    page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert phone_pin(reporter_of(notice.event.case)) in page
    assert f"/outbox/{notice.pk}/{way}/" in page
    assert settle(browser, notice, way).url == OUTBOX
    notice.refresh_from_db()
    assert (notice.state, notice.done_by) == (NoticeState.DONE_BY_PERSON, staff_member(Role.AGENT))
    assert list(browser.get(OUTBOX).context["notices"]) == []
    assert list(browser.get(OUTBOX, {"fate": Fate.DONE}).context["notices"]) == [notice]


@pytest.mark.parametrize(("language", "state"), [("pl", "Stan"), ("uk", "Стан")])
def test_says_in_which_state_a_notice_is(desk, language, state):
    notice = told(BY_PHONE)
    browser = desk(Role.AGENT)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    page = browser.get(OUTBOX).content.decode()
    assert f'<th scope="col">{state}</th>' in page
    assert f'<td data-label="{state}">' in page
    assert f"<dt>{state}</dt>" in browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()


def test_sends_a_failed_notice_again(desk):
    notice = told(BY_PHONE)
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.FAILED)
    settle(desk(Role.AGENT), notice, "again")
    notice.refresh_from_db()
    assert notice.state == NoticeState.PLANNED


def test_settles_nothing_twice_and_knows_no_other_ways(desk):
    notice = told(BY_PHONE)
    browser = desk(Role.AGENT)
    settle(browser, notice, "called")
    answer = browser.post(reverse("desk:settle", args=[notice.pk, "called"]), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "error"]
    assert settle(browser, notice, "burned").status_code == 404


def test_writes_down_who_read_a_notice(desk):
    notice = told(BY_PHONE)
    desk(Role.AGENT).get(reverse("desk:notice", args=[notice.pk]))
    log = ReadLog.objects.get()
    assert (log.reason, log.case, log.detail) == (ReadReason.OUTBOX, notice.event.case, str(notice.pk))


def test_writes_down_whose_names_the_list_showed(desk):
    first, second = told(BY_PHONE), told(BY_LETTER)
    browser = desk(Role.AGENT)
    browser.get(OUTBOX)
    logs = ReadLog.objects.filter(reason=ReadReason.OUTBOX)
    assert {log.case for log in logs.all()} == {first.event.case, second.event.case}
    # A page that refreshes itself writes only what is new on it.
    third = told(BY_PHONE)
    browser.get(OUTBOX, headers={"HX-Request": "true"})
    browser.get(OUTBOX, headers={"HX-Request": "true"})
    assert logs.all().count() == 3
    assert logs.filter(case=third.event.case).exists()
    browser.get(OUTBOX)
    assert logs.all().count() == 6


def test_hides_the_notices_of_other_departments(client, dee):
    notice = told(BY_PHONE)
    client.force_login(dee)
    assert list(client.get(OUTBOX).context["notices"]) == []
    assert client.get(reverse("desk:notice", args=[notice.pk])).status_code == 404
    assert settle(client, notice, "called").status_code == 404


def test_knows_its_shelves_only(desk):
    assert desk(Role.AGENT).get(OUTBOX, {"fate": "ODD"}).status_code == 404
    for fate in Fate.values:
        assert desk(Role.AGENT).get(OUTBOX, {"fate": fate, "before": "x"}).status_code == 200


def test_gives_an_open_page_only_its_changing_part(desk):
    told(BY_PHONE)
    part = desk(Role.AGENT).get(OUTBOX, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="notices"')


def test_says_that_a_mail_was_delivered_or_why_not(desk):
    notice = told(Reporter(name="Ana Nowak", email="ana@example.org"))
    browser = desk(Role.AGENT)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    places = (
        reverse("desk:case", args=[notice.event.case.reference]),
        reverse("desk:notice", args=[notice.pk]),
    )
    keep_news(news_of(notice, NewsKind.DELIVERED, "250 ok"), at=timezone.now())
    for page in (*places, f"{OUTBOX}?fate={Fate.SENT}"):
        assert "Delivered" in browser.get(page).content.decode()

    keep_news(news_of(notice, NewsKind.BOUNCED, "550 5.1.1 no such user"), at=timezone.now())
    for page in (*places, OUTBOX):
        assert "550 5.1.1 no such user" in browser.get(page).content.decode()
    assert "No mails go to ana@example.org" in browser.get(places[0]).content.decode()


def test_writes_again_to_an_address_that_a_person_knows_to_be_right(desk):
    notice = told(Reporter(name="Ana Nowak", email="ana@example.org"))
    keep_news(news_of(notice, NewsKind.BOUNCED, "550 5.1.1 no such user"), at=timezone.now())
    browser = desk(Role.AGENT)
    page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert f"/outbox/{notice.pk}/anyway/" in page
    settle(browser, notice, "anyway")
    notice.refresh_from_db()
    assert (notice.state, notice.failure) == (NoticeState.PLANNED, "")
    assert not is_suppressed("ana@example.org", at=timezone.now())


def test_a_mail_that_was_refused_shows_what_to_say_by_phone(desk, settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NoSuchPerson"
    notice = told(Reporter(name="Ana Nowak", email="ana@example.org", phone="600100200"))
    browser = desk(Role.AGENT)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert notice.body == ""
    assert "This is what to say" in page
    assert phone_pin(notice.participant) in page
    assert "It has no words yet" not in page


def test_offers_at_once_what_ends_the_stop_that_a_refusal_has_led_to(desk, settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NoSuchPerson"
    notice = told(Reporter(name="Ana Nowak", email="ana@example.org"))
    # ``told`` is an hour ahead.
    Suppression.objects.update(since=timezone.now())
    browser = desk(Role.AGENT)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert f"/outbox/{notice.pk}/anyway/" in page
    assert f"/outbox/{notice.pk}/again/" not in page
    case = browser.get(reverse("desk:case", args=[notice.event.case.reference])).content.decode()
    assert "the address does not exist 5.1.1" in case

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settle(browser, notice, "anyway")
    assert deliver(notice_id=notice.pk, at=timezone.now() + timedelta(hours=1)) == NoticeState.SENT


def test_sends_all_again_that_was_given_up(desk, dee):
    notices = [told(BY_PHONE), told(BY_LETTER), told(BY_PHONE)]
    ids = [notice.pk for notice in notices[:2]]
    Notice.objects.filter(pk__in=ids).update(state=NoticeState.FAILED, failure="GAVE_UP")
    address = reverse("desk:resend_dead_letters")
    assert "outbox/again/" in desk(Role.AGENT).get(OUTBOX).content.decode()
    stranger = Client()
    stranger.force_login(dee)
    stranger.post(address)
    assert Notice.objects.filter(pk__in=ids, state=NoticeState.FAILED).count() == 2

    desk(Role.AGENT).post(address)

    assert Notice.objects.filter(pk__in=ids, state=NoticeState.PLANNED).count() == 2
    assert "outbox/again/" not in desk(Role.AGENT).get(OUTBOX).content.decode()


def test_shows_how_long_a_text_message_is_and_what_it_costs(desk, settings):
    settings.SMS_PART_PRICE = None
    notice = told(Reporter(name="Ana Nowak", phone="600 100 200", wishes=ContactChannel.SMS))
    address = reverse("desk:notice", args=[notice.pk])
    Notice.objects.filter(pk=notice.pk).update(body="Załatwione. " * 10)
    page = desk(Role.AGENT).get(address).content.decode()
    assert "UCS-2" in page
    assert "119" in page
    assert " zł" not in page
    settings.SMS_PART_PRICE = Decimal("0.16")
    assert "0,32 zł" in desk(Role.AGENT).get(address).content.decode()


def test_a_text_message_that_did_not_arrive_is_sent_again_or_told_by_phone(desk):
    notice = told(Reporter(name="Ana Nowak", phone="600 100 200", wishes=ContactChannel.SMS))
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.UNDELIVERED, failure="BOUNCED")
    page = desk(Role.AGENT).get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert f"/outbox/{notice.pk}/again/" in page
    assert f"/outbox/{notice.pk}/called/" in page
    assert "/anyway/" not in page


def test_a_letter_that_waits_is_offered_as_a_pdf_beside_its_words(desk, dee):
    notice = told(BY_LETTER)
    page, address = reverse("desk:notice", args=[notice.pk]), reverse("desk:letter", args=[notice.pk])
    browser = desk(Role.AGENT)
    assert f"/outbox/{notice.pk}/" in browser.get(f"{OUTBOX}?fate={Fate.TO_DO}").content.decode()
    words = browser.get(page).content.decode()
    assert address in words
    assert phone_pin(notice.participant) in words

    answer = browser.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]
    assert ReadLog.objects.filter(reason=ReadReason.OUTBOX, detail=f"{notice.pk} letter").count() == 1
    stranger = Client()
    stranger.force_login(dee)
    assert stranger.get(address).status_code in (403, 404)

    settle(browser, notice, "printed")
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    again = browser.get(page).content.decode()
    assert str(staff_member(Role.AGENT)) in again
    assert "Can be printed until" in again
    assert address in again
    assert browser.get(address).content.startswith(b"%PDF-")
    assert ReadLog.objects.filter(reason=ReadReason.OUTBOX, detail=f"{notice.pk} letter").count() == 2

    Notice.objects.update(ended_at=timezone.now() - PRINTED_AGAIN)
    assert browser.get(address).status_code == 404
    assert address not in browser.get(page).content.decode()


@pytest.mark.parametrize(("where", "is_offered"), [("ul. Dworcowa 3\n62-500 Konin", True), ("", False)])
def test_a_mail_that_failed_becomes_a_letter_where_an_address_is_known(desk, settings, where, is_offered):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NoSuchPerson"
    notice = told(Reporter(name="Ana Nowak", email="ana@example.org", postal_address=where))
    browser = desk(Role.AGENT)
    page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert (f"/outbox/{notice.pk}/letter/" in page) is is_offered

    settle(browser, notice, "letter")
    settle(browser, notice, "letter")

    notice.refresh_from_db()
    letters = Notice.objects.filter(channel="LETTER")
    assert letters.count() == is_offered
    assert notice.into == letters.first()
    if letter := letters.first():
        assert (notice.state, notice.done_by) == (NoticeState.COALESCED, staff_member(Role.AGENT))
        assert deliver(notice_id=letter.pk, at=timezone.now()) == NoticeState.LETTER_DUE
        letter.refresh_from_db()
        assert "ul. Dworcowa 3" in letter.body
        # What the mail would have told along with the confirmation.
        assert "Zarząd Dróg Miejskich" in letter.body
        page = browser.get(reverse("desk:notice", args=[notice.pk])).content.decode()
        assert reverse("desk:notice", args=[letter.pk]) in page


def news_of(notice: Notice, kind: NewsKind, note: str) -> News:
    return News("Test", kind, kind, notice.message_id, "ana@example.org", "", note, timezone.now())
