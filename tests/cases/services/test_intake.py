"""The one way in: a case, a participant, a message, an event and work rows in one; the same key twice is one case."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.deadlines import promised_date
from cases.files import StoredFile
from cases.models import (
    Attachment,
    Case,
    Channel,
    Contact,
    ContactChannel,
    ContactOutcome,
    EventWork,
    Message,
    Purpose,
)
from cases.services.intake import Conversation, EmptyReport, Place, Reporter, log_contact, open_case
from routing.models import Category, Kind, Role, Street, Urgency
from tests.factories import ANA, NOW, make_case, make_report, reporter_of
from tests.record import actor, ana, assert_recorded, kinds, last_event, last_message

pytestmark = pytest.mark.django_db
PHOTO = StoredFile(
    sha256="a" * 64,
    original_path="aa/original",
    display_path="aa/display",
    name="photo-1.jpg",
    original_name="IMG_1.jpg",
    media_type="image/jpeg",
    size=10,
    taken_at=NOW,
    taken_lat=52.2,
    taken_lon=18.2,
)


def conversation(**changes: object) -> Conversation:
    values: dict[str, object] = {
        "source_key": "call:1",
        "channel": Channel.PHONE,
        "purpose": Purpose.REPORT,
        "outcome": ContactOutcome.CASE_OPENED,
        "started_at": NOW - timedelta(minutes=5),
        "received_at": NOW - timedelta(minutes=5),
        "said": "Nie świeci latarnia.",
        "name": "Ana",
        "phone": "600100200",
    }
    return Conversation(**(values | changes))  # type: ignore[arg-type]


def test_a_report_becomes_a_case_with_everything_beside_it():
    case = make_case()
    case.refresh_from_db()
    assert (case.status, case.channel, case.version, case.received_at) == ("NEW", "WEB", 1, NOW)
    assert (case.kind, case.category, case.department, case.is_restricted) == ("", None, None, True)
    reporter = reporter_of(case)
    assert (reporter.name, reporter.email, reporter.channel) == ("Ana Nowak", "ana@example.org", "EMAIL")
    message = last_message(case)
    assert (message.audience, message.purpose, message.author_participant) == ("RESIDENT", "REPORT", reporter)
    assert_recorded(
        case, "RECEIVED", ana(case), {"channel": "WEB", "message": message.pk, "participant": reporter.pk}
    )


def test_the_same_key_opens_one_case_only():
    report = make_report()
    first = open_case(report, by=actor(Role.AGENT), at=NOW)
    again = open_case(replace(report, description="Something else"), by=actor(Role.AGENT), at=NOW)
    assert again == first
    assert (Case.objects.count(), Message.objects.count()) == (1, 1)
    assert kinds(first) == ["RECEIVED"]


def test_nothing_is_read_back_and_the_work_for_all_consumers_is_one_statement():
    with CaptureQueriesContext(connection) as statements:
        case = make_case()
    said = [one["sql"] for one in statements if "SAVEPOINT" not in one["sql"]]
    number, *rows = said
    assert "cases_case" in number or "sqlite_sequence" in number
    assert all(sql.startswith("INSERT") for sql in rows)
    assert len(rows) == len(("case", "participant", "message", "event", "work"))
    assert EventWork.objects.filter(event__case=case).count() == 2
    assert case.new_reporter == reporter_of(case)


@pytest.mark.parametrize("words", ["", "   \n ", "\x00", "\x01\x02\r\n"])
def test_a_report_without_words_and_files_is_refused(words):
    with pytest.raises(EmptyReport):
        make_case(words)
    assert not Case.objects.exists()


def test_marks_that_turn_the_text_around_are_not_in_names_and_subjects():
    case = make_case(
        "\u202eabc\u2066 first\nsecond",
        reporter=Reporter(name="Ana\u202e Nowak\u2069", email="ana@example.org"),
    )
    assert case.subject == "abc first"
    assert case.participants.get().name == "Ana Nowak"
    assert case.description == "\u202eabc\u2066 first\nsecond"


def test_a_photo_alone_is_a_report():
    case = make_case("", files=[PHOTO, PHOTO])
    attachment = Attachment.objects.get(case=case)
    assert attachment.message == last_message(case)


@pytest.mark.parametrize(("keeps", "evidence"), [(True, (NOW, 52.2, 18.2)), (False, (None, None, None))])
def test_when_and_where_a_photo_was_taken_is_kept_as_evidence_only(keeps, evidence):
    Category.objects.filter(code="road.pothole").update(keeps_evidence=keeps)
    case = make_case(files=[PHOTO], category=Category.objects.get(code="road.pothole"))
    attachment = Attachment.objects.get(case=case)
    assert (attachment.taken_at, attachment.taken_lat, attachment.taken_lon) == evidence


def test_what_a_database_cannot_store_is_taken_out_and_all_else_is_kept():
    text = "  Zażółć\x00 \u202eabc\u202c 🚧 <b>x</b>\r\nпривіт\rدرب\ud800 "
    case = make_case(text)
    case.refresh_from_db()
    assert case.description == "Zażółć \u202eabc\u202c 🚧 <b>x</b>\nпривіт\nدرب?"
    assert last_message(case).body == case.description


def test_a_very_long_text_is_kept_whole_and_its_subject_is_short():
    case = make_case("ą" * 20_001)
    case.refresh_from_db()
    assert len(case.description) == 20_001
    assert len(case.subject) == 120
    assert case.subject.endswith("…")


def test_the_subject_is_what_was_given_or_the_first_line():
    assert make_case("First line\nsecond", subject="").subject == "First line"
    assert make_case("First line", subject=" Given ").subject == "Given"


def test_a_legal_category_is_never_settled_by_the_resident():
    case = make_case(category=Category.objects.get(code="road.pothole"), kind=Kind.REPORT)
    assert case.is_restricted
    assert not case.is_settled


def test_what_staff_logged_as_a_report_is_not_restricted():
    by = actor(Role.AGENT)
    category = Category.objects.get(code="road.pothole")
    report = make_case(by=by, category=category, kind=Kind.REPORT, channel="PHONE")
    assert (report.is_restricted, report.logged_by_id) == (False, by.user_id)
    assert last_message(report).author_user_id == by.user_id
    assert make_case(by=by, category=category, kind=Kind.COMPLAINT).is_restricted
    assert make_case(by=by).is_restricted


def test_urgency_ranks_in_the_queue():
    ranks = [
        make_case(urgency=level).queue_rank for level in (Urgency.DANGER, Urgency.URGENT, Urgency.NORMAL)
    ]
    assert ranks == sorted(set(ranks))


def test_the_place_brings_its_district():
    street = Street.objects.filter(district__isnull=False).order_by("id")[0]
    case = make_case(place=Place(address="x" * 300, street=street, lat=52.2, lon=18.2))
    assert (case.street, case.area, len(case.address)) == (street, street.district, 240)


@pytest.mark.parametrize(
    ("reporter", "channel"),
    [
        (ANA, "EMAIL"),
        (Reporter(phone="600"), "PHONE"),
        (Reporter(postal_address="ul. Długa 1"), "LETTER"),
        (Reporter(), "NONE"),
        (replace(ANA, wishes=ContactChannel.PHONE), "PHONE"),
        (replace(ANA, wishes=ContactChannel.NONE), "NONE"),
        (replace(ANA, wishes=ContactChannel.LETTER), "EMAIL"),
        (Reporter(phone="  \x00 "), "NONE"),
        (Reporter(postal_address="\n", wishes=ContactChannel.LETTER), "NONE"),
    ],
)
def test_a_reporter_is_told_by_the_way_she_wished_or_gave(reporter, channel):
    participant = reporter_of(make_case(reporter=reporter))
    assert participant.channel == channel
    assert participant.is_reachable is (channel != "NONE")


def test_a_call_is_logged_with_the_case_that_came_of_it():
    by = actor(Role.AGENT)
    contact = log_contact(conversation(), by=by, at=NOW, report=make_report(channel=Channel.PHONE))
    case = contact.cases.get()
    assert (contact.logged_by_id, contact.ended_at) == (by.user_id, NOW)
    assert kinds(case) == ["RECEIVED", "CONTACT_LINKED"]
    assert_recorded(case, "CONTACT_LINKED", by, {"contact": contact.pk, "purpose": "REPORT"})


def test_a_call_about_a_case_is_linked_to_it():
    case = make_case()
    contact = log_contact(conversation(purpose=Purpose.URGING), by=actor(Role.AGENT), at=NOW, case_id=case.pk)
    assert contact.cases.get() == case
    assert last_event(case).payload["purpose"] == "URGING"


def test_most_calls_never_become_a_case():
    contact = log_contact(conversation(purpose=Purpose.INFORMATION), by=actor(Role.AGENT), at=NOW)
    assert not contact.cases.exists()
    assert not Case.objects.exists()
    assert not EventWork.objects.exists()


def test_the_same_call_is_logged_once():
    report, by = make_report(), actor(Role.AGENT)
    first = log_contact(conversation(), by=by, at=NOW, report=report)
    assert log_contact(conversation(said="other"), by=by, at=NOW, report=report) == first
    assert (Contact.objects.count(), Case.objects.count()) == (1, 1)


def test_a_call_whose_report_is_empty_is_not_half_logged():
    with pytest.raises(EmptyReport):
        log_contact(conversation(), by=actor(Role.AGENT), at=NOW, report=make_report(" "))
    assert not Contact.objects.exists()


def test_a_legal_letter_that_staff_logged_has_its_term_from_the_day_of_receipt():
    category = Category.objects.get(code="legal.complaint")
    case = make_case(by=actor(Role.AGENT), category=category, kind=Kind.COMPLAINT, channel="LETTER")
    # Received on Tuesday 17 November 2026: one month by KPA art. 237.
    assert case.legal_due_date == date(2026, 12, 17)
    assert case.is_restricted


@pytest.mark.parametrize(
    ("role", "promised"), [(Role.AGENT, None), (Role.HANDLER, None), (Role.DISPATCHER, date(2026, 12, 17))]
)
def test_what_an_agent_takes_for_a_complaint_is_promised_no_day(role, promised):
    """DESIGN §3, ADR 7: no date until a dispatcher decided the kind. The term of law runs all the same."""
    category = Category.objects.get(code="legal.complaint")
    case = make_case(by=actor(role), category=category, kind=Kind.COMPLAINT, channel="PHONE")
    assert case.legal_due_date == date(2026, 12, 17)
    assert (case.is_settled, promised_date(case)) == (promised is not None, promised)
