"""Moving a case: what each step writes, what it refuses, and that a refusal writes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from cases.deadlines import promised_date
from cases.models import Case, ContactChannel, Message, Prediction, StaleCase
from cases.services import waiting, workflow
from cases.services._steps import Refused
from cases.services.intake import Reporter
from cases.services.privacy import exclude
from routing.models import Category, Department, Kind, Role, Urgency
from tests.factories import NOW, make_case, make_routed_case, make_settled_case
from tests.record import actor, assert_recorded, dee, department, kinds, last_event, last_message, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)
TOMORROW = NOW.date() + timedelta(days=1)
Step = Callable[..., Any]


def assert_refused(error: type[Refused], case: Case, step: Step, **arguments: Any) -> None:
    before = state_of(case)
    with pytest.raises(error) as refusal:
        step(case_id=case.pk, at=THEN, **arguments)
    assert refusal.type is error
    assert state_of(case) == before


def start(case: Case, role: Role = Role.HANDLER) -> Case:
    return workflow.start_work(case_id=case.pk, by=actor(role), at=THEN)


# -- take -----------------------------------------------------------------------------------------------------


def test_taking_makes_the_person_the_assignee():
    case, by = make_settled_case(), actor(Role.AGENT)
    taken = workflow.take_case(case_id=case.pk, by=by, at=THEN, version=case.version)
    assert (taken.assignee_id, taken.version, taken.updated_at) == (by.user_id, case.version + 1, THEN)
    assert_recorded(case, "TAKEN", by, {"user": by.user_id, "was_user": None})


def test_what_another_person_has_is_not_taken():
    case = make_settled_case()
    workflow.take_case(case_id=case.pk, by=actor(Role.AGENT), at=THEN)
    assert_refused(workflow.AlreadyTaken, case, workflow.take_case, by=actor(Role.DISPATCHER))
    workflow.take_case(case_id=case.pk, by=actor(Role.AGENT), at=THEN)


def test_a_case_is_taken_over_from_a_colleague_when_it_is_asked_for():
    case, colleague, by = make_settled_case(), actor(Role.AGENT), actor(Role.DISPATCHER)
    workflow.take_case(case_id=case.pk, by=colleague, at=THEN)
    taken = workflow.take_case(case_id=case.pk, by=by, at=THEN, is_takeover=True)
    assert taken.assignee_id == by.user_id
    assert_recorded(case, "TAKEN", by, {"user": by.user_id, "was_user": colleague.user_id})
    more = {"by": dee(), "is_takeover": True}
    assert_refused(workflow.CannotTake, make_routed_case(), workflow.take_case, **more)


def test_whoever_takes_it_has_looked_but_a_new_case_still_has_to_be_passed_on():
    new, worked = make_settled_case(), make_routed_case()
    Case.objects.update(needs_person=True)
    assert workflow.take_case(case_id=new.pk, by=actor(Role.AGENT), at=THEN).needs_person
    assert not workflow.take_case(case_id=worked.pk, by=actor(Role.HANDLER), at=THEN).needs_person


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
def test_who_has_no_desk_takes_nothing(role):
    assert_refused(workflow.CannotTake, make_routed_case(), workflow.take_case, by=actor(role))


def test_another_department_takes_nothing():
    assert_refused(workflow.CannotTake, make_routed_case(), workflow.take_case, by=dee())


# -- classify ---------------------------------------------------------------------------------------------------


def classify(case: Case, role: Role, kind: Kind = Kind.REPORT, **more: Any) -> Case:
    category = Category.objects.get(code="road.pothole")
    return workflow.classify_case(
        case_id=case.pk, category=category, kind=kind, urgency=Urgency.DANGER, by=actor(role), at=THEN, **more
    )


def test_classifying_settles_the_case():
    case = make_case()
    decided = classify(case, Role.DISPATCHER, version=1)
    decided.refresh_from_db()
    assert decided.is_settled
    assert (decided.urgency, decided.queue_rank, decided.kind) == ("DANGER", 0, "REPORT")
    assert decided.is_public == Category.objects.get(code="road.pothole").is_public
    was: dict[str, Any] = {"was_category": None, "was_kind": "", "was_restricted": True}
    was |= {"was_promise_due": None, "was_legal_due": None, "was_told": None, "told": "2026-11-24"}
    payload = {"category": "road.pothole", "case_kind": "REPORT", "urgency": "DANGER", **was}
    assert_recorded(case, "CLASSIFIED", actor(Role.DISPATCHER), payload)


def test_a_matter_of_law_is_settled_by_a_dispatcher_alone():
    """DESIGN §3, ADR 7: what anybody else finds to be a complaint is a suggestion, and promises no day."""
    case = make_routed_case()
    found = classify(case, Role.HANDLER, Kind.COMPLAINT)
    assert (found.status, promised_date(found)) == ("NEW", None)
    assert promised_date(classify(case, Role.AGENT, Kind.COMPLAINT)) is None
    decided = classify(case, Role.DISPATCHER, Kind.COMPLAINT)
    assert promised_date(decided) == date(2026, 12, 17)
    other = classify(make_routed_case(), Role.HANDLER, Kind.COMPLAINT)
    routed = workflow.route_case(
        case_id=other.pk, department=department("zdm"), by=actor(Role.DISPATCHER), at=THEN
    )
    assert promised_date(routed) == date(2026, 12, 17)
    # The department that has it, decided, goes on deciding what it is by law.
    assert classify(other, Role.HANDLER, Kind.PROPOSAL).is_settled


def test_what_it_was_before_stays_in_the_record():
    case = make_settled_case()
    classify(case, Role.DISPATCHER, Kind.COMPLAINT)
    payload = last_event(case).payload
    assert (payload["was_category"], payload["was_kind"]) == ("road.pothole", "REPORT")


def test_no_clock_and_no_day_that_was_told_goes_without_a_trace():
    """DOMAIN §0.4: the old clock is kept in the history; DESIGN §3: a term of law is never silently moved."""
    case = make_settled_case()
    promise = case.promise_due_at
    assert promise is not None
    classify(case, Role.DISPATCHER, Kind.COMPLAINT)
    event = last_event(case)
    assert event.schema == 2
    assert datetime.fromisoformat(event.payload["was_promise_due"]) == promise
    assert (event.payload["was_told"], event.payload["told"]) == ("2026-11-24", "2026-12-17")

    classify(case, Role.DISPATCHER, Kind.PETITION)
    payload = last_event(case).payload
    assert (payload["was_legal_due"], payload["was_promise_due"]) == ("2026-12-17", None)
    assert (payload["was_told"], payload["told"]) == ("2026-12-17", "2027-02-17")


def test_a_matter_of_law_is_restricted_and_never_public():
    Category.objects.filter(code="road.pothole").update(is_public=True)
    decided = classify(make_case(), Role.DISPATCHER, Kind.COMPLAINT)
    assert (decided.is_restricted, decided.is_public) == (True, False)
    assert classify(decided, Role.DISPATCHER).is_public
    Category.objects.filter(code="road.pothole").update(is_sensitive=True)
    assert not classify(decided, Role.DISPATCHER).is_public


def test_only_a_dispatcher_takes_a_case_out_of_the_legal_gate():
    pothole = Category.objects.get(code="road.pothole")
    more = {"category": pothole, "kind": Kind.REPORT, "urgency": Urgency.NORMAL}
    for case in (make_case(), make_settled_case(kind=Kind.COMPLAINT)):
        assert_refused(workflow.LegalGate, case, workflow.classify_case, by=actor(Role.AGENT), **more)
        assert not classify(case, Role.HEAD).is_restricted


@pytest.mark.parametrize("role", [Role.HANDLER, Role.AGENT])
def test_what_a_colleague_finds_to_be_a_matter_of_law_goes_back_to_the_dispatchers(role):
    case = make_routed_case()
    workflow.take_case(case_id=case.pk, by=actor(Role.HANDLER), at=NOW)
    found = classify(case, role, Kind.COMPLAINT)
    found.refresh_from_db()
    assert (found.status, found.department, found.assignee) == ("NEW", None, None)
    assert (found.is_restricted, found.needs_person) == (True, True)
    assert kinds(case)[-2:] == ["CLASSIFIED", "RETURNED"]
    was_user = actor(Role.HANDLER).user_id
    payload = {"was_department": "zdm", "note": None, "was_user": was_user}
    assert_recorded(case, "RETURNED", actor(role), payload)


def test_what_waits_for_the_resident_goes_back_too_and_its_clock_with_it():
    case = make_routed_case()
    ask(case)
    found = classify(case, Role.HANDLER, Kind.COMPLAINT)
    assert (found.status, found.resume_status, found.promise_paused_at) == ("NEW", "", None)
    assert found.legal_due_date is not None


def test_a_new_matter_of_law_waits_for_a_dispatcher():
    found = classify(make_settled_case(), Role.AGENT, Kind.COMPLAINT)
    assert (found.status, found.needs_person) == ("NEW", True)


def test_a_dispatchers_own_decision_stays_where_it_is():
    found = classify(make_routed_case(), Role.DISPATCHER, Kind.COMPLAINT)
    assert (found.status, found.department, found.needs_person) == ("ASSIGNED", department("zdm"), False)
    kept = classify(found, Role.HANDLER, Kind.CLAIM)
    assert (kept.status, kept.kind) == ("ASSIGNED", "CLAIM")


@pytest.mark.parametrize("role", [Role.CREW, Role.ANALYST, Role.ADMIN])
def test_some_roles_decide_no_kind(role):
    with pytest.raises(workflow.CannotClassify):
        classify(make_routed_case(), role)


def test_a_department_decides_on_its_own_cases_only():
    case = make_routed_case()
    assert classify(case, Role.HANDLER, Kind.CLAIM).kind == "CLAIM"
    category = Category.objects.get(code="road.pothole")
    more = {"category": category, "kind": Kind.REPORT, "urgency": Urgency.NORMAL}
    assert_refused(workflow.CannotClassify, case, workflow.classify_case, by=dee(), **more)


def test_the_last_prediction_learns_what_was_decided():
    case = make_case()
    prediction = Prediction.objects.create(
        case=case, event=last_event(case), model_version="m", language="pl", created_at=NOW
    )
    classify(case, Role.DISPATCHER)
    prediction.refresh_from_db()
    assert prediction.decided_category == Category.objects.get(code="road.pothole")
    assert (prediction.decided_kind, prediction.decided_by_id) == ("REPORT", actor(Role.DISPATCHER).user_id)
    assert prediction.decided_at == THEN


# -- route ----------------------------------------------------------------------------------------------------


def test_routing_passes_the_case_on():
    case, by = make_settled_case(), actor(Role.AGENT)
    routed = workflow.route_case(case_id=case.pk, department=department("zdm"), by=by, at=THEN)
    assert (routed.status, routed.department, routed.needs_person) == ("ASSIGNED", department("zdm"), False)
    payload = {"department": "zdm", "reason": "PERSON", "rule": None, "was_user": None}
    assert_recorded(case, "ROUTED", by, payload)


def test_what_is_passed_on_is_the_departments_to_take():
    case, by = make_settled_case(), actor(Role.AGENT)
    workflow.take_case(case_id=case.pk, by=by, at=THEN)
    workflow.route_case(case_id=case.pk, department=department("zdm"), by=by, at=THEN)
    assert Case.objects.get(pk=case.pk).assignee is None
    assert last_event(case).payload["was_user"] == by.user_id


@pytest.mark.parametrize("missing", [{"category": None}, {"kind": ""}])
def test_nothing_is_passed_on_without_category_and_kind(missing):
    case = make_settled_case()
    Case.objects.filter(pk=case.pk).update(**missing)
    more = {"department": department("zdm"), "by": actor(Role.DISPATCHER)}
    assert_refused(workflow.NotDecided, case, workflow.route_case, **more)


def test_what_may_be_a_matter_of_law_is_routed_by_a_dispatcher_only():
    zdm, by = department("zdm"), actor(Role.DISPATCHER)
    for case in (make_case(), make_settled_case(kind=Kind.COMPLAINT)):
        assert_refused(workflow.CannotRoute, case, workflow.route_case, department=zdm, by=actor(Role.AGENT))
        classify(case, Role.DISPATCHER, Kind.COMPLAINT)
        assert workflow.route_case(case_id=case.pk, department=zdm, by=by, at=THEN).status == "ASSIGNED"


def test_a_closed_department_gets_nothing():
    Department.objects.filter(code="zdm").update(is_active=False)
    by = actor(Role.DISPATCHER)
    case = make_settled_case()
    assert_refused(workflow.CannotRoute, case, workflow.route_case, department=department("zdm"), by=by)


@pytest.mark.parametrize("excluded", ["zdm", "miasto"])
def test_who_is_kept_away_never_gets_the_case(excluded):
    by = actor(Role.DISPATCHER)
    case = make_settled_case(kind=Kind.COMPLAINT)
    exclude(case_id=case.pk, department=department(excluded), reason="It is about them.", by=by, at=NOW)
    assert_refused(workflow.CannotRoute, case, workflow.route_case, department=department("ouid"), by=by)
    assert_refused(workflow.CannotRoute, case, workflow.route_case, department=department("zdm"), by=by)


def test_a_case_that_was_handed_on_is_not_handed_back_to_who_is_kept_away():
    by, case = actor(Role.DISPATCHER), make_routed_case("pwik")
    exclude(case_id=case.pk, department=department("zdm"), reason="About them.", by=by, at=NOW)
    more = {"department": department("zdm"), "reason": "x", "by": by}
    assert_refused(workflow.CannotReassign, case, workflow.reassign_case, **more)


# -- start, plan ----------------------------------------------------------------------------------------------


def test_whoever_starts_an_unassigned_case_has_it():
    case, by = make_routed_case(), actor(Role.HANDLER)
    started = start(case)
    assert (started.status, started.assignee_id) == ("IN_PROGRESS", by.user_id)
    assert_recorded(case, "STARTED", by, {})


def test_starting_leaves_the_assignee():
    case = make_routed_case()
    workflow.take_case(case_id=case.pk, by=actor(Role.MANAGER), at=THEN)
    assert start(case, Role.CREW).assignee_id == actor(Role.MANAGER).user_id


def test_crews_and_handlers_start_only_their_own():
    case = make_routed_case("pwik")
    for role in (Role.HANDLER, Role.CREW, Role.AGENT):
        assert_refused(workflow.CannotStart, case, workflow.start_work, by=actor(role))


def plan(case: Case, day: date, note: str = "", **more: Any) -> Case:
    return workflow.plan_work(
        case_id=case.pk, planned_for=day, note=note, by=actor(Role.HANDLER), at=THEN, **more
    )


def test_planning_promises_a_day():
    case = make_routed_case()
    planned = plan(case, TOMORROW)
    assert (planned.status, planned.planned_for) == ("PLANNED", TOMORROW)
    assert_recorded(case, "PLANNED", actor(Role.HANDLER), {"date": TOMORROW.isoformat(), "message": None})


def test_a_new_day_needs_its_reason_which_the_resident_reads():
    case = make_routed_case()
    plan(case, TOMORROW)
    later = TOMORROW + timedelta(days=7)
    more = {"by": actor(Role.HANDLER), "planned_for": later}
    assert_refused(workflow.CannotPlan, case, workflow.plan_work, note="  ", **more)
    plan(case, later, "Frost.")
    message = last_message(case)
    assert (message.audience, message.purpose, message.body) == ("RESIDENT", "REASON", "Frost.")
    assert last_event(case).payload == {"date": later.isoformat(), "message": message.pk}


def test_a_day_that_is_over_in_the_city_cannot_be_promised():
    case = make_routed_case()
    by, midnight_in_the_city = actor(Role.HANDLER), datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    with pytest.raises(workflow.CannotPlan):
        workflow.plan_work(
            case_id=case.pk, planned_for=date(2026, 11, 17), note="", by=by, at=midnight_in_the_city
        )
    assert plan(case, NOW.date()).planned_for == NOW.date()


# -- ask, wait, resume ------------------------------------------------------------------------------------------


def ask(case: Case, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "question": "Where exactly?",
        "answer_by": TOMORROW,
        "by": actor(Role.HANDLER),
        "at": THEN,
    }
    return workflow.ask_resident(case_id=case.pk, **(values | changes))


def test_a_question_goes_to_the_resident_and_the_case_waits():
    case = make_routed_case()
    asked = ask(case)
    assert (asked.status, asked.resume_status) == ("WAITING_RESIDENT", "ASSIGNED")
    assert (asked.answer_by, asked.promise_paused_at) == (TOMORROW, THEN)
    message = last_message(case)
    assert (message.audience, message.purpose) == ("RESIDENT", "QUESTION")
    payload = {"message": message.pk, "answer_by": TOMORROW.isoformat(), "warns": False}
    assert_recorded(case, "QUESTION_ASKED", actor(Role.HANDLER), payload)


def test_a_question_needs_words_and_a_day_to_come():
    case, by = make_routed_case(), actor(Role.HANDLER)
    step = workflow.ask_resident
    assert_refused(workflow.CannotAsk, case, step, question=" ", answer_by=TOMORROW, by=by)
    assert_refused(workflow.CannotAsk, case, step, question="?", answer_by=date(2026, 11, 16), by=by)


@pytest.mark.parametrize(
    ("asked_on", "least"),
    [
        # KPA art. 57: the golden vectors of seven days.
        (date(2026, 12, 17), date(2026, 12, 28)),
        (date(2027, 4, 24), date(2027, 5, 4)),
        (date(2026, 11, 17), date(2026, 11, 24)),
    ],
)
def test_a_matter_of_law_is_called_to_be_completed_within_seven_days_at_least(asked_on, least):
    """KPA art. 64 § 2: a set term of at least 7 days, with a warning."""
    case, at = make_settled_case(kind=Kind.COMPLAINT), datetime.combine(asked_on, time(12), UTC)
    more: dict[str, Any] = {"question": "Your address?", "by": actor(Role.DISPATCHER), "at": at}
    before = state_of(case)
    with pytest.raises(workflow.TooSoon):
        workflow.ask_resident(case_id=case.pk, answer_by=least - timedelta(days=1), **more)
    assert state_of(case) == before
    assert workflow.ask_resident(case_id=case.pk, answer_by=least, **more).answer_by == least
    assert last_event(case).payload["warns"]


@pytest.mark.parametrize(
    "reporter", [Reporter(), Reporter(email="a@example.org", wishes=ContactChannel.NONE)]
)
def test_where_nobody_can_be_reached_nobody_is_asked(reporter):
    case = make_routed_case(reporter=reporter)
    more = {"question": "?", "answer_by": TOMORROW, "by": actor(Role.HANDLER)}
    assert_refused(workflow.NobodyReachable, case, workflow.ask_resident, **more)


def test_who_left_the_case_is_not_asked():
    case = make_routed_case()
    case.participants.update(detached_at=NOW)
    more = {"question": "?", "answer_by": TOMORROW, "by": actor(Role.HANDLER)}
    assert_refused(workflow.NobodyReachable, case, workflow.ask_resident, **more)


def wait(case: Case, body: str = "Energa", note: str = "") -> Case:
    return waiting.wait_for(case_id=case.pk, body=body, note=note, by=actor(Role.HANDLER), at=THEN)


def test_waiting_for_another_body_names_it_and_goes_on_counting():
    case = start(make_routed_case())
    waits = wait(case, " Energa Operator ", "Their lamp.")
    assert (waits.status, waits.waiting_for) == ("WAITING_OTHER", "Energa Operator")
    assert (waits.resume_status, waits.promise_paused_at) == ("IN_PROGRESS", None)
    message = last_message(case)
    assert message.audience == "RESIDENT"
    assert_recorded(case, "WAITING_OTHER", actor(Role.HANDLER), {"message": message.pk})
    by = actor(Role.HANDLER)
    assert waiting.resume_work(case_id=case.pk, by=by, at=THEN).status == "IN_PROGRESS"
    assert_recorded(case, "RESUMED", by, {"status": "IN_PROGRESS"})


def test_whom_we_waited_for_is_kept_when_we_wait_for_somebody_else():
    case, by = make_routed_case(), actor(Role.HANDLER)
    wait(case, "Energa")
    assert last_event(case).payload == {"message": last_message(case).pk}
    assert (last_message(case).body, last_message(case).audience) == ("Energa", "RESIDENT")
    waiting.resume_work(case_id=case.pk, by=by, at=THEN)
    wait(case, "GDDKiA", "Their road.")
    assert last_message(case).body == "GDDKiA: Their road."


@pytest.mark.parametrize("step", ["start", "plan", "ask", "resume"])
def test_whoever_works_on_it_has_looked(step):
    case = make_routed_case()
    if step == "resume":
        wait(case)
    Case.objects.update(needs_person=True)
    steps = {**STEPS, "resume": (waiting.resume_work, {})}
    service, arguments = steps[step]
    service(case_id=case.pk, by=actor(Role.HANDLER), at=THEN, **arguments)
    assert not Case.objects.get(pk=case.pk).needs_person


def test_nobody_waits_for_a_body_without_a_name():
    more = {"body": " ", "note": "x", "by": actor(Role.HANDLER)}
    assert_refused(waiting.CannotWait, make_routed_case(), waiting.wait_for, **more)


def test_a_planned_case_goes_on_as_work():
    case = make_routed_case()
    plan(case, TOMORROW)
    by = actor(Role.CREW)
    assert waiting.resume_work(case_id=case.pk, by=by, at=THEN).status == "IN_PROGRESS"


# -- reassign, return -----------------------------------------------------------------------------------------


def test_handing_on_has_a_reason_that_stays_inside():
    case = start(make_routed_case())
    by, to = actor(Role.HANDLER), department("pwik")
    handed = workflow.reassign_case(case_id=case.pk, department=to, reason="A pipe.", by=by, at=THEN)
    assert (handed.status, handed.department, handed.assignee_id) == ("ASSIGNED", to, None)
    note = last_message(case)
    assert (note.audience, note.purpose, note.body) == ("INTERNAL", "REASON", "A pipe.")
    was = {"was_department": "zdm", "was_user": by.user_id}
    payload = {"department": "pwik", "note": note.pk, **was}
    assert_recorded(case, "REASSIGNED", by, payload)


@pytest.mark.parametrize(("code", "reason"), [("zdm", "x"), ("pwik", " ")])
def test_handing_on_needs_another_department_and_a_reason(code, reason):
    more = {"department": department(code), "reason": reason, "by": actor(Role.HANDLER)}
    assert_refused(workflow.CannotReassign, make_routed_case(), workflow.reassign_case, **more)


def test_after_handing_on_the_former_department_has_no_say():
    case = make_routed_case()
    by = actor(Role.HANDLER)
    workflow.reassign_case(case_id=case.pk, department=department("pwik"), reason="x", by=by, at=THEN)
    assert_refused(workflow.CannotStart, case, workflow.start_work, by=by)


def test_a_returned_case_waits_for_a_person_at_the_desk():
    case, by = start(make_routed_case()), actor(Role.HANDLER)
    returned = workflow.return_to_desk(case_id=case.pk, reason="Not ours.", by=by, at=THEN)
    assert (returned.status, returned.department, returned.assignee, returned.needs_person) == (
        "NEW",
        None,
        None,
        True,
    )
    note = last_message(case)
    assert note.audience == "INTERNAL"
    payload = {"was_department": "zdm", "note": note.pk, "was_user": by.user_id}
    assert_recorded(case, "RETURNED", by, payload)


def test_returning_needs_a_reason():
    more = {"reason": "", "by": actor(Role.HANDLER)}
    assert_refused(workflow.CannotReturn, make_routed_case(), workflow.return_to_desk, **more)


# -- the version ----------------------------------------------------------------------------------------------

STEPS: dict[str, tuple[Step, dict[str, Any]]] = {
    "take": (workflow.take_case, {}),
    "start": (workflow.start_work, {}),
    "plan": (workflow.plan_work, {"planned_for": TOMORROW, "note": "x"}),
    "ask": (workflow.ask_resident, {"question": "?", "answer_by": TOMORROW}),
    "wait": (waiting.wait_for, {"body": "x", "note": "x"}),
    "return": (workflow.return_to_desk, {"reason": "x"}),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_form_on_an_old_version_is_refused_with_the_case_as_it_is_now(name):
    step, arguments = STEPS[name]
    case = make_routed_case()
    before = state_of(case)
    with pytest.raises(StaleCase) as stale:
        step(case_id=case.pk, by=actor(Role.HANDLER), at=THEN, version=case.version - 1, **arguments)
    assert (stale.value.case, stale.value.seen) == (case, case.version - 1)
    assert state_of(case) == before
    step(case_id=case.pk, by=actor(Role.HANDLER), at=THEN, version=case.version, **arguments)


def test_each_step_adds_one_to_the_version_and_leaves_the_receipt():
    case = make_case()
    assert case.version == 1
    assert classify(case, Role.DISPATCHER).version == 2
    assert workflow.take_case(case_id=case.pk, by=actor(Role.DISPATCHER), at=THEN).version == 3
    assert Case.objects.get(pk=case.pk).received_at == NOW
    assert Message.objects.filter(case=case).count() == 1
