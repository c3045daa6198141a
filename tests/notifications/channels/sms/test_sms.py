"""Text messages by both providers: what they are asked, what their answers mean, and when nobody is asked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from cases.actors import staff
from cases.keys import phone_pin, tracking_key
from cases.models import CaseParticipant, ContactChannel
from cases.services.intake import Reporter
from cases.services.workflow import ask_resident
from contact_centre.settings import services
from notifications.channels.sms.quiet import quiet_until
from notifications.delivery import LEASE, MAX_ATTEMPTS, back_off, claim, deliver
from notifications.models import AttemptResult, FailureReason, Notice, NoticeState
from notifications.queries import length_of
from notifications.rewording import reword
from notifications.services import resend
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.notifications.channels.sms.providers import GONE, Provider, running
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, notices_of, plan_all

pytestmark = pytest.mark.django_db
ZOFIA = Reporter(name="Zofia", phone="600 100 200", wishes=ContactChannel.SMS)
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as one:
        yield one


@pytest.fixture
def smsapi(provider: Provider, settings) -> Provider:
    settings.SMS = services.sms(f"smsapi+http://t0k%2Fen@127.0.0.1:{provider.port}?from=Konin")
    return provider


@pytest.fixture
def twilio(provider: Provider, settings) -> Provider:
    settings.SMS = services.sms(f"twilio+http://AC123:t0k%2Fen@127.0.0.1:{provider.port}?from=%2B48732000000")
    return provider


def confirmation(reporter: Reporter = ZOFIA, **changes) -> Notice:
    """The confirmation of a new case, due."""
    case = make_case(reporter=reporter, **changes)
    plan_all()
    return notices_of(case)[0]


def reread(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def results(notice: Notice) -> list[str]:
    return [row.result for row in notice.tries.order_by("id")]


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_smsapi_is_asked_as_it_publishes(smsapi, language, settings):
    notice = confirmation(language=language)
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT

    [(path, form, headers)] = smsapi.calls
    person = notice.participant
    words = form.pop("message")
    assert path == "/sms.do"
    assert headers["Authorization"] == "Bearer t0k/en"
    assert form == {
        "to": "48600100200",
        "from": "Konin",
        "format": "json",
        "encoding": "utf-8",
        "idx": f"n{notice.pk}-1",
        "check_idx": "1",
        "max_parts": "6",
    }
    assert words.startswith(f"{settings.CITY_NAME}, {person.case.reference}: ")
    assert "\n" not in words
    assert words.endswith(f"/track/{person.case.reference}/{tracking_key(person)}/")
    assert phone_pin(person) in words
    [attempt] = notice.tries.all()
    assert (attempt.relay, attempt.provider_id) == ("smsapi", f"n{notice.pk}-1")
    assert tracking_key(person) not in reread(notice).body


def test_twilio_is_asked_as_it_publishes(twilio):
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT

    [(path, form, _)] = twilio.calls
    assert path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert (form["To"], form["From"]) == ("+48600100200", "+48732000000")
    assert notice.participant.case.reference in form["Body"]
    [attempt] = notice.tries.all()
    assert (attempt.relay, attempt.provider_id) == ("twilio", f"SM{1:032}")


def test_twilio_chooses_the_number_where_a_service_is_named(twilio, settings):
    settings.SMS["options"] = {"service": "MG9"}
    deliver(notice_id=confirmation().pk, at=MUCH_LATER)
    [form] = twilio.texts
    assert form["MessagingServiceSid"] == "MG9"
    assert "From" not in form


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, '{"error": 13, "message": "No correct phonenumbers", "invalid_numbers": []}'), "FAILED"),
        ((200, '{"count": 1, "list": [{"id": "1", "error": 13, "status": "ERROR"}]}'), "FAILED"),
        ((200, '{"error": 12, "message": "more parts than max_parts"}'), "FAILED"),
        ((200, '{"error": 57, "message": "The number is blacklisted for this user."}'), "FAILED"),
        ((200, '{"error": 59, "message": "Number is added to OptOut list"}'), "FAILED"),
        ((200, '{"error": 112, "message": "this country is restricted on your account"}'), "FAILED"),
        ((200, '{"error": 94, "message": "Not allowed to send messages with link."}'), "PLANNED"),
        ((200, '{"error": "103", "message": "Insufficient credits"}'), "PLANNED"),
        ((200, '{"error": "E", "message": "no code of theirs"}'), "PLANNED"),
        ((200, '{"error": 101, "message": "Authorization failed"}'), "PLANNED"),
        ((200, '{"error": 103, "message": "Insufficient credits"}'), "PLANNED"),
        ((200, '{"error": 201, "message": "Internal system error"}'), "PLANNED"),
        ((200, '{"count": 0, "list": []}'), "PLANNED"),
        ((200, "ERROR:101"), "PLANNED"),
        ((502, "<html>"), "PLANNED"),
        ((307, "{}"), "PLANNED"),
        ((200, "[]"), "PLANNED"),
    ],
)
def test_what_an_answer_of_smsapi_means(smsapi, answer, state):
    smsapi.answers.append(answer)
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == state
    assert len(smsapi.calls) == 1
    [attempt] = notice.tries.all()
    assert attempt.relay == "smsapi"
    assert attempt.error


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (400, 21211, "FAILED"),
        (400, 21614, "FAILED"),
        (400, 21610, "FAILED"),
        (400, 21635, "FAILED"),
        (403, 21408, "FAILED"),
        (400, 21608, "PLANNED"),
        (400, 21606, "PLANNED"),
        (429, 21611, "PLANNED"),
        (401, 20003, "PLANNED"),
        (429, 20429, "PLANNED"),
        (500, 20500, "PLANNED"),
    ],
)
def test_what_an_answer_of_twilio_means(twilio, status, code, state):
    twilio.answers.append((status, f'{{"code": {code}, "message": "no", "status": {status}}}'))
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == state
    assert str(code) in notice.tries.get().error


@pytest.mark.parametrize(
    ("answer", "is_alarm"),
    [
        ('{"error": 103, "message": "Insufficient credits"}', True),
        ('{"error": 101, "message": "Authorization failed"}', True),
        ('{"error": 201, "message": "Internal system error"}', False),
    ],
)
def test_an_account_that_takes_nothing_is_an_error_in_the_log(smsapi, answer, is_alarm, caplog):
    cache.clear()
    smsapi.answers.append((200, answer))
    deliver(notice_id=confirmation().pk, at=MUCH_LATER)
    assert ("relay_refuses_us" in caplog.text) is is_alarm


def test_no_account_of_twilio_is_an_error_in_the_log(twilio, caplog):
    cache.clear()
    twilio.answers += [(429, '{"code": 20429, "status": 429}'), (401, '{"code": 20003, "status": 401}')]
    deliver(notice_id=confirmation().pk, at=MUCH_LATER)
    assert "relay_refuses_us" not in caplog.text
    deliver(notice_id=confirmation().pk, at=MUCH_LATER)
    assert "relay_refuses_us" in caplog.text


@pytest.mark.parametrize("answer", [(502, "<html>"), (GONE, "")])
def test_a_message_whose_answer_was_lost_twice_is_for_a_person(twilio, answer):
    twilio.answers += [answer, answer, answer]
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.PLANNED
    again = reread(notice).due_at
    assert deliver(notice_id=notice.pk, at=again) == NoticeState.FAILED
    assert len(twilio.calls) == 2
    failed = reread(notice)
    assert failed.waits_for_a_person
    assert "may have arrived" in failed.failure_note

    resend(notice_id=notice.pk, by=staff(staff_member(Role.DISPATCHER)), at=again)
    assert deliver(notice_id=notice.pk, at=again) == NoticeState.PLANNED


def test_a_provider_that_knows_our_names_is_asked_until_it_answers(smsapi):
    smsapi.answers += [(502, "<html>")] * 3
    notice, at = confirmation(), MUCH_LATER
    for _ in range(3):
        assert deliver(notice_id=notice.pk, at=at) == NoticeState.PLANNED
        at = reread(notice).due_at
    assert deliver(notice_id=notice.pk, at=at) == NoticeState.SENT
    assert len({form["idx"] for form in smsapi.texts}) == 1


def test_who_could_not_be_reached_was_never_asked(twilio, settings):
    settings.SMS["base_url"] = "http://127.0.0.1:9"
    notice, at = confirmation(), MUCH_LATER
    for _ in range(3):
        assert deliver(notice_id=notice.pk, at=at) == NoticeState.PLANNED
        at = reread(notice).due_at


def test_the_provider_knows_a_name_longer_than_we_wait_between_two_tries(settings):
    begin, end = settings.SMS_QUIET_HOURS
    quiet = timedelta(hours=(end - begin) % 24)
    assert back_off(MAX_ATTEMPTS, 1) + quiet < timedelta(hours=24)


def test_no_more_leave_in_a_minute_than_the_provider_takes(smsapi, settings):
    cache.clear()
    settings.SMS_PER_MINUTE = 1
    first, second = confirmation(), confirmation()
    assert deliver(notice_id=first.pk, at=MUCH_LATER) == NoticeState.SENT
    assert deliver(notice_id=second.pk, at=MUCH_LATER) == NoticeState.PLANNED
    waiting = reread(second)
    assert (waiting.attempts, len(smsapi.calls)) == (0, 1)
    assert MUCH_LATER < waiting.due_at < MUCH_LATER + timedelta(minutes=2)
    assert deliver(notice_id=second.pk, at=waiting.due_at) == NoticeState.SENT


def test_a_provider_that_is_away_is_asked_again_later(smsapi, settings):
    settings.SMS["base_url"] = "http://127.0.0.1:9"
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.PLANNED
    assert results(notice) == [AttemptResult.TEMPORARY]


def test_a_message_goes_out_once_although_its_worker_died_after_the_hand_over(smsapi):
    notice = confirmation()
    held = claim(notice.pk, at=MUCH_LATER)
    smsapi.taken.add(f"n{notice.pk}-1")
    assert held is not None

    after = MUCH_LATER + LEASE + timedelta(seconds=1)
    assert deliver(notice_id=notice.pk, at=after) == NoticeState.SENT
    assert smsapi.texts[0]["idx"] == f"n{notice.pk}-1"
    assert notice.tries.get().provider_id == f"n{notice.pk}-1"


def test_a_message_that_one_of_us_sends_again_is_another_one(smsapi):
    smsapi.answers.append((200, '{"error": 13, "message": "No correct phonenumbers"}'))
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.FAILED
    resend(notice_id=notice.pk, by=staff(staff_member(Role.DISPATCHER)), at=MUCH_LATER)
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT
    assert [form["idx"] for form in smsapi.texts] == [f"n{notice.pk}-1", f"n{notice.pk}-2"]


@pytest.mark.parametrize("hour", [21, 23, 0, 6])
def test_nobody_is_woken_at_night(smsapi, hour):
    notice = confirmation()
    night = LATER.astimezone(WARSAW).replace(hour=hour) + timedelta(days=1)
    assert deliver(notice_id=notice.pk, at=night) == NoticeState.PLANNED
    assert smsapi.calls == []
    waiting = reread(notice)
    due_at = waiting.due_at.astimezone(WARSAW)
    assert due_at.replace(second=0, microsecond=0).time() == datetime(2026, 1, 1, 7).time()  # noqa: DTZ001
    assert timedelta() < due_at - night <= timedelta(hours=10, seconds=30)
    assert (waiting.attempts, results(notice)) == (0, [])
    assert deliver(notice_id=notice.pk, at=due_at) == NoticeState.SENT


@pytest.mark.parametrize(
    ("hours", "at", "end"),
    [
        ((21, 7), (20, 59), None),
        ((21, 7), (7, 0), None),
        ((13, 15), (13, 0), (15, 0)),
        ((13, 15), (15, 0), None),
        ((0, 0), (3, 0), None),
        ((22, 0), (23, 0), (0, 0)),
    ],
)
def test_quiet_hours_end_when_they_say(settings, hours, at, end):
    settings.SMS_QUIET_HOURS = hours
    hour, minute = at
    until = quiet_until(datetime(2026, 11, 17, hour, minute, tzinfo=WARSAW))
    assert (until.hour, until.minute) == end if until else end is None


def test_a_landline_gets_none(smsapi):
    notice = confirmation()
    CaseParticipant.objects.filter(pk=notice.participant_id).update(phone="63 240 11 11")
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.FAILED
    assert smsapi.calls == []
    failed = reread(notice)
    assert failed.failure == FailureReason.REFUSED
    assert "mobile" in failed.failure_note
    assert failed.waits_for_a_person


def test_without_a_provider_a_person_hears_of_it(settings):
    settings.SMS = None
    notice = confirmation()
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.FAILED
    assert reread(notice).waits_for_a_person


def test_who_wishes_text_messages_on_a_landline_is_called_back():
    case = make_case(
        reporter=Reporter(phone="63 240 11 11", email="z@example.org", wishes=ContactChannel.SMS)
    )
    assert reporter_of(case).channel == ContactChannel.PHONE


def test_a_question_says_until_when_and_where_to_answer(smsapi):
    case = make_routed_case(reporter=ZOFIA)
    day = (NOW + timedelta(days=7)).date()
    by = staff(staff_member(Role.HANDLER))
    ask_resident(case_id=case.pk, question="Po której stronie?", answer_by=day, by=by, at=NOW)
    plan_all()
    deliver_all()
    words = smsapi.texts[-1]["message"]
    assert f"Masz czas do {day.day} listopada" in words
    assert f"/track/{case.reference}/" in words
    assert "Po której stronie?" not in words


def test_the_length_counts_the_link_as_it_was_sent(smsapi):
    notice = confirmation()
    assert length_of(notice) is None
    deliver(notice_id=notice.pk, at=MUCH_LATER)
    length = length_of(reread(notice))
    assert length is not None
    assert length.units == len(smsapi.texts[0]["message"])
    assert length.parts > 1


def test_a_text_message_may_be_worded_shorter_than_a_mail(smsapi, mailoutbox):
    words = "{% if facts.is_sms %}Mamy to.{% else %}Mamy Twoje zgłoszenie i już je czytamy.{% endif %}"
    author = staff_member(Role.ADMIN).pk
    reword(kind="RECEIVED", language="pl", words={"lead": words}, note="", user_id=author, at=NOW)
    confirmation()
    confirmation(Reporter(email="ana@example.org"))
    deliver_all()
    [text] = smsapi.texts
    assert ": Mamy to. PIN" in text["message"]
    assert "Mamy Twoje zgłoszenie i już je czytamy." in mailoutbox[0].body
