"""The two clocks: a promise as it was given, that waits with us; and a term of law that nothing moves."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import Case, Channel
from cases.services.conversation import record_reply
from cases.services.endings import reopen_case, withdraw_case
from cases.services.waiting import resume_work
from cases.services.workflow import ask_resident, classify_case, reassign_case, return_to_desk
from routing.models import Category, Kind, Role, Urgency
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.record import actor, ana, department

pytestmark = pytest.mark.django_db
WARSAW = ZoneInfo("Europe/Warsaw")
LEGAL = ("legal_start_date", "legal_unrolled_date", "legal_due_date")
PROMISE = ("promise_value", "promise_unit", "promise_due_at", "promise_paused_at")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


@pytest.fixture(autouse=True)
def terms(db: None) -> None:
    """Terms of the tests' own, so that the city may change hers."""
    Category.objects.filter(code="road.pothole").update(term_value=3, term_unit="WORKING_DAYS")
    Category.objects.filter(code="light").update(term_value=4, term_unit="OFFICE_HOURS")
    Category.objects.filter(code="road.sign").update(term_value=10, term_unit="CALENDAR_DAYS")


def classify(case: Case, code: str, kind: Kind, urgency: Urgency = Urgency.NORMAL) -> Case:
    category = Category.objects.get(code=code)
    by = actor(Role.DISPATCHER)
    return classify_case(case_id=case.pk, category=category, kind=kind, urgency=urgency, by=by, at=NOW)


def clocks(case: Case, names: tuple[str, ...]) -> dict[str, object]:
    return dict(Case.objects.filter(pk=case.pk).values(*names).get())


def ask(case: Case, when: datetime) -> None:
    ask_resident(
        case_id=case.pk,
        question="Gdzie?",
        answer_by=when.date() + timedelta(7),
        by=actor(Role.DISPATCHER),
        at=when,
    )


def answer(case: Case, when: datetime) -> None:
    record_reply(
        participant_id=reporter_of(case).pk,
        body="Tu.",
        channel=Channel.EMAIL,
        source_key=f"r:{when}",
        at=when,
    )


def test_nothing_is_promised_before_category_and_kind_are_settled():
    case = make_case(category=Category.objects.get(code="road.pothole"))
    assert set(clocks(case, PROMISE).values()) == {None, ""}
    assert set(clocks(case, LEGAL).values()) == {None}


def test_the_promise_runs_from_the_receipt_and_not_from_the_decision():
    case = make_case(received_at=at("2026-11-10T12:00"))
    due = clocks(classify(case, "road.pothole", Kind.REPORT), PROMISE)["promise_due_at"]
    assert due == at("2026-11-16T15:30")
    assert clocks(case, ("received_at",))["received_at"] == at("2026-11-10T12:00")


@pytest.mark.parametrize(
    ("code", "due"),
    [("road.pothole", "2026-11-20T15:30"), ("light", "2026-11-17T13:00"), ("road.sign", "2026-11-27T23:59")],
)
def test_each_unit_of_promise(code, due):
    assert classify(make_case(), code, Kind.REPORT).promise_due_at == at(due)


def test_a_case_logged_by_staff_has_its_promise_at_once():
    category = Category.objects.get(code="road.pothole")
    case = make_case(by=actor(Role.AGENT), category=category, kind=Kind.REPORT, channel="PHONE")
    assert case.promise_due_at == at("2026-11-20T15:30")


def test_the_promise_stays_as_it_was_given_when_the_catalogue_changes():
    case = make_settled_case()
    Category.objects.filter(code="road.pothole").update(term_value=30)
    given = clocks(case, PROMISE)
    ask(case, NOW + timedelta(hours=1))
    answer(case, NOW + timedelta(hours=1))
    assert clocks(case, PROMISE)["promise_value"] == given["promise_value"] == 3


def test_another_category_brings_its_own_promise_from_the_same_receipt():
    case = classify(make_settled_case(), "light", Kind.REPORT)
    assert (case.promise_value, case.promise_unit) == (4, "OFFICE_HOURS")
    assert case.promise_due_at == at("2026-11-17T13:00")


