"""The sentence that tells a resident why the machine passed her report on, and when it is not told."""

from datetime import timedelta

import pytest
from django.utils import translation

from cases.actors import staff
from cases.models import Case, ParticipantRole, Prediction
from cases.queries.reasons import route_reason
from cases.services.endings import reopen_case, resolve_case
from cases.services.workflow import classify_case, reassign_case, return_to_desk
from cases.states import Outcome, Status
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.readings import make_machine_routed_case, read_by_machine
from tests.record import department

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
SAID = "Przekazaliśmy do: Zarząd Dróg Miejskich, bo piszesz o: dziura, jezdni."
PLAIN = "Przekazaliśmy do: Zarząd Dróg Miejskich."


def told(case: Case) -> str:
    with translation.override("pl"):
        return route_reason(reporter_of(Case.objects.get(pk=case.pk)))


def dispatcher():
    return staff(staff_member(Role.DISPATCHER))


def classify(case: Case, category: str) -> None:
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code=category),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=dispatcher(),
        at=LATER,
    )


def test_the_reporter_reads_her_words_in_the_language_of_the_page():
    case = make_machine_routed_case()
    assert told(case) == SAID
    with translation.override("uk"):
        assert route_reason(reporter_of(case)).endswith("бо ви пишете про: dziura, jezdni.")


def test_nothing_is_told_while_nobody_has_read_it_or_where_a_person_decided():
    assert told(make_case()) == ""
    assert told(make_routed_case()) == ""
    assert told(read_by_machine(make_case(), is_routed=False)) == ""


def test_nothing_is_told_once_a_person_has_moved_it():
    case = make_machine_routed_case()
    back = {"reason": "Pomyłka.", "by": dispatcher(), "at": LATER}
    reassign_case(case_id=case.pk, department=department("pwik"), **back)
    assert told(case) == ""
    reassign_case(case_id=case.pk, department=department("zdm"), **back)
    assert told(case) == ""
    other = make_machine_routed_case()
    return_to_desk(case_id=other.pk, **back)
    assert told(other) == ""


def test_nothing_is_told_of_what_is_over():
    case = make_machine_routed_case()
    Case.objects.filter(pk=case.pk).update(status=Status.WITHDRAWN)
    assert told(case) == ""


def test_what_an_end_confirmed_is_told_when_the_case_is_open_again():
    light = Category.objects.get(code="light")
    case = read_by_machine(make_case(category=light))
    told_before = told(case)
    assert told_before
    handler = staff(staff_member(Role.HANDLER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Done.", by=handler, at=LATER)
    reopen_case(case_id=case.pk, reason="Not done.", by=handler, at=LATER)
    assert told(case) == told_before


def test_a_person_who_agrees_changes_nothing_and_one_who_disagrees_ends_it():
    agreed, changed = make_machine_routed_case(), make_machine_routed_case()
    classify(agreed, "road.pothole")
    classify(changed, "road.pavement")
    assert told(agreed) == SAID
    assert told(changed) == ""


def test_the_topic_is_the_reason_where_it_was_chosen_and_the_words_did_not_decide():
    pavement = Category.objects.get(code="road.pavement")
    case = read_by_machine(make_case(category=pavement))
    assert told(case) == f"{PLAIN[:-1]}, bo w zgłoszeniu wybrano temat: {pavement.name_pl}."


def test_only_the_reporter_reads_words_and_only_her_own():
    case = make_machine_routed_case()
    other = reporter_of(case)
    other.role = ParticipantRole.FOLLOWER
    with translation.override("pl"):
        assert route_reason(other) == PLAIN
    noted = read_by_machine(make_case(by=staff(staff_member(Role.AGENT))))
    assert noted.logged_by_id is not None
    assert told(noted) == PLAIN


def test_a_prediction_from_before_reasons_were_kept_gives_no_words():
    case = make_machine_routed_case()
    Prediction.objects.update(findings={})
    assert told(case) == PLAIN
