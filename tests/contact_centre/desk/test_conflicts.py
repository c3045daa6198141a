"""Two people at once: one wins, the other is told what changed and keeps her words."""

import re

import pytest
from django.urls import reverse

from cases.actors import staff
from cases.models import Case
from cases.services.conversation import add_note
from cases.services.workflow import reassign_case, start_work, take_case
from routing.models import Department, Role
from tests.cast import staff_member
from tests.factories import NOW, make_routed_case

pytestmark = pytest.mark.django_db
DRAFT = "Załatamy to w przyszłym tygodniu."


def by(role: Role):
    return staff(staff_member(role))


def post(desk, role, case, name, data):
    return desk(role).post(reverse("desk:step", args=[case.reference, name]), data)


def resolve(hidden):
    return hidden | {"outcome": "DONE", "answer": DRAFT, "authority": ""}


def test_tells_the_second_what_changed_and_keeps_the_draft(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.HANDLER, case, "resolve")
    start_work(case_id=case.pk, by=by(Role.MANAGER), at=NOW)
    answer = post(desk, Role.HANDLER, case, "resolve", resolve(hidden))
    assert answer.status_code == 409
    assert [line.icon for line in answer.context["lines"]] == ["play-circle"]
    seen = answer.context["seen"]
    assert (seen.status, answer.context["case"].status) == ("ASSIGNED", "IN_PROGRESS")
    assert (seen.assignee, answer.context["assignee"]) == ("", "max")
    assert DRAFT in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "IN_PROGRESS"


def test_a_colleagues_note_makes_no_form_old(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.HANDLER, case, "resolve")
    add_note(case_id=case.pk, body="The dog bites.", by=by(Role.MANAGER), at=NOW)
    assert post(desk, Role.HANDLER, case, "resolve", resolve(hidden)).status_code == 302
    assert Case.objects.get(pk=case.pk).status == "RESOLVED"


def test_lets_the_draft_be_sent_on_the_new_version(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.HANDLER, case, "resolve")
    start_work(case_id=case.pk, by=by(Role.MANAGER), at=NOW)
    page = post(desk, Role.HANDLER, case, "resolve", resolve(hidden)).content.decode()
    again = dict(re.findall(r'name="(version|seen)" value="([^"]+)"', page))
    assert again["version"] != hidden["version"]
    assert post(desk, Role.HANDLER, case, "resolve", resolve(again)).status_code == 302
    assert Case.objects.get(pk=case.pk).status == "RESOLVED"


def test_shows_the_draft_when_the_step_is_no_longer_possible(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.HANDLER, case, "take")
    take_case(case_id=case.pk, by=by(Role.CREW), at=NOW)
    answer = post(desk, Role.HANDLER, case, "take", hidden)
    assert answer.status_code == 409
    assert not answer.context["is_possible"]
    assert Case.objects.get(pk=case.pk).assignee == staff_member(Role.CREW)


def test_gives_the_words_back_when_the_case_has_gone_elsewhere(desk, hidden_of):
    case = make_routed_case("zdm")
    hidden = hidden_of(Role.HANDLER, case, "resolve")
    guard = Department.objects.get(code="straz_miejska")
    reassign_case(case_id=case.pk, department=guard, reason="Tam.", by=by(Role.DISPATCHER), at=NOW)
    answer = post(desk, Role.HANDLER, case, "resolve", resolve(hidden))
    assert answer.status_code == 409
    assert DRAFT in answer.content.decode()
    assert guard.name not in answer.content.decode()


def test_does_not_believe_the_seal_of_another_person_or_case(desk, hidden_of):
    case, other = make_routed_case("zdm"), make_routed_case("zdm")
    hidden = hidden_of(Role.MANAGER, case, "resolve")
    foreign = hidden_of(Role.HANDLER, other, "resolve")
    guard = Department.objects.get(code="straz_miejska")
    reassign_case(case_id=case.pk, department=guard, reason="Tam.", by=by(Role.DISPATCHER), at=NOW)
    for seal in (hidden["seen"], foreign["seen"], "made:up"):
        assert post(desk, Role.HANDLER, case, "resolve", resolve(hidden | {"seen": seal})).status_code == 404


def test_keeps_a_stale_form_stale_over_its_errors(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.HANDLER, case, "resolve")
    start_work(case_id=case.pk, by=by(Role.MANAGER), at=NOW)
    wrong = post(desk, Role.HANDLER, case, "resolve", resolve(hidden) | {"outcome": ""})
    assert wrong.status_code == 422
    page = wrong.content.decode().split('id="act-resolve"')[1]
    again = dict(re.findall(r'name="(version|seen)" value="([^"]+)"', page.split("</form>")[0]))
    assert again == hidden
    assert post(desk, Role.HANDLER, case, "resolve", resolve(again)).status_code == 409


def test_notes_never_conflict(desk, hidden_of):
    case = make_routed_case()
    hidden = hidden_of(Role.CREW, case, "note")
    start_work(case_id=case.pk, by=by(Role.MANAGER), at=NOW)
    assert post(desk, Role.CREW, case, "note", hidden | {"body": "Uwaga na kabel."}).status_code == 302