def test_a_change_of_urgency_moves_no_clock():
    for code, kind in (("road.pothole", Kind.REPORT), ("road.pothole", Kind.COMPLAINT)):
        case = make_settled_case(code, kind)
        before = clocks(case, (*PROMISE, *LEGAL, "received_at"))
        for urgency in (Urgency.DANGER, Urgency.NORMAL, Urgency.URGENT):
            classify(case, code, kind, urgency)
            assert clocks(case, (*PROMISE, *LEGAL, "received_at")) == before


@pytest.mark.parametrize(
    ("kind", "unrolled", "due"),
    [
        (Kind.COMPLAINT, "2026-12-24", "2026-12-28"),
        (Kind.PETITION, "2027-02-24", "2027-02-24"),
        (Kind.PUBLIC_INFO, "2026-12-08", "2026-12-08"),
        (Kind.GDPR, "2026-12-24", "2026-12-28"),
    ],
)
def test_a_term_of_law_runs_from_the_day_of_receipt_in_the_city(kind, unrolled, due):
    late_evening_in_utc = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    case = classify(make_case(received_at=late_evening_in_utc), "road.pothole", kind)
    assert case.legal_start_date == date(2026, 11, 24)
    assert case.legal_unrolled_date == date.fromisoformat(unrolled)
    assert case.legal_due_date == date.fromisoformat(due)
    assert (case.promise_due_at, case.promise_value, case.promise_unit) == (None, None, "")


def test_digital_accessibility_has_the_shorter_term():
    assert classify(make_case(), "access.digital", Kind.ACCESSIBILITY).legal_due_date == date(2026, 11, 24)
    assert classify(make_case(), "access", Kind.ACCESSIBILITY).legal_due_date == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("kind", "due"),
    [(Kind.COMPLAINT, "2026-12-17"), (Kind.PETITION, "2027-02-17"), (Kind.PUBLIC_INFO, "2026-12-01")],
)
def test_another_kind_in_the_category_of_digital_accessibility_has_its_own_term(kind, due):
    assert classify(make_case(), "access.digital", kind).legal_due_date == date.fromisoformat(due)


@pytest.mark.parametrize("code", ["road.damage_claim", "road.pothole"])
def test_a_claim_has_no_term_of_law_and_the_promise_of_a_first_answer_in_thirty_days(code):
    case = classify(make_case(), code, Kind.CLAIM)
    assert case.legal_due_date is None
    assert (case.promise_value, case.promise_unit) == (30, "CALENDAR_DAYS")
    assert case.promise_due_at == at("2026-12-17T23:59")


def test_another_kind_counts_anew_from_the_unchanged_receipt():
    case = make_settled_case(kind=Kind.COMPLAINT)
    assert classify(case, "road.pothole", Kind.PUBLIC_INFO).legal_due_date == date(2026, 12, 1)
    case = classify(case, "road.pothole", Kind.REPORT)
    assert set(clocks(case, LEGAL).values()) == {None}
    assert case.promise_due_at == at("2026-11-20T15:30")


def test_the_promise_waits_with_us_for_the_resident():
    case = make_routed_case()
    ask(case, at("2026-11-17T10:00"))
    assert clocks(case, PROMISE)["promise_paused_at"] == at("2026-11-17T10:00")
    answer(case, at("2026-11-18T09:00"))
    assert clocks(case, PROMISE)["promise_paused_at"] is None
    # 23 hours later than Friday 15:30, which is a Saturday: the next working minute.
    assert clocks(case, PROMISE)["promise_due_at"] == at("2026-11-23T07:30")


def test_a_short_wait_moves_the_promise_by_just_that():
    case = classify(make_case(), "light", Kind.REPORT)
    ask(case, at("2026-11-17T10:00"))
    answer(case, at("2026-11-17T10:40"))
    assert clocks(case, PROMISE)["promise_due_at"] == at("2026-11-17T13:40")


