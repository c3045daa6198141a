"""A word that only this town uses: people decide, a candidate learns it, serves, and gives way again."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actors import staff
from cases.models import Case, EventWork, Prediction
from cases.services.learning import key_of
from cases.services.workflow import classify_case
from cases.tasks import keep_decided_examples, triage_case
from cases.triage import catalogue
from classifiers.store import serving
from classifiers.store.examples import Decided, keep
from classifiers.store.models import DecidedExample, ModelVersion, Promotion, ShadowReading
from classifiers.store.services import prepare_model
from contact_centre.portal.same import FIELD, OTHER
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.flows.test_web_report import fields_of
from tests.prepared import prepare_once
from tests.record import kinds

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city", "fresh_process")]

DECISIONS = 40
AGAIN = "Znowu ćmok, proszę przyjechać."


def report(description: str) -> Case:
    """A resident's report by web form, with no topic chosen."""
    cache.clear()
    browser = Client()
    form = browser.get("/report/").content.decode()
    # Her words and place are those of others before her, and the form would ask.
    typed = {"description": description, "address": "Dworcowa 5", "language": "pl", FIELD: OTHER}
    assert browser.post("/report/", fields_of(form) | typed).status_code == 302
    return Case.objects.order_by("-id")[0]


def read(case: Case) -> Prediction:
    """The worker reads it, with the versions that the rows of this moment name."""
    for holder in (serving._holder, serving._shadow):
        holder.current()
        holder.wait_for_loading(30)
    triage_case(EventWork.objects.get(event__case=case, consumer="triage").pk)
    case.refresh_from_db()
    return Prediction.objects.get(case=case)


def decide(case: Case, category: str) -> None:
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code=category),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=staff(staff_member(Role.DISPATCHER)),
        at=timezone.now(),
    )


def earlier_decisions() -> None:
    """What people decided in the weeks before on the same word."""
    began = timezone.now() - timedelta(days=20)
    for number in range(DECISIONS):
        decided = Decided(
            key=f"event:-{number}",
            text=AGAIN,
            language="pl",
            category="road.pavement",
            kind="REPORT",
            urgency="NORMAL",
            noncase="",
            model_version="m-0",
        )
        keep(decided, began + timedelta(hours=number))


def top(prediction: Prediction) -> str:
    return str(prediction.suggestions[0]["code"])


def press(name: str, version: str) -> None:
    """The administrator presses a button on the page of the classifier."""
    browser = Client()
    browser.force_login(staff_member(Role.ADMIN))
    assert browser.post(reverse("desk:change_model", args=[version, name])).status_code == 302


def test_from_a_decision_to_a_version_that_serves_and_back():
    old = prepare_model(catalogue=catalogue(), at=timezone.now())

    # The model does not know the word; the dispatcher does.
    case = report(f"{AGAIN} Mój telefon: 600 100 200.")
    first = read(case)
    assert first.model_version == old.version
    assert top(first) != "road.pavement"
    assert case.department is None
    decide(case, "road.pavement")

    # Her decision is kept without the phone number, beside what the model had said.
    keep_decided_examples()
    example = DecidedExample.objects.get()
    assert example.key == key_of(first.event_id)
    assert (example.category, example.model_version) == ("road.pavement", old.version)
    assert [s["code"] for s in example.suggestions] == [s["code"] for s in first.suggestions]
    assert len(example.suggestions) == 3
    assert "600" in case.description
    assert "600" not in example.text

    # With enough of them a candidate is trained, is compared with the old one, and reads in the shadow.
    earlier_decisions()
    told = StringIO()
    call_command("train", stdout=told)
    candidate = ModelVersion.objects.get(is_shadow=True)
    assert candidate.version != old.version
    assert candidate.verdict["against"] == old.version
    findings = {finding["code"]: finding for finding in candidate.verdict["findings"]}
    assert findings["RECENT"]["is_met"]
    assert findings["RECENT"]["candidate"] > findings["RECENT"]["serving"] + 0.5
    # So few decisions are no reason to replace a model by itself: a person has to.
    assert not findings["ENOUGH_DECISIONS"]["is_met"]
    assert not candidate.is_better
    assert f"version {candidate.version}" in told.getvalue()
    assert ModelVersion.objects.get(is_serving=True) == old

    # The next case is still read by the old version; what the new one would say is only written down.
    second_case = report(AGAIN)
    second = read(second_case)
    assert second.model_version == old.version
    assert top(second) != "road.pavement"
    assert kinds(second_case) == ["RECEIVED", "TRIAGED"]
    assert (second_case.category, second_case.department) == (None, None)
    reading = ShadowReading.objects.get()
    assert (reading.version, reading.key) == (candidate, key_of(second.event_id))
    assert reading.category == "road.pavement"
    assert reading.served_category != "road.pavement"

    # The administrator lets it serve: the next reading is what people said of the others.
    press("promote", candidate.version)
    third = read(report(AGAIN))
    assert (third.model_version, top(third)) == (candidate.version, "road.pavement")
    assert ShadowReading.objects.count() == 1

    # She takes it back; the old one serves at once, and the next start of the product leaves it so.
    press("rollback", candidate.version)
    fourth = read(report(AGAIN))
    assert fourth.model_version == old.version
    assert top(fourth) != "road.pavement"
    assert prepare_model(catalogue=catalogue(), at=timezone.now()) == old
    assert ModelVersion.objects.get(pk=candidate.pk).is_rejected
    assert list(Promotion.objects.order_by("id").values_list("reason", flat=True)) == [
        "PREPARED",
        "BY_PERSON",
        "ROLLED_BACK",
    ]


def test_a_category_that_is_merged_while_a_model_serves_goes_on_counting():
    prepare_once(catalogue(), timezone.now())
    text = "Latarnia nie świeci, ciemno na ulicy."
    before = read(report(text))
    assert top(before) == "light"
    into = Category.objects.get(code="road.pavement")
    Category.objects.filter(code="light").update(is_active=False, merged_into=into)
    after = read(report(text))
    assert (after.model_version, top(after)) == (before.model_version, "road.pavement")
    assert after.suggestions[0]["probability"] >= before.suggestions[0]["probability"]


def test_a_category_that_is_retired_while_a_model_serves_leaves_its_cases_to_people():
    prepare_once(catalogue(), timezone.now())
    Category.objects.filter(code="light").update(is_active=False)
    case = report("Latarnia nie świeci, ciemno na ulicy.")
    prediction = read(case)
    assert "light" not in {suggestion["code"] for suggestion in prediction.suggestions}
    assert (case.status, case.department, case.needs_person) == ("NEW", None, True)


def test_a_shadow_that_fails_leaves_the_case_as_it_is_without(monkeypatch):
    old = prepare_once(catalogue(), timezone.now())
    ModelVersion.objects.create(version="broken", path="broken", is_shadow=True, created_at=timezone.now())
    case = report("Latarnia nie świeci, ciemno na ulicy.")
    assert read(case).model_version == old.version
    assert case.department is not None
    assert not ShadowReading.objects.exists()
    assert not EventWork.objects.filter(event__case=case, consumer="triage").exists()
