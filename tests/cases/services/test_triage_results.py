"""What triage found: the prediction always, the route only where the machine may take it, and a person's word first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case, EventWork, Prediction
from cases.services.privacy import exclude
from cases.services.triage_results import record_triage
from cases.services.workflow import classify_case, take_case
from cases.triage import Decision
from classifiers.types import CategorySuggestion, KindFinding, Understanding, UrgencyFinding, Word
from routing.facts import Choice, Reason
from routing.models import Category, Kind, Role, Street, Urgency
from tests.factories import NOW, make_case, reporter_of
from tests.record import actor, department, kinds, last_event

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(seconds=5)
READ = Understanding(
    language="uk",
    language_probability=0.9,
    categories=(CategorySuggestion("road.pothole", 0.91234, (Word("dziura", 0, 6, 1.0),)),),
    is_sure=True,
    kind=KindFinding("REPORT", 0.9, False, ()),
    urgency=UrgencyFinding("URGENT", ()),
    noncase=None,
    place=None,
    model_version="2026-11-17",
)


def decision(**changes: Any) -> Decision:
    values: dict[str, Any] = {
        "understanding": READ,
        "category": Category.objects.get(code="road.pothole"),
        "kind": Kind.REPORT,
        "urgency": Urgency.URGENT,
        "street": None,
        "area": None,
        "choice": Choice("zdm", (Reason("RULE", rule="a_rule", words=("dziura",)),)),
        "may_be_legal": False,
        "is_routed": True,
    }
    return Decision(**(values | changes))


def record(case: Case, found: Decision) -> Case:
    work = EventWork.objects.filter(event__case=case, consumer="triage").first()
    event = case.events.order_by("id")[0]
    return record_triage(event_id=event.pk, work_id=work.pk if work else 0, decision=found, at=THEN)


def test_a_sure_report_goes_to_its_department_with_the_reason():
    case = make_case(language="")
    record(case, decision())
    case.refresh_from_db()
    assert (case.status, case.department) == ("ASSIGNED", department("zdm"))
    assert case.category == Category.objects.get(code="road.pothole")
    assert (case.kind, case.urgency, case.queue_rank, case.is_restricted) == ("REPORT", "URGENT", 1, False)
    assert (case.language, reporter_of(case).language) == ("uk", "uk")
    assert case.promise_due_at is not None
    assert kinds(case) == ["RECEIVED", "TRIAGED", "ROUTED"]
    routed = {"department": "zdm", "reason": "RULE", "rule": "a_rule", "was_user": None}
    assert last_event(case).payload == routed
    assert not EventWork.objects.filter(event__case=case, consumer="triage").exists()


def test_the_prediction_is_kept_with_what_it_was_made_of():
    case = make_case()
    record(case, decision())
    kept = Prediction.objects.get(case=case)
    assert (kept.model_version, kept.was_routed, kept.department) == ("2026-11-17", True, department("zdm"))
    assert kept.suggestions[0]["code"] == "road.pothole"
    assert kept.suggestions[0]["words"][0]["text"] == "dziura"
    assert kept.reasons == [{"code": "RULE", "rule": "a_rule", "words": ["dziura"]}]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_routed": False},
        {"is_routed": False, "may_be_legal": True, "kind": Kind.COMPLAINT},
        {"is_routed": False, "choice": Choice(None, (Reason("NO_DEFAULT"),))},
        {"is_routed": False, "category": None, "understanding": replace(READ, categories=())},
    ],
)
def test_what_is_unsure_or_may_be_a_matter_of_law_waits_for_a_person(changes):
    case = make_case()
    record(case, decision(**changes))
    case.refresh_from_db()
    assert (case.status, case.department, case.needs_person) == ("NEW", None, True)
    assert case.promise_due_at is None
    assert case.is_restricted is bool(changes.get("may_be_legal"))
    assert kinds(case) == ["RECEIVED", "TRIAGED"]
    assert Prediction.objects.get(case=case).was_routed is False


def test_the_language_that_the_resident_chose_stays():
    case = make_case(language="pl")
    record(case, decision())
    case.refresh_from_db()
    assert (case.language, reporter_of(case).language) == ("pl", "pl")


def test_the_street_and_its_district_are_taken_over():
    street = Street.objects.filter(district__isnull=False).order_by("id")[0]
    case = record(make_case(), decision(street=street, area=street.district))
    assert (case.street, case.area) == (street, street.district)


def test_a_repeat_writes_nothing_but_ends_the_work():
    case = make_case()
    record(case, decision())
    version = Case.objects.get(pk=case.pk).version
    record(case, decision(choice=Choice("pwik", (Reason("CATEGORY_DEFAULT"),))))
    case.refresh_from_db()
    assert (case.version, case.department) == (version, department("zdm"))
    assert (Prediction.objects.count(), kinds(case)) == (1, ["RECEIVED", "TRIAGED", "ROUTED"])


def test_what_a_person_decided_meanwhile_stands():
    case = make_case()
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="light"),
        kind=Kind.COMPLAINT,
        urgency=Urgency.NORMAL,
        by=actor(Role.DISPATCHER),
        at=NOW,
    )
    before = Case.objects.filter(pk=case.pk).values().get()
    record(case, decision())
    assert Case.objects.filter(pk=case.pk).values().get() == before
    prediction = Prediction.objects.get(case=case)
    assert prediction.was_routed is False
    light = Category.objects.get(code="light")
    assert (prediction.decided_category, prediction.decided_kind) == (light, "COMPLAINT")
    assert (prediction.decided_by_id, prediction.decided_at) == (actor(Role.DISPATCHER).user_id, NOW)
    assert kinds(case) == ["RECEIVED", "CLASSIFIED"]


def test_what_an_agent_chose_for_the_caller_is_kept_beside_the_guess():
    agent, light = actor(Role.AGENT), Category.objects.get(code="light")
    record(make_case(by=agent, category=light, kind=Kind.REPORT), decision(category=light))
    prediction = Prediction.objects.get()
    assert (prediction.decided_category, prediction.decided_kind) == (light, "REPORT")
    assert (prediction.decided_by_id, prediction.decided_at) == (agent.user_id, NOW)


@pytest.mark.parametrize("by", [None, Role.AGENT])
def test_what_nobody_of_ours_decided_is_nobodys_decision(by):
    chosen: dict[str, Any] = {} if by else {"category": Category.objects.get(code="light")}
    record(make_case(by=actor(by) if by else None, **chosen), decision())
    prediction = Prediction.objects.get()
    assert (prediction.decided_category, prediction.decided_kind, prediction.decided_by) == (None, "", None)


def test_a_case_that_the_machine_passes_on_is_the_departments_to_take():
    case, by = make_case(), actor(Role.DISPATCHER)
    take_case(case_id=case.pk, by=by, at=NOW)
    record(case, decision())
    case.refresh_from_db()
    assert (case.status, case.assignee) == ("ASSIGNED", None)
    assert last_event(case).payload["was_user"] == by.user_id


def test_the_machine_does_not_pass_a_case_to_who_is_kept_away():
    case = make_case()
    by = actor(Role.DISPATCHER)
    exclude(case_id=case.pk, department=department("zdm"), reason="About them.", by=by, at=NOW)
    record(case, decision())
    case.refresh_from_db()
    assert (case.status, case.department, case.needs_person) == ("NEW", None, True)