def test_a_term_of_law_waits_for_nobody():
    case = make_settled_case(kind=Kind.COMPLAINT)
    before = clocks(case, LEGAL)
    ask(case, NOW + timedelta(days=1))
    answer(case, NOW + timedelta(days=9))
    assert clocks(case, LEGAL) == before


def test_while_we_wait_for_the_resident_nothing_is_overdue():
    case = make_routed_case()
    late = at("2026-12-20T12:00")
    assert Case.objects.overdue(late).get() == case
    assert case.is_overdue(late)
    ask(case, NOW)
    waiting = Case.objects.get(pk=case.pk)
    assert not waiting.is_overdue(late)
    assert not Case.objects.overdue(late).exists()


@pytest.mark.parametrize("end_of_wait", ["resume", "reassign", "return", "withdraw and reopen"])
def test_whatever_ends_the_wait_sets_the_clock_going_again(end_of_wait):
    case, by = make_routed_case(), actor(Role.DISPATCHER)
    ask(case, NOW)
    then = NOW + timedelta(days=7)
    if end_of_wait == "resume":
        resume_work(case_id=case.pk, by=by, at=then)
    elif end_of_wait == "reassign":
        reassign_case(case_id=case.pk, department=department("pwik"), reason="x", by=by, at=then)
    elif end_of_wait == "return":
        return_to_desk(case_id=case.pk, reason="x", by=by, at=then)
    else:
        withdraw_case(case_id=case.pk, reason="", by=ana(case), at=then)
        reopen_case(case_id=case.pk, reason="x", by=by, at=then)
    assert clocks(case, PROMISE)["promise_paused_at"] is None
    assert clocks(case, PROMISE)["promise_due_at"] == at("2026-11-27T15:30")
    assert Case.objects.overdue(then + timedelta(days=30)).get() == case


def test_a_question_before_the_promise_is_given_stops_it_too():
    case = make_case()
    ask(case, NOW)
    classify(case, "road.pothole", Kind.REPORT)
    assert not Case.objects.overdue(at("2026-12-20T12:00")).exists()
    answer(case, NOW + timedelta(days=7))
    assert clocks(case, PROMISE)["promise_due_at"] == at("2026-11-27T15:30")


def test_a_wait_that_was_over_before_the_promise_is_given_counts_too():
    case = make_case()
    ask(case, NOW)
    answer(case, NOW + timedelta(days=7))
    assert classify(case, "road.pothole", Kind.REPORT).promise_due_at == at("2026-11-27T15:30")


def test_another_category_remembers_what_was_waited():
    case = classify(make_case(), "road.pothole", Kind.REPORT)
    ask(case, NOW)
    answer(case, NOW + timedelta(days=7))
    # Ten calendar days from the Tuesday of receipt, then the week that we waited.
    # They end on a Friday night, and the week goes on to the next working minute.
    assert classify(case, "road.sign", Kind.REPORT).promise_due_at == at("2026-12-07T07:30")


def test_a_detour_over_a_matter_of_law_leaves_no_stopped_clock_behind():
    case = make_settled_case()
    ask(case, NOW)
    classify(case, "road.pothole", Kind.COMPLAINT)
    answer(case, NOW + timedelta(hours=1))
    classify(case, "road.pothole", Kind.REPORT)
    assert clocks(case, PROMISE)["promise_paused_at"] is None
    assert Case.objects.overdue(at("2026-12-20T12:00")).exists()


def test_the_term_of_law_is_overdue_from_the_day_after_and_waits_for_nobody():
    case = make_settled_case(kind=Kind.COMPLAINT)
    case.refresh_from_db()
    # Received on 17 November: the last day is 17 December, in the city.
    last_minute, over = at("2026-12-17T23:59"), at("2026-12-18T00:01")
    assert not case.is_overdue(last_minute)
    assert not Case.objects.overdue(last_minute).exists()
    by = actor(Role.DISPATCHER)
    waiting = ask_resident(case_id=case.pk, question="?", answer_by=date(2026, 12, 30), by=by, at=NOW)
    assert waiting.is_overdue(over)
    assert Case.objects.overdue(over).get() == case
