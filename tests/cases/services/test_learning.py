"""What people decide becomes examples: redacted, once, and following them when they change their minds."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from cases.actors import staff
from cases.models import Case, Channel, Prediction
from cases.services import learning
from cases.services.confidentiality import make_confidential
from cases.services.endings import reopen_case, resolve_case, withdraw_case
from cases.services.learning import keep_decisions, key_of
from cases.services.workflow import classify_case
from cases.states import Outcome
from classifiers.store.models import DecidedExample
from classifiers.types import CategorySuggestion
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW, make_case
from tests.readings import DZIURA, make_machine_routed_case, read_by_machine, understanding
from tests.record import actor, ana

pytestmark = pytest.mark.django_db

THEN, LATER = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
SUGGESTED = (
    CategorySuggestion("road.pothole", 0.6, (DZIURA,)),
    CategorySuggestion("road.pavement", 0.2, (DZIURA,)),
    CategorySuggestion("light", 0.1, ()),
)


def decide(case: Case, category: str = "light", kind: Kind = Kind.REPORT, **more: Any) -> Case:
    values: dict[str, Any] = {"urgency": Urgency.URGENT, "by": actor(Role.DISPATCHER), "at": THEN} | more
    row = Category.objects.get(code=category)
    return classify_case(case_id=case.pk, category=row, kind=kind, **values)


def end(case: Case, outcome: Outcome, role: Role = Role.HANDLER) -> Case:
    return resolve_case(case_id=case.pk, outcome=outcome, answer="Done.", by=actor(role), at=THEN)


def unsure(**changes: Any) -> Case:
    """A case that the machine read and left for a person, with three suggestions."""
    found = understanding(categories=SUGGESTED, is_sure=False)
    return read_by_machine(make_case(**changes), found, is_routed=False)


def kept() -> list[dict[str, Any]]:
    return [dict(row) for row in DecidedExample.objects.order_by("id").values()]


def test_a_decision_becomes_an_example_with_what_the_model_said():
    case = decide(unsure())
    assert keep_decisions(LATER) == 1
    prediction, example = Prediction.objects.get(), DecidedExample.objects.get()
    assert example.key == key_of(prediction.event_id)
    assert (example.text, example.language) == (case.description, "pl")
    assert (example.category, example.kind, example.urgency) == ("light", "REPORT", "URGENT")
    assert (example.noncase, example.was_routed, example.decided_at) == ("", False, THEN)
    assert example.model_version == "m-1"
    assert example.suggestions == [{"code": s.code, "probability": s.probability} for s in SUGGESTED]
    assert prediction.example_at == LATER


@pytest.mark.parametrize("secret", ["600 100 200", "44051401359", "ana.nowak@example.org"])
def test_personal_data_stays_with_the_case(secret):
    case = decide(unsure(description=f"Nie świeci lampa. Kontakt: {secret}."))
    keep_decisions(LATER)
    assert secret in case.description
    assert "Nie świeci lampa" in kept()[0]["text"]
    assert secret not in kept()[0]["text"]


def test_the_subject_of_a_mail_is_read_and_kept_too():
    decide(unsure(channel=Channel.EMAIL, subject="Lampa na Dworcowej", description="Nie świeci od tygodnia."))
    keep_decisions(LATER)
    assert kept()[0]["text"].startswith("Lampa na")


def test_a_second_time_changes_nothing():
    decide(unsure())
    keep_decisions(LATER)
    before = kept(), Prediction.objects.values().get()
    assert keep_decisions(LATER + timedelta(days=1)) == 0
    assert (kept(), Prediction.objects.values().get()) == before


def test_a_changed_decision_replaces_what_was_kept():
    case = decide(unsure())
    keep_decisions(LATER)
    decide(case, "road.pavement", at=LATER)
    assert keep_decisions(LATER) == 1
    [example] = kept()
    assert (example["category"], example["decided_at"]) == ("road.pavement", LATER)


def test_what_nobody_decided_teaches_nothing():
    unsure()
    make_machine_routed_case()
    assert keep_decisions(LATER) == 0
    assert kept() == []


def test_a_case_that_no_machine_has_read_teaches_nothing():
    decide(make_case())
    assert keep_decisions(LATER) == 0


def test_a_confidential_case_teaches_nothing():
    case = unsure()
    Case.objects.filter(pk=case.pk).update(confidential=True)
    decide(case, by=actor(Role.HEAD))
    keep_decisions(LATER)
    assert kept() == []
    assert Prediction.objects.get().example_at == LATER


@pytest.mark.parametrize("is_decided_again", [True, False])
def test_what_a_case_taught_before_it_became_confidential_is_forgotten(is_decided_again):
    case, other = decide(unsure()), decide(unsure())
    keep_decisions(LATER)
    make_confidential(case_id=case.pk, reason="A witness.", by=actor(Role.DPO), at=LATER)
    if is_decided_again:
        decide(case, "road.pavement", by=actor(Role.HEAD), at=LATER)
    keep_decisions(LATER)
    assert [example["key"] for example in kept()] == [key_of(other.predictions.get().event_id)]


def test_spam_becomes_an_example_of_no_case():
    end(unsure(), Outcome.SPAM, Role.DISPATCHER)
    keep_decisions(LATER)
    [example] = kept()
    assert (example["noncase"], example["category"], example["kind"]) == ("SPAM", "", "")


def test_spam_is_the_last_word_on_a_case_that_had_a_category():
    case = decide(unsure())
    keep_decisions(LATER)
    end(case, Outcome.SPAM, Role.DISPATCHER)
    assert keep_decisions(LATER) == 1
    assert [(example["noncase"], example["category"]) for example in kept()] == [("SPAM", "")]


def test_what_was_taken_for_spam_and_decided_after_all_is_a_case():
    case = end(unsure(), Outcome.SPAM, Role.DISPATCHER)
    keep_decisions(LATER)
    reopen_case(case_id=case.pk, reason="It is none.", by=actor(Role.DISPATCHER), at=LATER)
    decide(case, at=LATER)
    keep_decisions(LATER)
    assert [(example["noncase"], example["category"]) for example in kept()] == [("", "light")]


def test_what_was_taken_for_spam_and_answered_after_all_is_a_case():
    case = end(make_machine_routed_case(), Outcome.SPAM, Role.DISPATCHER)
    keep_decisions(LATER)
    reopen_case(case_id=case.pk, reason="It is none.", by=actor(Role.DISPATCHER), at=LATER)
    end(case, Outcome.DONE, Role.DISPATCHER)
    keep_decisions(LATER)
    assert [(example["noncase"], example["category"]) for example in kept()] == [("", "road.pothole")]


def test_whoever_ends_what_the_machine_passed_on_has_confirmed_it():
    end(make_machine_routed_case(), Outcome.DONE)
    keep_decisions(LATER)
    [example] = kept()
    assert (example["category"], example["kind"], example["was_routed"]) == ("road.pothole", "REPORT", True)
    prediction = Prediction.objects.get()
    assert (prediction.decided_by, prediction.decided_by_ending) == (staff_member(Role.HANDLER), True)


def test_only_an_end_counts_as_confirmed_by_ending():
    assert not decide(unsure()).predictions.get().decided_by_ending
    ended = end(make_machine_routed_case(), Outcome.DONE)
    reopen_case(case_id=ended.pk, reason="Not done.", by=actor(Role.HANDLER), at=LATER)
    decide(ended, "road.pavement", by=actor(Role.HANDLER), at=LATER)
    assert not ended.predictions.get().decided_by_ending


def test_what_was_confirmed_before_it_was_told_apart_is_found():
    confirmed, decided = end(make_machine_routed_case(), Outcome.DONE), decide(unsure())
    Prediction.objects.update(decided_by_ending=False)
    name = "cases.migrations.0006_confirmed_by_ending"
    import_module(name).mark_what_was_confirmed(apps, None)
    marked = Prediction.objects.filter(decided_by_ending=True)
    assert [row.case_id for row in marked] == [confirmed.pk] != [decided.pk]


def test_an_end_does_not_touch_an_earlier_decision():
    case = decide(make_machine_routed_case(), "road.pavement", by=actor(Role.HANDLER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="x", by=actor(Role.HANDLER), at=LATER)
    keep_decisions(LATER)
    assert [(example["category"], example["decided_at"]) for example in kept()] == [("road.pavement", THEN)]


def test_an_end_without_a_category_confirms_nothing():
    case = unsure()
    assert case.category is None
    end(case, Outcome.ANSWERED, Role.DISPATCHER)
    assert keep_decisions(LATER) == 0


def test_a_resident_who_withdraws_decides_nothing():
    case = make_machine_routed_case()
    withdraw_case(case_id=case.pk, reason="", by=ana(case), at=THEN)
    assert keep_decisions(LATER) == 0


def test_what_our_own_person_wrote_down_teaches_when_the_machine_has_read_it():
    light = Category.objects.get(code="light")
    case = make_case(by=staff(staff_member(Role.AGENT)), category=light, kind=Kind.REPORT)
    assert keep_decisions(THEN) == 0
    read_by_machine(case)
    assert keep_decisions(LATER) == 1
    assert kept()[0]["category"] == "light"


def test_more_than_one_batch_is_kept(monkeypatch):
    monkeypatch.setattr(learning, "_BATCH", 2)
    for _ in range(5):
        decide(unsure())
    assert keep_decisions(LATER) == 5
    assert len(kept()) == 5


def test_a_decision_costs_the_same_number_of_queries_whatever_was_kept_before(django_assert_max_num_queries):
    for _ in range(3):
        decide(unsure())
    keep_decisions(LATER)
    with django_assert_max_num_queries(8):
        assert keep_decisions(LATER) == 0
