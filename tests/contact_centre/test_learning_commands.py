"""``train``, ``models``, ``promote`` and ``rollback``: what they say, and that a refusal is a failure."""

import os
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as running
from django.core.management import CommandError, call_command

from cases.tasks import keep_decided_examples, learn_from_decisions
from cases.triage import catalogue
from classifiers.store.learning import only_one_training
from classifiers.store.models import DecidedExample, ModelVersion, Promotion
from contact_centre.management.commands import train
from tests.cases.services.test_learning import decide
from tests.factories import NOW, make_case
from tests.prepared import prepare_once
from tests.readings import read_by_machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def niceness(monkeypatch) -> list[int]:
    """How far the command gives way; the tests themselves do not."""
    asked: list[int] = []
    monkeypatch.setattr(os, "nice", asked.append)
    return asked


@pytest.fixture
def serving() -> ModelVersion:
    return prepare_once(catalogue(), NOW)


@pytest.fixture
def candidate(serving: ModelVersion) -> ModelVersion:
    """A decision made, and a version that learnt from it."""
    for _ in range(2):
        decide(read_by_machine(make_case(), is_routed=False))
    told("train")
    return ModelVersion.objects.get(is_shadow=True)


def test_training_keeps_the_decisions_first_and_tells_what_came_of_it(serving, niceness):
    for _ in range(2):
        decide(read_by_machine(make_case(), is_routed=False))
    said = told("train")
    assert DecidedExample.objects.count() == 2
    candidate = ModelVersion.objects.get(is_shadow=True)
    assert f"version {candidate.version}: 1 sentences, 1 decisions" in said
    assert "validation," in said
    assert "NO  ENOUGH_DECISIONS" in said
    assert said.endswith("reads in the shadow\n")
    assert niceness == []


def test_nothing_new_is_a_failure_by_hand_but_not_by_night(serving, niceness):
    with pytest.raises(CommandError, match="nothing trained: nothing has changed"):
        call_command("train")
    assert "nothing trained: nothing has changed" in told("train", "--nightly")
    assert niceness == [train.NICE]


def test_a_training_that_runs_already_is_a_failure_by_hand_but_not_by_night(niceness):
    with only_one_training():
        with pytest.raises(CommandError, match="another process"):
            call_command("train")
        assert "another process" in told("train", "--nightly")
    assert not ModelVersion.objects.exists()


def test_a_corpus_that_cannot_be_read_is_a_failure_by_night_too(settings, niceness):
    (settings.CORPUS_DIR / "pl" / "part.jsonl").write_text("{}")
    with pytest.raises(CommandError, match=r"part\.jsonl, line 1"):
        call_command("train", "--nightly")


def test_versions_are_listed_the_newest_first(candidate, serving):
    newest, oldest = told("models").splitlines()
    assert newest.split()[:2] == [candidate.version, "shadow"]
    assert "1 decisions" in newest
    assert f"macro F1 {candidate.report['validation']['macro_f1']:.3f}" in newest
    assert oldest.split()[:2] == [serving.version, "serves"]


def test_a_version_with_a_bare_row_is_listed_too():
    ModelVersion.objects.create(version="bare", path="bare", created_at=NOW)
    assert told("models").split()[:2] == ["bare", "figures"]


def test_promoting_and_rolling_back(candidate, serving):
    assert told("promote", candidate.version) == f"classifier {candidate.version} serves\n"
    assert told("rollback") == f"classifier {serving.version} serves again\n"
    assert told("models").split()[1] == "rejected"
    assert Promotion.objects.filter(promoted_by=None).count() == 3


def test_what_cannot_be_is_a_failure(serving):
    with pytest.raises(CommandError, match="no version nothing"):
        call_command("promote", "nothing")
    with pytest.raises(CommandError, match="no version with files"):
        call_command("rollback")
    assert ModelVersion.objects.get(is_serving=True) == serving


def test_the_worker_keeps_decisions_during_the_day(serving):
    decide(read_by_machine(make_case(), is_routed=False))
    keep_decided_examples()
    assert DecidedExample.objects.count() == 1


def test_the_night_has_its_own_queue():
    names = {name: entry["task"] for name, entry in running.CELERY_BEAT_SCHEDULE.items()}
    assert names["learn-from-decisions"] == learn_from_decisions.name
    assert names["keep-decisions"] == keep_decided_examples.name
    tasks: list[Any] = [learn_from_decisions, keep_decided_examples]  # celery's types know no options
    night, day = (task.queue for task in tasks)
    assert night in running.QUEUE_NAMES
    assert night != day
